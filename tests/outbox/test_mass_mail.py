"""One message to many people: one row each, made once, and nothing of one in another's."""

import threading
from email import message_from_bytes

import pytest
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection

from outbox import mass_mail
from outbox.mass_mail import store_copies
from outbox.models import NOTICE, MassMailProgress, OutboxMail

LETTER = EmailMessage("A change — soon", "Read it: “here”.\n", "site@company.test")


def recipients_in_message(mail: OutboxMail) -> tuple[str, str]:
    message = message_from_bytes(bytes(mail.message))
    return mail.recipient, str(message["To"])


def test_each_recipient_gets_a_copy_that_names_nobody_else(db, monkeypatch):
    monkeypatch.setattr(mass_mail, "BATCH", 2)
    people = [f"p{n}@customer.test" for n in range(5)]
    assert store_copies(LETTER, iter(people), dedupe_key="k") == 5
    mails = list(OutboxMail.objects.order_by("pk"))
    assert [recipients_in_message(mail) for mail in mails] == [(p, p) for p in people]
    assert {(m.purpose, m.subject, m.sender) for m in mails} == {
        (NOTICE, "A change — soon", "site@company.test")
    }
    assert len({m.message_id for m in mails}) == 1
    texts = {message_from_bytes(bytes(m.message)).get_payload(decode=True) for m in mails}
    assert texts == {"Read it: “here”.\r\n".encode()}


def test_running_twice_stores_nothing_twice(db):
    assert store_copies(LETTER, ["a@customer.test"], dedupe_key="k") == 1
    assert store_copies(LETTER, ["A@customer.test", "b@customer.test"], dedupe_key="k") == 1
    assert store_copies(LETTER, ["a@customer.test"], dedupe_key="other") == 1


@pytest.mark.parametrize("address", ["jürgen@customer.test", "o'neil+x@customer.test"])
def test_uncommon_addresses_are_written_as_django_writes_them(db, address: str):
    assert store_copies(LETTER, [address], dedupe_key="k") == 1
    expected = EmailMessage("s", "b", "site@company.test", [address]).message()["To"]
    assert recipients_in_message(OutboxMail.objects.get()) == (address, expected)


def test_a_line_break_in_an_address_stores_nothing(db):
    with pytest.raises(ValueError, match="newline"):
        store_copies(LETTER, ["a@b.test", "x@y.test\nBcc: z@y.test"], dedupe_key="k")
    assert OutboxMail.objects.count() == 0


def test_nobody_is_no_mail(db):
    assert store_copies(LETTER, [], dedupe_key="k") == 0


def test_a_message_to_many_says_so_and_asks_for_no_answer(db):
    store_copies(LETTER, ["ada@customer.test"], dedupe_key="letter")
    message = OutboxMail.objects.get().as_message().message()
    told = {name: message[name] for name in ("List-Id", "Precedence", "Auto-Submitted")}
    assert told == {
        "List-Id": "<notice.testserver>",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
    }


@pytest.mark.django_db(transaction=True)
def test_others_write_between_two_batches(monkeypatch):
    monkeypatch.setattr(mass_mail, "BATCH", 2)
    problems: list[str] = []

    def people():
        for number in range(6):
            yield f"p{number}@customer.test"
            if number % 2:
                problems.extend(write_from_outside(number))

    assert store_copies(LETTER, people(), dedupe_key="k") == 6
    assert problems == []
    assert OutboxMail.objects.filter(dedupe_key="outside").count() == 3


def write_from_outside(number: int) -> list[str]:
    """Write as another process does that waits for no lock; return what went wrong."""
    problems = []

    def write() -> None:
        try:
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 0")
            store_copies(LETTER, [f"other{number}@customer.test"], dedupe_key="outside")
        except DatabaseError as error:
            problems.append(repr(error))
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    return problems


def test_run_that_was_broken_off_is_finished_by_the_next(db, monkeypatch):
    monkeypatch.setattr(mass_mail, "BATCH", 2)

    def broken_off():
        yield from ["a@customer.test", "b@customer.test", "c@customer.test"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store_copies(LETTER, broken_off(), dedupe_key="k")
    assert store_copies(LETTER, [f"{n}@customer.test" for n in "abcd"], dedupe_key="k") == 2
    assert OutboxMail.objects.count() == 4


def test_progress_names_the_audience_and_nobody_in_it():
    assert str(MassMailProgress(dedupe_key="k", audience="accounts")) == "copies to accounts"
