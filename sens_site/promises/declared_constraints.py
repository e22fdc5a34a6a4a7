"""What the database itself refuses whoever writes: that each check and each unique key is there.

The code declares them, and a migration makes them. One that is dropped in the database alone is
missed by nobody: pages go on, until a row comes that should not be.
"""

import re

from django.apps import apps
from django.db import connection

from privacy.promises.registry import require

BY_A_SENTENCE = frozenset({
    "contact_has_sender_and_text", "document_gate_only_where_said", "fee_has_ground",
    "newsletter_confirmed_has_proof", "newsletter_suppression_once", "newsletter_suppression_purpose",
    "outbox_sent_or_parked", "policy_version_material_notice", "policy_version_posted_first",
    "proof_has_method", "refusal_has_ground", "request_extended_once", "unique_verified_email",
    "user_email_once",
})  # fmt: skip
"""Those by which a sentence of the policy holds in the database: known here, too, should code and
database lose one together."""


IN_SQLITE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
NAMED = re.compile(r'CONSTRAINT "(\w+)" (?:CHECK|UNIQUE)|CREATE UNIQUE INDEX "(\w+)"')
IN_POSTGRESQL = """
    SELECT conname FROM pg_constraint
    WHERE contype IN ('c', 'u') AND pg_table_is_visible(conrelid)
    UNION SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indisunique AND indisvalid AND pg_table_is_visible(indrelid)
"""


def the_database_has_its_constraints() -> int:
    """Require that each constraint of a model, and each that a sentence needs, is there; return how many."""
    declared = {
        constraint.name
        for model in apps.get_models(include_auto_created=True)
        for constraint in model._meta.constraints
    }
    lacking = sorted((declared | BY_A_SENTENCE) - _there())
    require(not lacking, f"the database no longer refuses what {lacking[:1]} forbids")
    return len(declared)


def _there() -> set[str]:
    """Return the names of what the database checks, as its catalogue has them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(IN_SQLITE)
            found = (one for (sql,) in cursor.fetchall() for one in NAMED.findall(sql))
            return {name for names in found for name in names if name}
        cursor.execute(IN_POSTGRESQL)  # pragma: postgresql - SQLite keeps the words that made it
        return {name for (name,) in cursor.fetchall()}  # pragma: postgresql - as above
