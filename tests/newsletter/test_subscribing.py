"""Becoming a reader: one effect for each act, and one answer for every address."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from newsletter import subscribing
from newsletter.links import CONFIRM, code_of, token_of
from newsletter.models import Subscriber, Suppression, Topic
from newsletter.subscribing import (
    NotYoursError,
    SignUp,
    choose_topics,
    confirm_by_code,
    confirm_by_link,
    mail_links,
    release_held,
    remind,
    sign_up,
    subscribe_account,
)
from newsletter.suppression import NEWSLETTER, SIGN_UP, is_suppressed, may_be_mailed, suppress
from newsletter.unsubscribing import end_subscription
from newsletter.wording import words_shown
from outbox.models import OutboxMail
from privacy.consent.personal_services import refuse_newsletter
from privacy.datamap.retention import purge_expired

pytestmark = pytest.mark.django_db
ADDRESS = "ada@reader.test"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
WRONG = "AAAA-AAAA"


def asked(email=ADDRESS, *slugs):
    topics = Topic.objects.filter(slug__in=slugs or ["charger-settings"])
    return SignUp(email=email, topics=tuple(topics), words=words_shown())


def subjects(email=ADDRESS):
    mails = OutboxMail.objects.filter(recipient=email).order_by("pk")
    return list(mails.values_list("subject", flat=True))


CONFIRM_IT = "Confirm your newsletter sign-up"
REMINDER = "Your newsletter sign-up waits for you"
KNOWN = "You have our newsletter already"
RECEIPT = "Your newsletter sign-up is confirmed"


def reader(email=ADDRESS):
    return Subscriber.objects.get(email=email)


def confirmed(email=ADDRESS, *slugs):
    sign_up(asked(email, *slugs))
    return confirm_by_link(token_of(reader(email), CONFIRM))


def test_twelve_equal_sign_ups_are_one():
    for _ in range(12):
        sign_up(asked())
    assert subjects() == [CONFIRM_IT]
    assert reader().state == "pending"


@pytest.mark.parametrize("name", ["_sign_up", "_subscribe_account"])
def test_who_was_slower_with_a_new_address_finds_the_row_of_the_other(monkeypatch, name, person):
    act, calls = getattr(subscribing, name), []

    def slower(*args):
        calls.append(args)
        if len(calls) == 1:
            raise IntegrityError
        return act(*args)

    monkeypatch.setattr(subscribing, name, slower)
    if name == "_sign_up":
        sign_up(asked(person.email))
    else:
        subscribe_account(person, asked(person.email))
    assert (len(calls), Subscriber.objects.count()) == (2, 1)


def test_the_topics_of_the_last_sign_up_count_and_an_hour_later_is_written_again():
    with time_machine.travel(NOON, tick=False) as clock:
        sign_up(asked())
        key = reader().key
        sign_up(asked(ADDRESS, "specifications", "starting-batteries"))
        assert subjects() == [CONFIRM_IT]
        assert sorted(reader().topics.values_list("slug", flat=True)) == [
            "specifications",
            "starting-batteries",
        ]
        clock.shift(timedelta(hours=1, seconds=1))
        sign_up(asked())
        assert subjects() == [CONFIRM_IT, CONFIRM_IT]
        assert (reader().key, reader().created_at) == (key, NOON + timedelta(hours=1, seconds=1))


def test_who_has_it_already_is_told_so_once_an_hour_and_nothing_changes():
    with time_machine.travel(NOON, tick=False) as clock:
        confirmed()
        clock.shift(timedelta(hours=2))
        for _ in range(2):
            sign_up(asked(ADDRESS, "specifications"))
    assert subjects() == [CONFIRM_IT, RECEIPT, KNOWN]
    assert list(reader().topics.values_list("slug", flat=True)) == ["charger-settings"]


def test_who_wants_no_question_gets_none_and_no_row_is_left():
    suppress(ADDRESS, purpose=SIGN_UP, why=Suppression.Why.REFUSED)
    sign_up(asked())
    assert subjects() == []
    assert not Subscriber.objects.exists()


def test_an_account_that_refuses_is_not_asked_whoever_types_its_address(person):
    refuse_newsletter(person)
    sign_up(asked(person.email))
    assert subjects(person.email) == []
    assert not Subscriber.objects.exists()


def test_who_has_unsubscribed_is_asked_and_the_answer_lifts_the_suppression():
    end_subscription(confirmed())
    assert not may_be_mailed(ADDRESS)
    confirmed()
    assert may_be_mailed(ADDRESS)
    assert not Suppression.objects.exists()


def test_a_filled_trap_is_held_for_a_person_and_changes_no_row_of_others():
    sign_up(asked("held@reader.test"), trapped=True)
    assert (reader("held@reader.test").state, subjects("held@reader.test")) == ("held", [])
    before = confirmed()
    sign_up(asked(ADDRESS, "specifications"), trapped=True)
    assert reader().confirmed_at == before.confirmed_at
    assert list(reader().topics.values_list("slug", flat=True)) == ["charger-settings"]


def test_a_held_sign_up_that_is_sent_again_without_the_trap_goes_on():
    sign_up(asked(), trapped=True)
    sign_up(asked())
    assert (reader().state, subjects()) == ("pending", [CONFIRM_IT])


def test_staff_let_a_held_sign_up_go_on_once():
    sign_up(asked(), trapped=True)
    held = reader()
    release_held(held)
    assert (reader().state, subjects()) == ("pending", [CONFIRM_IT])
    with pytest.raises(Subscriber.DoesNotExist):
        release_held(held)


def test_a_held_sign_up_of_an_address_that_wants_no_question_is_not_written_to():
    sign_up(asked(), trapped=True)
    suppress(ADDRESS, purpose=SIGN_UP, why=Suppression.Why.REFUSED)
    release_held(reader())
    assert subjects() == []


@pytest.mark.parametrize(("minutes", "counts"), [(1, True), (11, False)])
def test_a_second_press_is_told_the_same_for_ten_minutes_and_has_no_effect(minutes, counts):
    with time_machine.travel(NOON, tick=False) as clock:
        sign_up(asked())
        token = token_of(reader(), CONFIRM)
        first = confirm_by_link(token)
        clock.shift(timedelta(minutes=minutes))
        second = confirm_by_link(token)
    assert first is not None
    assert first.confirmed_at == reader().confirmed_at == NOON
    assert (second == first) is counts
    assert subjects() == [CONFIRM_IT, RECEIPT]


@pytest.mark.parametrize(("hours", "works"), [(7 * 24 - 1, True), (7 * 24 + 1, False)])
def test_link_and_code_work_for_seven_days(hours, works):
    with time_machine.travel(NOON, tick=False) as clock:
        for email in (ADDRESS, "bob@reader.test"):
            sign_up(asked(email))
        clock.shift(timedelta(hours=hours))
        by_link = confirm_by_link(token_of(reader(), CONFIRM))
        by_code = confirm_by_code("bob@reader.test", code_of(reader("bob@reader.test")))
    assert [by_link is not None, by_code is not None] == [works, works]


def test_the_code_of_a_reader_is_told_the_same_at_the_second_try():
    sign_up(asked())
    code = code_of(reader())
    assert confirm_by_code(ADDRESS, code) == confirm_by_code(ADDRESS, code)
    assert subjects() == [CONFIRM_IT, RECEIPT]


def test_after_five_wrong_codes_the_right_one_is_none_but_the_link_works():
    sign_up(asked())
    assert [confirm_by_code(ADDRESS, WRONG) for _ in range(5)] == [None] * 5
    assert confirm_by_code(ADDRESS, code_of(reader())) is None
    confirmed = confirm_by_link(token_of(reader(), CONFIRM))
    assert confirmed is not None
    assert confirmed.confirmed_by == "link"


def test_a_code_for_an_unknown_address_confirms_nothing():
    assert confirm_by_code("nobody@reader.test", WRONG) is None


def test_an_account_signs_up_at_its_confirmed_address_alone(person):
    refuse_newsletter(person)
    with pytest.raises(NotYoursError):
        subscribe_account(person, asked("else@reader.test"))
    suppress(person.email, purpose=NEWSLETTER, why=Suppression.Why.UNSUBSCRIBED)

    row = subscribe_account(person, asked(person.email))

    assert (row.confirmed_by, row.source) == ("account", "account")
    assert may_be_mailed(person.email)
    assert subjects(person.email) == [RECEIPT]
    again = subscribe_account(person, asked(person.email, "specifications"))
    assert list(again.topics.values_list("slug", flat=True)) == ["specifications"]
    assert subjects(person.email) == [RECEIPT]


def test_an_account_may_finish_a_sign_up_that_waits(person):
    sign_up(asked(person.email))
    assert subscribe_account(person, asked(person.email)).confirmed_by == "account"


def test_a_reminder_comes_once_after_four_days_and_then_the_row_is_gone():
    with time_machine.travel(NOON, tick=False) as clock:
        sign_up(asked())
        clock.shift(timedelta(days=4, seconds=-1))
        assert remind() == 0
        clock.shift(timedelta(seconds=1))
        assert (remind(), remind()) == (1, 0)
        assert subjects() == [CONFIRM_IT, REMINDER]
        clock.shift(timedelta(days=3))
        purge_expired()
        assert Subscriber.objects.exists()
        clock.shift(timedelta(seconds=1))
        purge_expired()
        assert not Subscriber.objects.exists()


def test_nobody_is_reminded_who_wants_no_question():
    with time_machine.travel(NOON, tick=False) as clock:
        sign_up(asked())
        suppress(ADDRESS, purpose=SIGN_UP, why=Suppression.Why.REFUSED)
        clock.shift(timedelta(days=5))
        assert remind() == 0
    assert subjects() == [CONFIRM_IT]


def test_topics_are_chosen_anew_and_kept_ones_keep_their_day():
    row = confirmed(ADDRESS, "charger-settings", "specifications")
    since = row.subscriptions.get(topic__slug="specifications").since
    choose_topics(row, Topic.objects.filter(slug__in=["specifications", "starting-batteries"]))
    assert row.subscriptions.get(topic__slug="specifications").since == since
    assert row.topics.count() == 2


def test_the_links_are_mailed_to_readers_alone_once_an_hour():
    with time_machine.travel(NOON, tick=False) as clock:
        confirmed()
        clock.shift(timedelta(hours=2))
        for email in (ADDRESS, ADDRESS, "nobody@reader.test"):
            mail_links(email)
    assert subjects() == [CONFIRM_IT, RECEIPT, KNOWN]
    assert subjects("nobody@reader.test") == []


def test_the_proof_holds_the_words_that_were_shown_then():
    row = confirmed()
    Topic.objects.filter(slug="charger-settings").update(title="Chargers")
    assert "Charger settings" in row.wording.text
    assert "Charger settings" not in words_shown()
    assert row.policy_version == 3
    assert not is_suppressed(ADDRESS, purpose=NEWSLETTER)
