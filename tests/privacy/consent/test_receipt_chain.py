"""The chain: whatever is changed, removed or swapped in it is found."""

import random
import tracemalloc
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from privacy.consent.models import ConsentReceipt, NoticeSnapshot, ReceiptSeal
from privacy.consent.receipt_chain import link_hash, seal_receipts, verify, verify_stored
from privacy.consent.receipts import hash_of
from privacy.policy.chains import START
from sens_site.lib.canonical_json import canonical_json
from sens_site.lib.row_guards import lifted

TODAY = date(2026, 11, 22)
UNTIL = date(2030, 5, 22)


@dataclass
class Chain:
    """Rows as the database holds them."""

    seals: list[list[Any]]
    receipts: list[list[Any]]
    notices: list[list[Any]]

    def faults(self, head: tuple[int, str]) -> list[str]:
        receipts = {row[0]: tuple(row) for row in self.receipts}
        sealed = {row[1] for row in self.seals}
        found = verify(
            [(tuple(row), receipts.get(row[1])) for row in self.seals],
            [row for key, row in receipts.items() if key not in sealed],
            [tuple(row) for row in self.notices],
            today=TODAY,
            known_heads=[head],
        )
        return found.faults


def chain(size: int) -> tuple[Chain, tuple[int, str]]:
    notice = "what was shown"
    notices = [[hash_of(notice), notice]]
    seals, receipts, previous = [], [], START
    for number in range(1, size + 1):
        pk = UUID(int=number * 7919)
        document = canonical_json(
            {"receipt_id": str(pk), "keep_until": UNTIL.isoformat(), "snapshot": hash_of(notice)}
        )
        receipts.append([pk, document, hash_of(document), UNTIL, hash_of(notice)])
        link = link_hash(number, pk, hash_of(document), UNTIL, previous)
        seals.append([number, pk, hash_of(document), UNTIL, previous, link])
        previous = link
    return Chain(seals, receipts, notices), (size, previous)


def test_a_chain_that_was_sealed_once_has_that_head_for_ever():
    head = "0f6de2088486a6381e9225abc0ce1929db246f0fa07cbb6a7fe31434d9bd1d06"
    assert chain(1)[1] == (1, head)


def one_byte_edit(value, rng: random.Random):
    """The value with one character, digit or day changed."""
    match value:
        case str():
            at = rng.randrange(len(value))
            other = rng.choice([c for c in '0123456789abcdef"{}x ' if c != value[at]])
            return value[:at] + other + value[at + 1 :]
        case UUID():
            return UUID(int=value.int ^ (1 << rng.randrange(128)))
        case date():
            return value + timedelta(days=rng.choice((-1, 1)))
        case _:
            return value + rng.choice((-1, 1))


def test_an_untouched_chain_is_whole():
    untouched, head = chain(40)
    assert untouched.faults(head) == []
    assert chain(0)[0].faults((0, START)) == ["The chain does not hold the known link 0."]


def test_each_of_10_000_random_edits_deletions_and_swaps_is_found():
    rng = random.Random(27560)  # noqa: S311 - repeatable, not secret
    missed = []
    for attempt in range(10_000):
        touched, head = chain(6)
        table = rng.choice([touched.seals, touched.receipts, touched.receipts, touched.notices])
        row = rng.randrange(len(table))
        what = rng.choice(("edit", "edit", "delete", "swap"))
        if what == "edit":
            column = rng.randrange(len(table[row]))
            table[row][column] = one_byte_edit(table[row][column], rng)
        elif what == "delete":
            del table[row]
        elif table is touched.notices:
            table[row].reverse()
        else:
            other = rng.choice([i for i in range(len(table)) if i != row])
            column = rng.randrange(1, 5 if table is touched.seals else 3)
            a, b = table[row], table[other]
            if a[column] == b[column]:
                column = 2
            a[column], b[column] = b[column], a[column]
        if not touched.faults(head):
            missed.append((attempt, what, row))
    assert missed == []


def test_a_receipt_may_be_missing_only_when_its_time_was_over():
    early, head = chain(3)
    del early.receipts[1]
    assert len(early.faults(head)) == 1
    late, _ = chain(3)
    over = TODAY - timedelta(days=1)
    seals, previous = [], START
    for number, row in enumerate(late.receipts, start=1):
        until = over if number == 2 else row[3]
        link = link_hash(number, row[0], row[2], until, previous)
        seals.append([number, row[0], row[2], until, previous, link])
        previous = link
    late.seals = seals
    del late.receipts[1]
    assert late.faults((3, previous)) == []


def give(count: int, *, padding: int = 0) -> None:
    NoticeSnapshot.objects.get_or_create(digest=hash_of("n"), defaults={"content": "n"})
    at = datetime(2026, 11, 22, tzinfo=timezone.get_default_timezone())
    for second in range(count):
        receipt = ConsentReceipt(at=at + timedelta(seconds=second), keep_until=UNTIL)
        receipt.document = canonical_json(
            {
                "receipt_id": str(receipt.pk),
                "keep_until": UNTIL.isoformat(),
                "snapshot": hash_of("n"),
                "padding": "x" * padding,
            }
        )
        receipt.digest = hash_of(receipt.document)
        receipt.notice_id = hash_of("n")
        receipt.save()


@pytest.mark.django_db
def test_the_worker_seals_in_batches_and_each_receipt_once():
    give(5)
    assert [seal_receipts(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    found = verify_stored()
    assert (found.seals, found.receipts, found.waiting, found.faults) == (5, 5, 0, [])
    give(1)
    assert (verify_stored().waiting, verify_stored().whole) == (1, True)
    assert list(ReceiptSeal.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_a_look_at_the_chain_holds_only_a_portion_of_it(monkeypatch):
    monkeypatch.setattr("privacy.consent.receipt_chain.PORTION", 10)
    size = 64 * 1024

    def peak(count):
        give(count, padding=size)
        while seal_receipts():
            pass
        tracemalloc.start()
        assert verify_stored().whole
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few = peak(20)
    many = peak(180)
    assert many - few < 10 * size


@pytest.mark.django_db
def test_the_job_of_the_worker_is_registered_and_seals():
    from outbox.jobs import registered_jobs

    jobs = {job.name: job for job in registered_jobs()}
    give(1)
    assert jobs["seal consent receipts"].run() == 1
    assert jobs["seal consent receipts"].run() == 0


TABLES = {
    "consent_consentreceipt": "document",
    "consent_receiptseal": "hash",
    "consent_noticesnapshot": "content",
    "consent_groupversion": "version",
    "consent_editorialnote": "reason",
}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_the_database_itself_refuses_to_change_or_delete(table):
    from privacy.consent.models import EditorialNote, GroupVersion

    give(1)
    seal_receipts()
    GroupVersion.objects.create(group="g", version="v", material={})
    EditorialNote.objects.create(group="g", earlier="a", later="b", reason="r", actor="x")
    statements = (
        f'UPDATE "{table}" SET "{TABLES[table]}" = \'x\'',  # noqa: S608 - our own names
        f'DELETE FROM "{table}"',  # noqa: S608 - our own names
    )
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_somebody_who_can_lift_the_guards_is_found_out(capsys):
    give(3)
    seal_receipts()
    head = ReceiptSeal.objects.order_by("-number")[:1].get()
    call_command("verify_receipts", "--head", f"{head.number}:{head.hash}")
    assert "3 receipts, 3 links, 0 waiting: whole." in capsys.readouterr().out
    connection.check_constraints()  # PostgreSQL alters no table with checks still to come
    with lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consent_receiptseal WHERE number = 3")
        cursor.execute(
            "UPDATE consent_consentreceipt SET document = '{}' WHERE id IN"
            " (SELECT receipt_id FROM consent_receiptseal WHERE number = 1)"
        )
        connection.check_constraints()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_receipts", "--head", f"{head.number}:{head.hash}")
    assert ended.value.code == 1
    written = capsys.readouterr().out
    assert "The chain does not hold the known link 3." in written
    assert "has been changed." in written


@pytest.mark.django_db
def test_of_two_workers_that_seal_at_once_one_gets_none_and_tries_again(monkeypatch):
    give(3)

    def overtaken(seals):
        raise IntegrityError

    monkeypatch.setattr(ReceiptSeal.objects, "bulk_create", overtaken)
    assert seal_receipts() == 0
    monkeypatch.undo()
    assert seal_receipts() == 3


@pytest.mark.parametrize("head", ["3", "3:abc", "three:" + "0" * 64, ":" + "0" * 64])
def test_a_head_that_no_log_has_written_is_refused(head):
    with pytest.raises(CommandError, match="as the worker's log writes it"):
        call_command("verify_receipts", "--head", head)
