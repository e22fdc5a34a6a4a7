"""A person's rows are found by whole addresses: those of today, and those that were theirs."""

from datetime import timedelta
from secrets import token_hex

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db.models import Model
from django.utils import timezone

from accounts.models import ConfirmedAddress, User
from accounts.services import note_confirmed_address, set_verified_address
from contact.models import ContactMessage
from outbox.models import OutboxMail
from privacy.datamap import ledger
from privacy.datamap.erasure import erase, plan_erasure
from privacy.datamap.models import Erasure
from privacy.datamap.replay import replay
from privacy.datamap.subjects import proven_addresses_of, subject_of
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import PASSWORD, SHOWN, make_person, make_staff

pytestmark = pytest.mark.django_db


def a_log_entry(about: Model, words: str = "") -> LogEntry:
    editor = User.objects.filter(username="grace").first() or make_staff()
    return LogEntry.objects.create(
        user=editor,
        content_type=ContentType.objects.get_for_model(about),
        object_id=str(about.pk),
        object_repr=str(about),
        action_flag=CHANGE,
        change_message=words,
    )


def a_message(email: str, **fields) -> ContactMessage:
    return ContactMessage.objects.create(
        name="A writer", email=email, message="Hello.", fingerprint=token_hex(8), **fields
    )


def test_a_neighbour_whose_address_contains_the_persons_keeps_everything():
    person = make_person("ann-a", email="a@example.org")
    neighbour = make_person("anna", email="anna@example.org")
    for address in ("anna@example.org", "a@example.org.uk", "x+a@example.org"):
        EmailMessage("A", f"To {address}", to=[address]).send()
        a_message(address)
    a_log_entry(neighbour, "Changed email to anna@example.org")
    EmailMessage("Yours", "To you", to=["a@example.org"]).send()
    a_log_entry(person, "Changed email to a@example.org")
    erase(subject_of(person), cause="account")
    assert sorted(OutboxMail.objects.values_list("recipient", flat=True)) == [
        "a@example.org.uk", "anna@example.org", "x+a@example.org",
    ]  # fmt: skip
    assert ContactMessage.objects.count() == 3
    kept = LogEntry.objects.get(change_message__contains="anna@example.org")
    assert (kept.object_repr, kept.object_id) == ("anna", str(neighbour.pk))
    assert LogEntry.objects.filter(change_message__contains="to a@example.org").exists() is False


def test_a_name_that_is_also_that_of_a_role_erases_no_note_about_the_role():
    person = make_person("editors")
    role = Group.objects.create(name="editors")
    a_log_entry(role, "Changed permissions.")
    erase(subject_of(person), cause="account")
    assert LogEntry.objects.get().object_repr == "editors"


def test_a_note_about_something_of_the_persons_is_theirs():
    person = make_person("ada", email="ada@example.org")
    a_log_entry(a_message("ada@example.org"), "Answered.")
    a_log_entry(a_message("bea@example.org"), "Answered.")
    erase(subject_of(person), cause="account")
    assert sorted(LogEntry.objects.values_list("change_message", flat=True)) == ["", "Answered."]


@pytest.fixture
def moved() -> User:
    """Somebody who had three addresses, one after the other, and wrote from each."""
    start = timezone.now() - timedelta(days=30)
    user = make_person("mover", email="first@example.org")
    for days, address in enumerate(
        ("first@example.org", "second@example.org", "third@example.org")
    ):
        with time_machine.travel(start + timedelta(days=10 * days), tick=False):
            set_verified_address(user, email=address)
            a_message(address)
    return user


def test_former_addresses_still_lead_to_the_person(moved):
    assert plan_erasure(subject_of(moved)).counts["contact.ContactMessage"] == 3
    erase(subject_of(moved), cause="account")
    assert ContactMessage.objects.count() == 0
    assert ConfirmedAddress.objects.count() == 0


def test_what_comes_later_under_a_former_address_is_somebody_elses(moved):
    later = a_message("first@example.org")
    erase(subject_of(moved), cause="account")
    assert list(ContactMessage.objects.all()) == [later]


def test_no_former_address_stands_anywhere_in_clear(moved):
    ContactMessage.objects.all().delete()
    columns = [repr(row) for row in ConfirmedAddress.objects.values_list()]
    assert len(columns) == 3
    assert [row for row in columns if "example" in row] == []


def test_a_restored_backup_is_erased_again_under_all_three(moved, settings, tmp_path):
    settings.ERASURE_LEDGER = str(tmp_path / "ledger.jsonl")
    messages = list(ContactMessage.objects.values("name", "email", "message", "received_at"))
    erase(subject_of(moved), cause="account")
    (line,) = ledger.lines()
    assert (len(line.addresses), len(line.former)) == (1, 2)
    assert "example" not in ledger.path().read_text()
    for fields in messages:  # the backup knows neither the erasure nor the account any more
        ContactMessage.objects.create(fingerprint=token_hex(8), **fields)
    later = a_message("first@example.org")
    Erasure.objects.all().delete()
    replay()
    assert list(ContactMessage.objects.all()) == [later]


def test_going_back_to_a_former_address_makes_it_the_persons_again():
    user = make_person("ada", email="one@example.org")
    for address in ("one@example.org", "two@example.org", "one@example.org"):
        note_confirmed_address(user, email=address)
    assert [row.replaced_at is None for row in ConfirmedAddress.objects.all()] == [True, False]


def test_confirming_by_the_mailed_link_is_remembered(outbox_mails):
    client = SiteClient()
    data = {"username": "ada.l", "email": "Ada@Example.org", "password1": PASSWORD, "shown": SHOWN}
    client.post("/accounts/register/", data, headers=SAME_ORIGIN)
    assert ConfirmedAddress.objects.count() == 0
    text = outbox_mails()[-1].as_message().message().get_payload()
    link = next(word for word in text.split() if "/confirm-email/" in word)
    client.post(link.removeprefix("https://testserver"), headers=SAME_ORIGIN)
    row = ConfirmedAddress.objects.get()
    assert (row.user.email, row.replaced_at) == ("ada@example.org", None)


def test_who_somebody_is_takes_one_query(django_assert_num_queries):
    person, other = make_person("ada"), make_person("bea")
    for user, email, verified in (
        (person, "typed@home.test", False),
        (person, "taken@home.test", False),
        (other, "taken@home.test", True),
        (person, "second@home.test", True),
    ):
        EmailAddress.objects.create(user=user, email=email, verified=verified)
    subject_of(person)
    with django_assert_num_queries(1):
        subject = subject_of(person)
    assert (subject.addresses, subject.claimed, subject.former) == (
        frozenset({person.email, "second@home.test"}),
        frozenset({"typed@home.test"}),
        frozenset(),
    )
    with django_assert_num_queries(1):
        assert proven_addresses_of(person) == {person.email, "second@home.test"}


def test_an_address_of_the_account_that_another_has_verified_is_not_claimed():
    person, other = make_person("ada"), make_person("bea")
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.filter(user=other).update(email=person.email)
    assert (subject_of(person).addresses, subject_of(person).claimed) == (
        frozenset(),
        frozenset(),
    )
