"""A program of its own: goes on with the database of an earlier release, and says what became of it."""

import json
import os
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - needs loaded apps
from django.db import connection  # noqa: E402 - needs loaded apps

from privacy.policy.chains import registered_chains  # noqa: E402 - needs loaded apps
from sens_site.lib import row_guards  # noqa: E402 - needs loaded apps
from tests.client import SiteClient  # noqa: E402 - needs loaded apps
from tests.upgrades.shape import rows, shape  # noqa: E402 - needs loaded apps

before = rows()
call_command("migrate", verbosity=0)
kept: dict[str, Any] = {
    "shape": shape(),
    "fewer rows": {name: count for name, count in rows().items() if count < before.get(name, 0)},
}
call_command("setup_site", verbosity=0)
kept["faults"] = [fault for chain in registered_chains().values() for fault in chain.faults()]
kept["guards"] = row_guards.missing()
kept["people"] = before["accounts_user"]
kept["pages"] = [
    SiteClient().get(path).status_code for path in ("/", "/privacy/", "/search/?q=ups")
]
connection.close()
print(json.dumps(kept))
