"""System checks for which one part of privacy has to look at another."""

import tomllib
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

from privacy.datamap.agreement import differences
from privacy.datamap.checks import TAG, problem
from privacy.datamap.models import Erasure
from privacy.datamap.replay import pending, unknown_to_ledger
from privacy.policy.claims import TEXT_DIR
from privacy.policy.models import PRIVACY


def newest_shipped_text() -> str:
    """Return the newest privacy policy that comes with the code."""
    versions = tomllib.loads((TEXT_DIR / "versions.toml").read_text("utf-8"))["version"]
    newest = max(
        (version for version in versions if version["policy"] == PRIVACY),
        key=lambda version: version["number"],
    )
    return (TEXT_DIR / str(newest["file"])).read_text("utf-8")


@register(TAG)
def check_agreement(**kwargs: Any) -> list[CheckMessage]:
    """E104-E107, E112: the map and the newest shipped policy name the same things.

    What the version in force says is compared by a promise, as only the database knows it.
    """
    return [problem(d.check, d.message, d.hint) for d in differences(newest_shipped_text())]


@register(Tags.database)
def check_ledger(**kwargs: Any) -> list[CheckMessage]:
    """W101, W102: the erasure ledger and the database know of the same erasures.

    Runs with `migrate`, which is part of every start, and with `check --database default`.
    """
    if "default" not in (kwargs.get("databases") or []):
        return []
    if Erasure._meta.db_table not in connections["default"].introspection.table_names():
        return []
    found: list[CheckMessage] = []
    if waiting := len(pending()):
        found.append(
            checks.Warning(
                f"{waiting} erasures of the ledger are unknown to this database.",
                hint="If a backup was restored, run: manage.py replay_erasures",
                id="privacy.W101",
            )
        )
    if lost := unknown_to_ledger():
        found.append(
            checks.Warning(
                f"{lost} erasures of this database are missing in the ledger.",
                hint="Find or restore the file that ERASURE_LEDGER names.",
                id="privacy.W102",
            )
        )
    return found
