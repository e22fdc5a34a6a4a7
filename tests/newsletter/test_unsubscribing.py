"""Leaving: at once, for the newsletter alone, and with nothing left but a keyed hash."""

import pytest
from django.core.mail import EmailMessage

from accounts.erasure import erase_account
from accounts.services import stop_marketing
from newsletter.models import Subscriber, Suppression
from newsletter.suppression import (
    NEWSLETTER,
    SIGN_UP,
    hashes_of,
    is_suppressed,
    mailable,
    may_be_asked,
    may_be_mailed,
    suppress,
)
from newsletter.unsubscribing import (
    Why,
    end_subscription,
    reads_newsletter,
    refuse_questions,
    stop_newsletter,
    stop_topic,
)
from outbox.models import OutboxMail
from outbox.services import withdraw_mail
from privacy.consent.personal_services import accept_newsletter, refuse_newsletter
from privacy.datamap.subjects import by_address, subject_of
from privacy.rights.choices import Channel, Kind
from privacy.rights.services import open_request, record_proof
from privacy.rights.switches import on_for, switch_off
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
ADDRESS = "ann@example.com"


def write(purpose, to=ADDRESS):
    EmailMessage("s", "b", to=[to], headers={"X-Purpose": purpose}).send()


def waiting(to=ADDRESS):
    mails = OutboxMail.objects.filter(recipient=to, sent_at=None)
    return sorted(mails.values_list("purpose", flat=True))


def test_what_waits_is_taken_back_of_the_newsletter_alone(reader):
    ann = reader()
    for purpose in ("newsletter", "newsletter-sign-up", "service"):
        write(purpose)
        write(purpose, "bob@example.com")
    assert end_subscription(ann) is True
    assert waiting() == ["service"]
    assert waiting("bob@example.com") == ["newsletter", "newsletter-sign-up", "service"]
    assert end_subscription(ann) is False
    assert [(s.purpose, s.why) for s in Suppression.objects.all()] == [
        ("newsletter", "unsubscribed")
    ]


def test_parked_mail_is_taken_back_and_sent_mail_stays_in_the_log():
    for _ in range(3):
        write("newsletter")
    first, second, _ = OutboxMail.objects.order_by("pk")
    OutboxMail.objects.filter(pk=first.pk).update(sent_at=first.created_at)
    OutboxMail.objects.filter(pk=second.pk).update(parked_at=first.created_at)
    assert withdraw_mail(purpose="newsletter", recipient=" ANN@Example.COM") == 2
    assert list(OutboxMail.objects.values_list("pk", flat=True)) == [first.pk]


def test_who_ends_the_last_topic_ends_the_newsletter(reader, topic):
    ann = reader()
    assert stop_topic(ann, topic) is True
    assert not Subscriber.objects.exists()
    assert not may_be_mailed(ADDRESS)
    assert stop_topic(ann, topic) is False


def test_a_refused_sign_up_leaves_no_hash_for_the_newsletter():
    row = Subscriber.objects.create(email=ADDRESS)
    refuse_questions(row)
    assert not may_be_asked(ADDRESS)
    assert may_be_mailed(ADDRESS)
    assert not Subscriber.objects.exists()


def test_an_address_is_suppressed_once_and_the_first_reason_stays():
    assert suppress(ADDRESS, purpose=NEWSLETTER, why=Why.COMPLAINT) is not None
    assert suppress(ADDRESS, purpose=NEWSLETTER, why=Why.UNSUBSCRIBED) is None
    assert list(Suppression.objects.values_list("why", flat=True)) == ["complaint"]


def test_a_new_key_of_the_site_forgets_nobody(settings):
    suppress(ADDRESS, purpose=NEWSLETTER, why=Why.UNSUBSCRIBED)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key"
    assert is_suppressed(ADDRESS, purpose=NEWSLETTER)
    assert mailable([ADDRESS, "bob@example.com"]) == ["bob@example.com"]
    assert len(hashes_of(ADDRESS)) == 2


def test_a_batch_of_many_is_asked_in_portions(django_assert_num_queries):
    addresses = [f"{number}@example.com" for number in range(900)]
    suppress("7@example.com", purpose=NEWSLETTER, why=Why.UNSUBSCRIBED)
    # Three for the hashes, the accounts that own the addresses (none), and who is held.
    with django_assert_num_queries(5):
        assert len(mailable(addresses)) == 899


def test_a_refusing_account_loses_its_subscription_and_gets_none_until_it_says_yes(person, reader):
    reader(person.email)
    write("newsletter", person.email)
    refuse_newsletter(person)
    assert not Subscriber.objects.exists()
    assert waiting(person.email) == []
    assert is_suppressed(person.email, purpose=NEWSLETTER)
    assert not may_be_asked(person.email)
    accept_newsletter(person)
    assert may_be_asked(person.email)


def test_marketing_that_is_stopped_at_the_desk_ends_it_as_well(person, reader):
    reader(person.email)
    stop_marketing(subject_of(person))
    assert not Subscriber.objects.exists()


def test_deleting_an_account_leaves_the_hash_of_a_confirmed_reader_alone(person, reader):
    reader(person.email)
    reader("other@example.com")
    report = erase_account(person)
    assert (
        "- Newsletter subscription (1): a keyed hash of the address stays, so that we do not write "
        "again\n" in report.as_text
    )
    assert list(Subscriber.objects.values_list("email", flat=True)) == ["other@example.com"]
    assert [(s.purpose, s.why) for s in Suppression.objects.all()] == [("newsletter", "erased")]
    assert not may_be_mailed(person.email)


def test_deleting_an_account_leaves_nothing_of_a_sign_up_that_waits(person):
    Subscriber.objects.create(email=person.email)
    erase_account(person)
    assert not Subscriber.objects.exists()
    assert not Suppression.objects.exists()


def test_a_suppression_for_one_purpose_says_nothing_of_another():
    suppress(ADDRESS, purpose=SIGN_UP, why=Why.REFUSED)
    assert not is_suppressed(ADDRESS, purpose=NEWSLETTER)


def test_an_objection_ends_it_for_who_has_no_account_and_no_list_brings_it_back(reader):
    reader(), reader("bob@example.com")
    write("newsletter")
    assert (reads_newsletter(by_address(ADDRESS)), reads_newsletter(by_address("c@d.test"))) == (
        True, False,
    )  # fmt: skip
    stop_newsletter(by_address(ADDRESS, "not-a-reader@example.com"))
    assert list(Subscriber.objects.values_list("email", flat=True)) == ["bob@example.com"]
    assert (waiting(), reads_newsletter(by_address(ADDRESS))) == ([], False)
    assert mailable([ADDRESS, "not-a-reader@example.com", "bob@example.com"]) == ["bob@example.com"]
    assert may_be_asked(ADDRESS) is True
    stop_newsletter(by_address(ADDRESS))
    assert {(s.purpose, s.why) for s in Suppression.objects.all()} == {("newsletter", "refused")}


def test_an_objection_that_staff_enter_ends_the_newsletter_once_it_is_proven(reader):
    reader()
    request = open_request(
        kind=Kind.OBJECTION, name="Ann", email=ADDRESS, text="", channel=Channel.LETTER
    )
    assert Subscriber.objects.count() == 1
    record_proof(request, by=make_staff(), how="Called back at the number on file.")
    assert Subscriber.objects.count() == 0


def test_the_desk_switches_it_off_for_who_takes_a_consent_back(reader):
    reader()
    request = open_request(
        kind=Kind.WITHDRAWAL, name="Ann", email=ADDRESS, text="", channel=Channel.LETTER
    )
    assert [one.label for one in on_for(request)] == ["Newsletter"]
    switch_off(request, by=make_staff(), keys=["newsletter"])
    assert (Subscriber.objects.count(), on_for(request)) == (0, [])
