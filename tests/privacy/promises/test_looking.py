"""Our own look from outside, every night, and `manage.py check_front`."""

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.management import call_command

from outbox.jobs import registered_jobs
from privacy.promises.models import PromiseResult, State
from privacy.promises.outside import looking
from privacy.promises.outside.mail_facts import Fact
from privacy.promises.registry import Look

pytestmark = pytest.mark.django_db
HOME = ZoneInfo("America/Denver")
COOKIES, TRANSPORT = "cookies.none-before-consent", "security.technical"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Say what the script finds; return how it was called."""
    said = SimpleNamespace(found={}, calls=[], status=0)

    def main(arguments: list[str]) -> int:
        said.calls.append(arguments)
        print(json.dumps(said.found))
        return said.status

    monkeypatch.setattr("privacy.promises.outside.verify.main", main)
    monkeypatch.setattr("privacy.promises.outside.looking.mail_facts", list)
    pauses = SimpleNamespace(sleep=said.calls.append)
    monkeypatch.setattr("privacy.promises.outside.looking.time", pauses)
    return said


def results() -> dict[str, tuple[str, str]]:
    rows = PromiseResult.objects.filter(look=Look.OUTSIDE)
    return {row.claim_id: (row.state, row.words) for row in rows}


def test_what_the_script_finds_is_stored_as_seen_from_outside(script, settings):
    script.found = {
        COOKIES: ("kept", "nothing sets a cookie"),
        TRANSPORT: ("broken", "headers are in place: not so at /news/"),
        "mail.unsubscribe-link": ("not looked", "it opens: nothing to look at yet"),
        "no.such-claim": ("kept", "of another company"),
        "company.who-we-are": ("kept", "a statement"),
    }
    looking.look()
    assert results() == {
        COOKIES: ("kept", "Nothing sets a cookie."),
        TRANSPORT: ("broken", "Headers are in place: not so at /news/."),
        "mail.unsubscribe-link": ("not carried out", "It opens: nothing to look at yet."),
    }
    assert script.calls == [["https://testserver", "--json", "--state", settings.OUTSIDE_STATE]]


def test_where_nobody_answers_nothing_is_broken(script):
    script.found = {
        COOKIES: ("not looked", "nothing sets a cookie: <urlopen error refused>"),
        TRANSPORT: ("not looked", "headers are in place: <urlopen error refused>"),
    }
    looking.look()
    nobody = ("not carried out", "Nobody answered at the address of the site.")
    assert results() == {COOKIES: nobody, TRANSPORT: nobody}
    assert script.calls[1::2] == [5] * 6, "a site that is just starting is asked again"


def test_a_certificate_that_does_not_hold_is_a_fault_and_not_silence(script):
    why = "<urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired>"
    script.found = {
        COOKIES: ("not looked", f"nothing sets a cookie: {why}"),
        TRANSPORT: ("not looked", f"headers are in place: {why}"),
    }
    looking.look()
    assert results()[TRANSPORT] == ("broken", "The certificate of the site does not hold.")
    assert results()[COOKIES][0] == "not carried out"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (("kept", "headers are in place"), ("broken", "It lacks SPF.")),
        (("broken", "a header is missing"), ("broken", "A header is missing. It lacks SPF.")),
    ],
)
def test_a_fault_of_the_mail_counts_as_one_of_transport(script, monkeypatch, before, expected):
    facts = [
        Fact("MX", State.KEPT, "It has one."),
        Fact("SPF", State.BROKEN, "It lacks SPF."),
        Fact("DKIM", State.NOT_CARRIED_OUT, "Nobody knows."),
    ]
    monkeypatch.setattr("privacy.promises.outside.looking.mail_facts", lambda: facts)
    script.found = {TRANSPORT: before}
    looking.look()
    assert results()[TRANSPORT] == expected


@pytest.fixture
def due(script, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Tell whether a look is due, hours after one that has just been stored."""

    def ask(*, now: datetime) -> bool:
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        return looking.is_due()

    return ask


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=HOME)


def looked(script: Any, monkeypatch: pytest.MonkeyPatch, when: datetime, state: str) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: when)
    script.found = {COOKIES: (state, "nothing sets a cookie")}
    looking.look()


def test_a_look_is_due_once_a_day_and_in_the_night(due, script, monkeypatch):
    assert due(now=at(1, 12))
    looked(script, monkeypatch, at(1, 12), "kept")
    assert not due(now=at(1, 23, 59))
    assert not due(now=at(2, 0, 59))
    assert due(now=at(2, 1))


def test_after_a_deploy_a_look_is_due_at_once(due, script, monkeypatch):
    looked(script, monkeypatch, at(1, 12), "kept")
    cache.set(looking.LOOKED_VERSION, "another version")
    assert due(now=at(1, 12, 1))


def test_where_nobody_answered_a_look_is_due_after_an_hour(due, script, monkeypatch):
    looked(script, monkeypatch, at(1, 12), "not looked")
    assert not due(now=at(1, 12, 59))
    assert due(now=at(1, 12, 0) + timedelta(hours=1, seconds=31))


def test_it_is_a_job_of_its_own_process():
    (job,) = [one for one in registered_jobs() if one.name == "look from outside"]
    assert (job.apart, job.when) == (True, looking.is_due)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def facts(script, monkeypatch: pytest.MonkeyPatch) -> list[Fact]:
    found: list[Fact] = []
    monkeypatch.setattr(
        "privacy.promises.management.commands.check_front.mail_facts", lambda: found
    )
    return found


@pytest.mark.parametrize(
    ("script_said", "state", "status"),
    [
        (0, State.KEPT, 0),
        (1, State.KEPT, 1),
        (2, State.KEPT, 2),
        (0, State.NOT_CARRIED_OUT, 0),
        (0, State.BROKEN, 1),
        (2, State.BROKEN, 1),
    ],
)
def test_the_command_ends_as_what_it_saw(script, facts, script_said, state, status):
    script.status = script_said
    facts.append(Fact("SPF", state, "It has one."))
    if not status:
        call_command("check_front")
        return
    with pytest.raises(SystemExit) as ended:
        call_command("check_front")
    assert ended.value.code == status


def test_the_command_says_not_looked_at_where_it_could_not_look(script, facts, capsys):
    facts.append(Fact("mail", State.NOT_CARRIED_OUT, "The name system could not be reached."))
    call_command("check_front", "--mail-only")
    assert script.calls == []
    assert capsys.readouterr().out.split(maxsplit=3) == [
        "not", "looked", "at", "mail      The name system could not be reached.\n",
    ]  # fmt: skip


# --- where it is served ---------------------------------------------------------------------------


def test_anybody_gets_the_very_file(client):
    answer = client.get("/privacy/verify.py")
    assert answer.status_code == 200
    assert answer.content == looking.SCRIPT.read_bytes()
    assert answer.headers["Content-Type"] == "text/x-python; charset=utf-8"
    assert answer.cookies == {}


@pytest.mark.parametrize(
    "path", ["/privacy/promises/", "/privacy/history/", "/privacy/compare/1/2/"]
)
def test_pages_with_evidence_lead_to_it(client, path):
    assert 'href="/privacy/verify.py"' in client.get(path).content.decode()
