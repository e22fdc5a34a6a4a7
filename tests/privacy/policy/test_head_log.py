"""How the log of heads grows, and for what it does not bear witness."""

import logging
from datetime import date

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from privacy.policy import chains, head_log
from privacy.policy.chains import Chain, Head
from privacy.policy.head_log import append_heads, close_day
from privacy.policy.models import HeadLogEntry, PolicyVersion
from sens_site.lib import row_guards
from sens_site.lib.cache.content_stamp import stamp_of_today

pytestmark = pytest.mark.django_db
DAY = "2026-12-01T20:00:00Z"


def logged() -> list[str]:
    return [str(one) for one in HeadLogEntry.objects.all()]


class Links:
    """A chain of hashes that a test lengthens."""

    def __init__(self) -> None:
        self.hashes: list[str] = []
        self.nights = 0

    def head(self) -> Head:
        return Head(len(self.hashes), self.hashes[-1] if self.hashes else chains.START)

    def at(self, sizes) -> dict[int, str]:
        return {n: self.hashes[n - 1] for n in sizes if n <= len(self.hashes)}

    def night(self) -> None:
        self.nights += 1


@pytest.fixture
def links(monkeypatch) -> Links:
    """The only chain that there is."""
    made = Links()
    only = Chain("only", head=made.head, hashes_at=made.at, before_night=made.night)
    monkeypatch.setattr(chains, "_chains", {"only": only})
    return made


def test_each_chain_that_has_come_further_gets_a_line(links):
    with time_machine.travel(DAY, tick=False):
        assert append_heads() == 0
        links.hashes.append("a" * 64)
        assert (append_heads(), append_heads()) == (1, 0)
        links.hashes += ["b" * 64, "c" * 64]
        assert append_heads() == 1
    assert logged() == [f"only 1 {'a' * 64} 2026-12-01", f"only 3 {'c' * 64} 2026-12-01"]


def test_what_is_not_logged_at_once_waits_for_the_night(links):
    links.hashes.append("a" * 64)
    assert append_heads(at_once=True) == 0
    assert links.nights == 0
    assert close_day() == 1
    assert links.nights == 1


def test_versions_are_logged_at_once():
    assert append_heads(at_once=True) == 2
    assert [line.split()[0] for line in logged()] == ["policy-privacy", "policy-terms"]


@pytest.mark.parametrize("after", [["x"], ["x", "b"], ["a"], []])
def test_a_chain_with_another_past_gets_no_line(links, caplog, after):
    links.hashes = ["a" * 64, "a" * 64]
    append_heads()
    links.hashes = [("9" if one == "x" else one) * 64 for one in after]
    caplog.clear()
    assert append_heads() == 0
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.ERROR, "The chain only no longer has the head that was logged of it.")
    ]
    assert len(logged()) == 1


def test_a_clock_that_goes_back_does_not_turn_the_log_around(links):
    links.hashes.append("a" * 64)
    with time_machine.travel(DAY, tick=False):
        append_heads()
    links.hashes.append("b" * 64)
    with time_machine.travel("2026-11-01T20:00:00Z", tick=False):
        append_heads()
    assert [one.logged_on for one in HeadLogEntry.objects.all()] == [date(2026, 12, 1)] * 2


def test_of_two_workers_that_append_at_once_one_gets_none(links, monkeypatch):
    links.hashes.append("a" * 64)

    def overtaken(rows: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(HeadLogEntry.objects, "bulk_create", overtaken)
    assert append_heads() == 0


def test_a_new_line_makes_pages_anew(links, django_capture_on_commit_callbacks):
    before = stamp_of_today()
    links.hashes.append("a" * 64)
    with django_capture_on_commit_callbacks(execute=True):
        append_heads()
    assert stamp_of_today() != before


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE policy_headlogentry SET head = 'x'",
        "UPDATE policy_headlogentry SET position = 9",
        "DELETE FROM policy_headlogentry",
    ],
)
def test_a_line_is_never_changed(links, attack):
    links.hashes.append("a" * 64)
    append_heads()
    before = logged()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert logged() == before


def test_the_workers_jobs_log_versions_and_close_the_day(db: None):
    call_command("run_job", "log heads at once")
    assert len(logged()) == 2
    call_command("run_job", "close the day of the chains")
    assert [line.split()[0] for line in logged()[2:]] == ["requests"]


def test_an_altered_version_is_not_logged_again(caplog):
    append_heads()
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE policy_policyversion SET hash = %s WHERE number = 3", ["a" * 64])
        connection.check_constraints()
    assert append_heads() == 0
    assert PolicyVersion.objects.get(number=3).hash == "a" * 64


def test_without_a_key_there_is_no_checkpoint(settings):
    settings.LOG_SIGNING_KEY = ""
    assert (head_log.log_key(), head_log.current_checkpoint()) == (None, None)
