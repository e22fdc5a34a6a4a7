"""A site on the internet is told when its checkpoints cannot leave the house."""

import subprocess
import sys

import pytest
from django.core.checks import run_checks

from tests.settings import OWN_VARIABLES


def found() -> list[str]:
    ids = [one.id or "" for one in run_checks(include_deployment_checks=True)]
    return [one for one in ids if one.startswith("policy.")]


@pytest.mark.once
@pytest.mark.django_db  # another check asks the database
def test_a_site_without_a_key_for_its_log_is_warned(settings):
    assert found() == []
    settings.LOG_SIGNING_KEY = ""
    assert found() == ["policy.W001"]


@pytest.mark.parametrize("key", ["short", "x" * 44, "x" * 42 + "="])
def test_a_key_that_is_none_stops_the_start(key):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={**OWN_VARIABLES, "LOG_SIGNING_KEY": key, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "LOG_SIGNING_KEY" in done.stderr
