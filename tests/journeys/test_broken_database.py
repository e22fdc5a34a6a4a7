"""A database that is missing or locked: 503 with Retry-After; files and error pages still come."""

import fcntl
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sens_site.lib.http.faults import RETRY_AFTER_SECONDS
from tests.architecture.source import ROOT
from tests.journeys.hostile import FORMS, FORMS_THAT_SHOW_AGAIN, READ

pytestmark = [pytest.mark.slow, pytest.mark.only_on("sqlite")]
BUSY = [503, str(RETRY_AFTER_SECONDS), True, True]


def ask(kind: str, folder: Path) -> str:
    """Run the site in a process of its own, as its database must break before it starts."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.broken_database", kind, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture
def answers(
    copied_database: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Callable[[str], dict[str, Any]]:
    """What a broken site answers, asked once for all tests of a run, in whichever process."""
    mine = tmp_path_factory.getbasetemp()
    shared = mine.parent if hasattr(request.config, "workerinput") else mine

    def asked_once(kind: str) -> dict[str, Any]:
        kept = shared / f"broken-database-{kind}.json"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_text(ask(kind, tmp_path))
        seen: dict[str, Any] = json.loads(kept.read_text())
        return seen

    return asked_once


def faults(seen: dict[str, Any]) -> dict[str, Any]:
    asked = {address: answer for address, answer in seen.items() if address[:4] in ("GET ", "POST")}
    return {address: answer for address, answer in asked.items() if answer[0] == 500}


@pytest.mark.parametrize("kind", ["missing", "locked"])
def test_what_needs_no_database_still_comes(answers, kind):
    seen = answers(kind)
    assert seen["GET /static/css/site.css"] == [200, "", False, True]
    assert seen["GET /nowhere/"] == [404, "", True, True]


@pytest.mark.parametrize(("kind", "ready"), [("missing", 503), ("locked", 200)])
def test_programs_are_told_that_the_process_lives_and_whether_it_can_work(answers, kind, ready):
    seen = answers(kind)
    assert [seen[f"GET {address}"][0] for address in ("/healthz", "/readyz")] == [200, ready]


def test_a_missing_database_is_a_503_that_says_when_to_come_back(answers):
    seen = answers("missing")
    needing = {"GET /privacy/", "GET /accounts/profile/", "POST /contact/webmaster/",
               "POST /accounts/register/", "POST /accounts/login/"}  # fmt: skip
    assert {address: seen[address] for address in needing} == dict.fromkeys(needing, BUSY)
    assert faults(seen) == {}


def test_a_locked_database_can_still_be_read_and_refuses_writes_with_a_503(answers):
    seen = answers("locked")
    assert seen["GET /privacy/"] == [200, "", True, True]
    writing = {f"POST {address}" for address in FORMS}
    assert {address: seen[address] for address in writing} == dict.fromkeys(writing, BUSY)
    assert faults(seen) == {}


@pytest.mark.parametrize("kind", ["missing", "locked"])
def test_a_refusal_of_cookies_holds_and_waits_for_no_database(answers, kind):
    """Not a tenth of the three seconds that every other form waits for the lock."""
    seen = answers(kind)
    assert seen["POST /cookies/choose/#reject"][0] == 303
    assert seen["seconds /cookies/choose/#reject"] < 0.3


def test_a_form_waits_for_the_lock_once_and_for_three_seconds_in_all(answers):
    seen = answers("locked")
    waits = {address: seen[f"seconds {address}"] for address in FORMS}
    assert {a: seconds for a, seconds in waits.items() if not 2.5 <= seconds < 5} == {}


def test_who_only_reads_waits_for_no_lock(answers):
    seen = answers("locked")
    assert {
        address: seen[f"seconds {address}"] for address in READ if seen[f"seconds {address}"] > 2
    } == {}


def test_what_was_typed_is_kept_while_the_database_is_locked_but_for_passwords(answers):
    seen = answers("locked")
    assert {address: seen[f"kept {address}"] for address in FORMS_THAT_SHOW_AGAIN} == {
        "/contact/order-status/": ["name", "email", "order_number", "message"],
        "/contact/webmaster/": ["name", "email", "message"],
        "/accounts/register/": ["username", "email", "shown"],
        "/accounts/login/": ["login"],
        "/accounts/password/reset/": ["email"],
        "/privacy/choices/": ["kind", "name", "email", "text"],
    }
