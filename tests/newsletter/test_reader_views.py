"""The pages of readers: alike for every address, and calm where a link has nothing to change."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError

from newsletter.forms import AT_LEAST_ONE, CLOSED
from newsletter.links import CONFIRM, PREFERENCES, REFUSE, UNSUBSCRIBE, path_of, waiting_path
from newsletter.models import Subscriber, Suppression, Topic
from newsletter.suppression import SIGN_UP, may_be_asked, suppress
from outbox.models import OutboxMail
from tests.client import SAME_ORIGIN, said_by, stamp_in

pytestmark = pytest.mark.django_db
SIGN_UP_PAGE = "/newsletter/"
LOST = "/newsletter/unsubscribe/"
YOURS = "/newsletter/yours/"
NOON = datetime(2026, 3, 5, tzinfo=UTC)
TAGS = re.compile(r"<[^>]+>")


def words(response):
    return " ".join(TAGS.sub(" ", response.content.decode()).split())


def sends(client, email, **more):
    return client.fill_in(SIGN_UP_PAGE, {"email": email, **more})


def test_the_pages_for_everybody_are_shared_and_set_nothing(client):
    for path in (SIGN_UP_PAGE, LOST, "/newsletter/done/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public,no-cache"
        assert answer.cookies == {}


def test_known_unknown_and_barred_addresses_get_the_same_answer(client, reader):
    reader("known@example.com")
    suppress("barred@example.com", purpose=SIGN_UP, why=Suppression.Why.REFUSED)
    Subscriber.objects.create(email="waits@example.com")
    told = set()
    for name in ("known", "barred", "waits", "fresh"):
        answer = sends(client, f"{name}@example.com")
        page = client.get(answer.headers["Location"])
        told.add((answer.status_code, page.status_code, words(page).replace(name, "…")))
    assert len(told) == 1


def test_a_mistake_is_told_and_what_was_typed_is_kept(client):
    answer = sends(client, "nobody", topics=["specifications"])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter an email address in the correct format" in page
    assert 'value="nobody"' in page
    assert len(re.findall(r'value="specifications"[^>]*checked', page)) == 1
    assert sends(client, "", topics=["no-such"]).status_code == 422


def test_words_that_have_changed_are_shown_before_anything_is_stored(client):
    data = {
        **stamp_in(client.get(SIGN_UP_PAGE)),
        "email": "ann@example.com",
        "topics": "specifications",
    }
    Topic.objects.filter(slug="specifications").update(title="Codes")
    answer = client.post(SIGN_UP_PAGE, data)
    assert answer.status_code == 409
    assert "has changed since you opened this page" in words(answer)
    assert not Subscriber.objects.exists()
    page = answer.content.decode()
    assert len(re.findall(r'value="specifications"[^>]*checked', page)) == 1
    again = client.post(SIGN_UP_PAGE, {**data, **stamp_in(answer)})
    assert again.status_code == 303
    wording = Subscriber.objects.get().wording
    assert wording is not None
    assert wording.text.count("Codes") == 1


def test_without_topics_the_sign_up_is_closed(client):
    stamp = stamp_in(client.get(SIGN_UP_PAGE))
    Topic.objects.update(active=False)
    assert "There is no topic on offer" in words(client.get(SIGN_UP_PAGE))
    answer = client.post(SIGN_UP_PAGE, {**stamp, "email": "ann@example.com"})
    assert (answer.status_code, CLOSED in words(answer)) == (422, True)


def test_a_filled_trap_gets_the_usual_answer_and_is_held(client):
    answer = sends(client, "bot@example.com", subject_line="Buy")
    assert said_by(answer)[1] == "mailed"
    assert Subscriber.objects.get().state == "held"
    assert not OutboxMail.objects.exists()


def test_five_sign_ups_in_ten_minutes_and_equal_ones_count_once(client):
    with time_machine.travel(NOON, tick=False):
        answers = [sends(client, f"{n // 3}@example.com").status_code for n in range(15)]
        refused = sends(client, "6@example.com")
    assert answers == [303] * 15
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    assert "Nothing is sent yet" in words(refused)
    assert 'value="6@example.com"' in refused.content.decode()


def test_a_busy_database_keeps_what_was_typed(client, monkeypatch):
    def busy(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("newsletter.views.subscribing.sign_up", busy)
    answer = sends(client, "ann@example.com")
    assert answer.status_code == 503
    assert 'value="ann@example.com"' in answer.content.decode()


def test_a_wrong_code_is_told_and_ten_tries_are_enough(client):
    path = waiting_path("ann@example.com")
    with time_machine.travel(NOON, tick=False):
        path = waiting_path("ann@example.com")
        assert client.post(path, {"code": ""}).status_code == 422
        tries = [client.post(path, {"code": "AAAA-AAAA"}) for _ in range(11)]
    assert [one.status_code for one in tries] == [422] * 10 + [429]
    assert "This is not the code of our newest email" in words(tries[0])


def test_a_page_for_a_code_that_nobody_made_is_calm(client):
    for path in ("/newsletter/code/nonsense/", "/newsletter/confirm/nonsense/"):
        assert client.get(path).status_code == client.post(path).status_code == 404


def test_refused_by_the_owner_of_the_address(client):
    sends(client, "ann@example.com")
    row = Subscriber.objects.get()
    path = path_of(row, REFUSE)
    assert client.get(path).status_code == 200
    assert may_be_asked("ann@example.com")
    assert said_by(client.post(path)) == ("/newsletter/done/", "refused")
    assert not may_be_asked("ann@example.com")
    assert client.get(path).status_code == 404
    assert "We do not ask again" in words(
        client.get(client.post(path_of(_pending(), REFUSE)).headers["Location"])
    )


def _pending():
    return Subscriber.objects.get_or_create(email="bob@example.com")[0]


def test_a_confirmed_reader_refuses_nothing_and_a_pending_one_has_no_preferences(client, reader):
    assert client.post(path_of(reader(), REFUSE)).status_code == 404
    for use in (PREFERENCES, UNSUBSCRIBE):
        assert client.get(path_of(_pending(), use)).status_code == 404
    assert Subscriber.objects.count() == 2


def test_topics_need_one_and_keep_what_is_not_offered_any_more(client, reader, topic):
    ann = reader()
    Topic.objects.filter(pk=topic.pk).update(active=False)
    page = client.get(path_of(ann, PREFERENCES))
    assert "Engine starting" in words(page)
    refused = client.post(path_of(ann, PREFERENCES), {})
    assert (refused.status_code, AT_LEAST_ONE in words(refused)) == (422, True)
    assert list(ann.topics.all()) == [topic]


def test_the_page_to_unsubscribe_offers_topics_and_says_what_was_done(client, reader, topic):
    other = Topic.objects.get(slug="specifications")
    ann = reader(topics=[topic, other])
    path = path_of(ann, UNSUBSCRIBE)
    assert "End Engine starting" in words(client.get(path))
    stopped = client.post(path, {"topic": topic.slug})
    assert said_by(stopped) == (path, "stopped")
    shown = words(client.get(stopped.headers["Location"]))
    assert "You have ended the topic. The others go on." in shown
    assert "Or end one topic" not in shown
    assert said_by(client.post(path, {"topic": topic.slug})) == (path, "stopped")
    assert said_by(client.post(path, {"topic": other.slug})) == (
        "/newsletter/done/",
        "unsubscribed",
    )


def test_a_mail_program_is_told_the_same_for_any_token_and_from_anywhere(strict_client, reader):
    path = path_of(reader(), UNSUBSCRIBE)
    sent = {"List-Unsubscribe": "One-Click"}
    foreign = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
    for one in (f"{path[:-5]}0000/", path, path):
        answer = strict_client.post(one, sent, headers=foreign)
        assert (answer.status_code, answer.content) == (200, b"Unsubscribed.\n")
    assert not Subscriber.objects.exists()
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_lost_links_are_mailed_to_readers_and_told_to_nobody(client, reader):
    reader()
    with time_machine.travel(NOON, tick=False):
        answers = [
            client.post(LOST, {"email": f"{name}@example.com"})
            for name in ("ann", "b", "c", "d", "e")
        ]
        refused = client.post(LOST, {"email": "f@example.com"})
        told = words(client.get(answers[0].headers["Location"]))
    assert {said_by(one) for one in answers} == {(LOST, "mailed")}
    assert "If this address gets our newsletter, the links are on their way." in told
    assert [mail.recipient for mail in OutboxMail.objects.all()] == ["ann@example.com"]
    assert refused.status_code == 429
    assert client.post(LOST, {"email": ""}).status_code == 422


def test_an_account_signs_up_and_sees_what_its_addresses_get(signed_in, person):
    page = signed_in.get(YOURS)
    assert "None of your confirmed addresses gets our newsletter." in words(page)
    answer = signed_in.fill_in(YOURS, {"topics": ["specifications"]})
    assert said_by(answer) == (YOURS, "confirmed")
    shown = words(signed_in.get(answer.headers["Location"]))
    assert "You get the newsletter from now on." in shown
    for path in (YOURS, "/accounts/data/"):
        assert f"{person.email} gets Specifications and codes." in words(signed_in.get(path))
    (own,) = re.findall(
        r'href="(/newsletter/preferences/[^"]+)"', signed_in.get(YOURS).content.decode()
    )
    assert signed_in.get(own).status_code == 200


def test_an_account_agrees_to_what_it_was_shown(signed_in):
    stamp = stamp_in(signed_in.get(YOURS))
    Topic.objects.filter(slug="specifications").update(title="Codes")
    assert signed_in.post(YOURS, {**stamp, "topics": "specifications"}).status_code == 409
    assert signed_in.post(YOURS, {**stamp, "topics": "no-such"}).status_code == 422
    assert not Subscriber.objects.exists()


def test_an_account_with_no_confirmed_address_signs_nobody_up(client):
    from tests.factories.people import make_person

    client.force_login(make_person("eve", verified=False))
    assert "Once your email address is confirmed" in words(client.get(YOURS))
    assert client.fill_in(YOURS, {}).status_code == 200
    assert not Subscriber.objects.exists()


def test_a_stranger_is_asked_to_log_in(client):
    answer = client.get(YOURS)
    assert answer.headers["Location"] == f"/accounts/login/?next={YOURS}"


def test_a_member_is_led_from_the_sign_up_to_the_account(signed_in, client):
    assert YOURS in signed_in.get(SIGN_UP_PAGE).content.decode()


@pytest.mark.parametrize("use", [CONFIRM, PREFERENCES, REFUSE, UNSUBSCRIBE])
def test_a_secret_page_is_found_by_no_search_engine_and_kept_by_no_cache(client, reader, use):
    row = reader() if use in (PREFERENCES, UNSUBSCRIBE) else _pending()
    answer = client.get(path_of(row, use))
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_sign_ups_from_a_page_of_ours_alone(strict_client):
    data = {**stamp_in(strict_client.get(SIGN_UP_PAGE)), "email": "ann@example.com"}
    foreign = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
    assert strict_client.post(SIGN_UP_PAGE, data, headers=foreign).status_code == 403
    assert strict_client.post(SIGN_UP_PAGE, data, headers=SAME_ORIGIN).status_code == 303


def test_a_confirmation_an_hour_too_late_is_calm(client):
    with time_machine.travel(NOON, tick=False) as clock:
        path = path_of(_pending(), CONFIRM)
        clock.shift(timedelta(days=7, hours=1))
        assert client.get(path).status_code == client.post(path).status_code == 404
