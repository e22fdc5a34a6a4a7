"""The ledger, and what is done again with it: after a crash, and after a restore."""

import fcntl
import io
import re
import stat
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from contact.models import ContactMessage
from privacy.datamap import ledger
from privacy.datamap.checks import check_ledger
from privacy.datamap.erasure import erase, plan_erasure
from privacy.datamap.models import Erasure
from privacy.datamap.replay import pending, replay, unknown_to_ledger
from privacy.datamap.search import hits
from privacy.datamap.subjects import subject_of
from tests.factories.people import make_person
from tests.subject import make_subject

pytestmark = pytest.mark.django_db


def test_the_line_stands_before_the_first_delete_and_names_nobody(ada, ada_subject, ledger_file):
    seen = []
    erase(ada_subject, cause="account", also=lambda report: seen.append(ledger.lines()))
    ((line,),) = seen
    assert line.cause == "account"
    text = ledger_file.read_text()
    assert (ada.username in text, ada.email in text) == (False, False)
    assert stat.S_IMODE(ledger_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(ledger_file.parent.stat().st_mode) == 0o700


def test_a_machine_that_dies_half_way_is_finished_by_the_worker(ada, ada_subject):
    # All that such a machine leaves is the line.
    ledger.write(
        ledger.line_for(
            ada_subject, reference="r" * 32, cause="account", plan="p", at=timezone.now()
        )
    )
    assert replay(settled=True).lines == 0  # it may still be running
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert replay(settled=True).people == 1
    assert User.objects.filter(pk=ada.pk).exists() is False
    assert Erasure.objects.get().replayed is True
    assert pending() == []


def test_whoever_registered_again_since_is_left_alone(ada, ada_subject):
    erase(ada_subject, cause="account")
    Erasure.objects.all().delete()  # as if a backup had been restored
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        again = make_subject("ada-lovelace")
        before = plan_erasure(subject_of(again)).counts
        assert replay().people == 0
        assert plan_erasure(subject_of(again)).counts == before


def test_a_line_cut_short_by_a_power_failure_is_passed_over(ada_subject, ledger_file):
    erase(ada_subject, cause="account")
    with ledger_file.open("a") as file:
        file.write('{"reference":"cut')
    assert len(ledger.lines()) == 1


def test_lines_older_than_any_backup_are_dropped(ada_subject, ledger_file):
    erase(ada_subject, cause="account")
    assert ledger.trim(now=timezone.now() + timedelta(days=34)) == 0
    assert ledger.trim(now=timezone.now() + timedelta(days=36)) == 1
    assert ledger_file.read_text() == ""
    assert stat.S_IMODE(ledger_file.stat().st_mode) == 0o600


def test_the_ledger_outlives_a_change_of_key(ada, ada_subject, settings):
    ledger.write(
        ledger.line_for(
            ada_subject, reference="r" * 32, cause="account", plan="p", at=timezone.now()
        )
    )
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-more-than-thirty-two-signs"
    assert replay().people == 1


def test_a_start_warns_until_the_ledger_was_replayed(ada, ada_subject):
    assert check_ledger(databases=["default"]) == []
    erase(ada_subject, cause="account")
    assert check_ledger(databases=["default"]) == []
    Erasure.objects.all().delete()
    assert [w.id for w in check_ledger(databases=["default"])] == ["datamap.W101"]
    with pytest.raises(CommandError, match="1 erasures of the ledger are unknown"):
        call_command("verify_erasure_ledger")
    replay()
    assert check_ledger(databases=["default"]) == []
    call_command("verify_erasure_ledger", stdout=io.StringIO())


def test_a_ledger_that_was_lost_is_missed(ada_subject, ledger_file):
    erase(ada_subject, cause="account")
    ledger_file.unlink()
    assert unknown_to_ledger() == 1
    assert [w.id for w in check_ledger(databases=["default"])] == ["datamap.W102"]


def test_a_rehearsal_writes_no_line(ada_subject):
    with ledger.rehearsing():
        erase(ada_subject, cause="promise")
    assert ledger.lines() == []


def dump() -> dict[str, list[Any]]:
    """Copy the tables of people, as a backup does."""
    with connection.cursor() as cursor:
        found = {}
        for table in ("accounts_user", "account_emailaddress", "contact_contactmessage"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            found[table] = cursor.fetchall()
        return found


def restore(backup: dict[str, list[Any]]) -> None:
    Erasure.objects.all().delete()
    with connection.cursor() as cursor:
        for table, rows in backup.items():
            cursor.execute(f"SELECT id FROM {table}")  # noqa: S608
            present = {pk for (pk,) in cursor.fetchall()}
            for row in rows:
                if row[0] not in present:
                    places = ", ".join(["%s"] * len(row))
                    cursor.execute(f"INSERT INTO {table} VALUES ({places})", row)  # noqa: S608


def test_the_drill_fifty_people_stay_erased_after_a_restore(db):
    people = [make_person(f"canary{n:02d}", name=f"Canary {n}") for n in range(50)]
    kept = make_person("neighbour", name="Neighbour")
    for n, user in enumerate([*people, kept]):
        ContactMessage.objects.create(
            name=user.name, email=user.email, message="Hello", fingerprint=f"{n:064d}"
        )
    backup = dump()
    for user in people:
        erase(subject_of(user), cause="account")
    assert hits(["canary"]) == {}
    restore(backup)
    assert User.objects.filter(username__startswith="canary").count() == 50
    assert ContactMessage.objects.count() == 51
    out = io.StringIO()
    call_command("replay_erasures", "--dry-run", stdout=out)
    assert out.getvalue() == "50 erasures to do again. Nothing was changed.\n"
    call_command("replay_erasures", stdout=out)
    assert "50 erasures done again: 50 people found" in out.getvalue()
    assert hits(["canary"]) == {}
    assert ContactMessage.objects.get().name == "Neighbour"
    assert pending() == []


def test_a_line_that_waited_while_the_file_was_replaced_is_in_the_new_one(
    ada_subject, ledger_file, monkeypatch
):
    line = ledger.line_for(
        ada_subject, reference="r" * 32, cause="account", plan="p", at=timezone.now()
    )
    ledger.write(line)
    lock = fcntl.flock
    replaced: list[str] = []

    def wait(file, kind):
        lock(file, kind)
        if not replaced:
            replaced.append(ledger_file.read_text())
            ledger_file.unlink()
            ledger_file.write_text(replaced[0])

    monkeypatch.setattr(fcntl, "flock", wait)
    ledger.write(replace(line, reference="s" * 32))
    assert [line.reference[0] for line in ledger.lines()] == ["r", "s"]


def test_the_command_says_where_lines_are_missing(ada_subject, ledger_file):
    erase(ada_subject, cause="account")
    ledger_file.unlink()
    with pytest.raises(CommandError, match="1 erasures of this database are missing"):
        call_command("verify_erasure_ledger")


def test_young_lines_stay_as_they_are_and_outlive_the_old(ada, neighbour, ledger_file):
    erase(subject_of(ada), cause="account")
    before = ledger_file.read_text()
    assert ledger.trim() == 0
    assert ledger_file.read_text() == before
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        erase(subject_of(neighbour), cause="account")
        young = ledger_file.read_text().removeprefix(before)
    with time_machine.travel(timezone.now() + timedelta(days=37)):
        assert ledger.trim() == 1
    assert ledger_file.read_text() == young


def test_nobody_is_held_in_memory_whom_no_line_means(ada, ada_subject, monkeypatch):
    make_person()
    known = []
    erase(ada_subject, cause="account")
    Erasure.objects.all().delete()  # as if a backup had been restored
    make_subject("ada-lovelace")
    monkeypatch.setattr(
        "privacy.datamap.replay.carry_out_again", lambda subject, line: Counted(subject)
    )
    monkeypatch.setattr(
        "privacy.datamap.replay._subject_of",
        lambda line, accounts, addresses: known.append((line, accounts, addresses)),
    )
    replay()
    ((line, accounts, addresses),) = known
    assert set(accounts) <= {line.account}
    assert set(addresses) == set(line.addresses)


class Counted:
    """A report of an erasure that has found nothing."""

    def __init__(self, subject: object) -> None:
        self.lines = ()


def test_the_written_order_after_a_restore_succeeds_at_each_step(db):
    person = make_person("canary")
    backup = dump()
    erase(subject_of(person), cause="account")
    restore(backup)
    text = (settings.BASE_DIR / "docs" / "backup.md").read_text()
    (block,) = re.findall(r"```\nset -e\n((?:\.venv/bin/python manage\.py \S+\n)+)```", text)
    steps = [line.split()[-1] for line in block.splitlines()]
    assert {"migrate", "replay_erasures", "verify_erasure_ledger"} <= set(steps)
    assert len(pending()) == 1
    for step in steps:
        call_command(step, stdout=io.StringIO())  # raises where `set -e` would stop
    assert pending() == []
    assert User.objects.filter(username="canary").exists() is False
