"""On PostgreSQL the documented web role can serve the site and cannot touch the guards."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from privacy.policy.models import PolicyEvent, PolicyVersion
from privacy.policy.services import record_event, seal_and_publish

pytestmark = pytest.mark.only_on("postgresql")
SCRIPT = settings.BASE_DIR / "deploy" / "postgresql-roles.sql"
TABLE = "policy_policyversion"


@pytest.fixture
def web_role(db: None) -> Iterator[None]:
    """Carry out the documented script twice, as after a release, and go on as the web role."""
    with connection.cursor() as cursor:
        cursor.execute(SCRIPT.read_text("utf-8"))
        cursor.execute(SCRIPT.read_text("utf-8"))
        cursor.execute("SET ROLE site_web")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    "attack",
    [
        f"ALTER TABLE {TABLE} DISABLE TRIGGER ALL",
        f'DROP TRIGGER "guard_{TABLE}_update_or_delete" ON {TABLE}',
        f'ALTER TABLE {TABLE} DISABLE TRIGGER "guard_{TABLE}_update_or_delete"',
        f"CREATE OR REPLACE FUNCTION guard_{TABLE}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        f"DROP FUNCTION guard_{TABLE}() CASCADE",
        "SET session_replication_role = replica",
        f"TRUNCATE {TABLE} CASCADE",
        f"DROP TABLE {TABLE} CASCADE",
        f"UPDATE {TABLE} SET summary = 'x'",  # noqa: S608 - a name from above
        f"DELETE FROM {TABLE}",  # noqa: S608 - a name from above
        "UPDATE policy_policyevent SET note = 'x'",
        "UPDATE policy_headlogentry SET head = 'x'",
        "DELETE FROM rights_requestseal",
        "UPDATE consent_receiptseal SET hash = 'x'",
        f"CREATE TRIGGER other BEFORE INSERT ON {TABLE} EXECUTE FUNCTION guard_{TABLE}()",
        f"ALTER TABLE {TABLE} OWNER TO site_web",
    ],
)
def test_the_web_role_is_refused(web_role: None, attack: str):
    before = list(PolicyVersion.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert list(PolicyVersion.objects.values()) == before


def test_the_web_role_can_seal_and_read(make_draft, web_role: None, client):
    draft = make_draft(effective_on=timezone.localdate())
    version = seal_and_publish(draft, by=None)
    record_event(version, PolicyEvent.Kind.OVERRIDDEN, note="n")
    assert client.get(f"/privacy/v/{version.number}/").status_code == 200
