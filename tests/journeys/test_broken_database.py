"""A database that is missing or locked: 503 with Retry-After; files and error pages still come."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sens_site.lib.faults import RETRY_AFTER_SECONDS
from tests.architecture.source import ROOT

BUSY = [503, str(RETRY_AFTER_SECONDS), True, True]


def answers(kind: str, folder: Path) -> dict[str, list[Any]]:
    """Run the site in a process of its own, as its database must break before it starts."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.broken_database", kind, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen: dict[str, list[Any]] = json.loads(done.stdout.splitlines()[-1])
    return seen


@pytest.mark.parametrize("kind", ["missing", "locked"])
def test_what_needs_no_database_still_comes(tmp_path, kind):
    seen = answers(kind, tmp_path)
    assert seen["GET /static/css/site.css"] == [200, "", False, True]
    assert seen["GET /nowhere/"] == [404, "", True, True]


def test_a_missing_database_is_a_503_that_says_when_to_come_back(tmp_path):
    seen = answers("missing", tmp_path)
    needing = {"GET /privacy/", "GET /accounts/profile/", "POST /contact/webmaster/",
               "POST /accounts/register/", "POST /accounts/login/"}  # fmt: skip
    assert {address: seen[address] for address in needing} == dict.fromkeys(needing, BUSY)
    assert {address: answer for address, answer in seen.items() if answer[0] == 500} == {}


def test_a_locked_database_can_still_be_read_and_refuses_writes_with_a_503(tmp_path):
    seen = answers("locked", tmp_path)
    assert seen["GET /privacy/"] == [200, "", True, True]
    writing = {"POST /contact/webmaster/", "POST /accounts/register/"}
    assert {address: seen[address] for address in writing} == dict.fromkeys(writing, BUSY)
    assert {address: answer for address, answer in seen.items() if answer[0] == 500} == {}
