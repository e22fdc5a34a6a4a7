"""Contact Webmaster through the client: nothing that a person typed is lost."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from contact.models import ContactMessage
from contact.services import receive_message
from contact.views import in_words
from sens_site.lib.forms.honeypot import TRAP
from tests.client import SAME_ORIGIN, said_by

FORM = "/contact/webmaster/"
THANKS = "/contact/webmaster/thanks/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def morning():
    """The first second of a window of ten minutes and of a day."""
    with time_machine.travel("2026-03-05T00:00:00+00:00", tick=False) as clock:
        yield clock


def text_of(response):
    return response.content.decode()


def kept(page, letter):
    """Return what of a letter stands in the fields of a page."""
    found = {
        name for name in ("name", "email", "phone") if f'value="{escape(letter[name])}"' in page
    }
    if f">\n{escape(letter['message'])}</textarea>" in page:
        found.add("message")
    if "wants_contact" in letter and ' id="id_wants_contact" checked' in page:
        found.add("wants_contact")
    return found


@pytest.mark.parametrize("address", [FORM, THANKS])
def test_the_pages_are_shared_and_set_nothing(client, address):
    client.get(address)  # draws the form once

    with CaptureQueriesContext(connection) as queries:
        first = client.get(address)
        head = client.head(address)

    assert (first.status_code, head.status_code) == (200, 200)
    assert first.headers["Cache-Control"] == "public,no-cache"
    assert {"Cookie", "Sec-GPC"} <= set(first.headers["Vary"].split(","))
    assert first.cookies == {}
    assert len(queries) == 0
    assert client.get(address).content == first.content


def test_the_form_stands_under_the_heading_that_links_lead_to(client):
    page = text_of(client.get(FORM))

    assert page.count('id="contact-webmaster"') == 1
    assert '<h1 id="contact-webmaster" tabindex="-1">Contact Webmaster</h1>' in page
    assert page.count('name="message"') == 1
    assert "csrf" not in page
    assert f"<title>Contact Webmaster - {settings.COMPANY.short_name}</title>" in page


def test_a_message_is_stored_and_the_thanks_follow(client, letter, sent):
    response = client.post(FORM, letter)

    assert (response.status_code, said_by(response)) == (303, (THANKS, "stored"))
    assert response.cookies == {}
    message = ContactMessage.objects.get()
    assert (message.name, message.state) == (letter["name"], "waiting")
    assert [to for to, _ in sent()] == ["webmaster@company.test", "mary@fossil.test"]
    page = text_of(client.get(response.headers["Location"]))
    assert "<h1>Your message is stored</h1>" in page
    assert "within 30 days" in page
    assert '<meta name="robots" content="noindex">' in page


def test_the_same_form_twice_is_one_message_and_the_same_answer(client, letter, sent):
    with time_machine.travel(timezone.now(), tick=False):  # the address holds a signed time
        first, second = client.post(FORM, letter), client.post(FORM, letter)

    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert ContactMessage.objects.count() == 1
    assert len(sent()) == 2


def test_writing_signs_nobody_up_for_anything(client, letter):
    """Policy: e-mail address and telephone number serve only to contact the sender."""
    from django.apps import apps

    watched = [m for m in apps.get_models() if m._meta.app_label not in ("contact", "outbox")]
    before = {m._meta.label: m._base_manager.count() for m in watched}

    client.post(FORM, letter)

    assert ContactMessage.objects.count() == 1
    assert {m._meta.label: m._base_manager.count() for m in watched} == before


def test_the_trap_changes_nothing_that_the_sender_sees(client, letter, sent):
    with time_machine.travel(timezone.now(), tick=False):  # the address holds a signed time
        caught = client.post(FORM, {**letter, "message": "Pills", TRAP: "pills"})
        normal = client.post(FORM, {**letter, "message": "Charger"})

    assert (caught.status_code, caught.content, dict(caught.headers)) == (
        normal.status_code,
        normal.content,
        dict(normal.headers),
    )
    assert list(ContactMessage.objects.values_list("message", "state", "quarantined_because")) == [
        ("Pills", "spam", "honeypot"),
        ("Charger", "waiting", ""),
    ]
    assert len(sent()) == 2  # both for the second


def test_a_form_with_mistakes_comes_back_with_what_was_typed(client, letter):
    letter["email"] = "mary<script>"
    response = client.post(FORM, letter)
    page = text_of(response)

    assert response.status_code == 422
    assert response.headers["Cache-Control"] == "private, no-store"
    assert f"<title>Error: Contact Webmaster - {settings.COMPANY.short_name}</title>" in page
    assert page.count("There is a problem") == 1
    plain = " ".join(page.split()).replace('" >', '">')
    mistake = "Enter an email address in the correct format, like name@example.com"
    assert plain.count(f'<a href="#id_email">{mistake}</a>') == 1
    assert kept(page, letter) == {"name", "email", "phone", "message", "wants_contact"}
    assert "<script>" not in page
    assert ContactMessage.objects.count() == 0


def test_an_empty_form_names_every_field_that_is_missing(client):
    response = client.post(FORM, {})
    page = text_of(response)

    assert response.status_code == 422
    for name, message in (
        ("name", "Enter your name"),
        ("email", "Enter your email address"),
        ("message", "Enter your message"),
    ):
        plain = " ".join(page.split()).replace('" >', '">')
        assert plain.count(f'<a href="#id_{name}">{message}</a>') == 1


@pytest.mark.parametrize(
    "change",
    [
        {"name": "n" * 101},
        {"message": "m" * 5001},
        {"message": "m" * 40_000},
        {"name": "a\x00b"},
        {"message": "a\x00b"},
        {"message": " \r\n "},
        {"name": "Mary\r\nBcc: all@fossil.test"},
        {"email": "mary@fossil.test\r\nBcc: all@fossil.test"},
        {"email": "mary@fossil.test,all@fossil.test"},
        {"wants_contact": "on", "phone": "1" * 41},
    ],
)
def test_bad_input_is_refused_and_nothing_is_stored(client, letter, sent, change):
    response = client.post(FORM, {**letter, **change})

    assert response.status_code == 422
    assert text_of(response).count("There is a problem") == 1
    assert (ContactMessage.objects.count(), sent()) == (0, [])


@pytest.mark.parametrize("broken", [b"%FF%FE", b"%ED%A0%80", b"%C3"])
def test_bytes_that_are_no_utf_8_are_refused(client, broken):
    body = b"name=Mary&email=mary%40fossil.test&message=Good" + broken + b"day"
    response = client.post(FORM, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 422
    assert "holds characters that cannot be read" in text_of(response)
    assert 'value="Mary"' in text_of(response)
    assert ContactMessage.objects.count() == 0


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "idna", "zip", "latin-1", "no-such"])
def test_another_charset_is_refused_before_it_is_read(client, letter, charset):
    response = client.generic(
        "POST",
        FORM,
        urlencode(letter).encode(),
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )

    assert response.status_code == 415
    assert ContactMessage.objects.count() == 0


def test_ten_thousand_fields_are_refused(client, letter):
    fields = {**letter, **{f"f{n}": "" for n in range(10_000)}}
    response = client.post(
        FORM,
        urlencode(fields)[:65_000],
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 413
    assert "<h1>That is too much to send at once</h1>" in text_of(response)
    assert ContactMessage.objects.count() == 0


def test_a_huge_body_is_refused_unread(client, letter):
    response = client.post(FORM, {**letter, "message": "m" * 70_000})

    assert response.status_code == 413
    assert ContactMessage.objects.count() == 0


def test_a_body_of_another_kind_is_an_empty_form(client, letter):
    response = client.post(FORM, letter, content_type="application/json")

    assert response.status_code == 422
    assert ContactMessage.objects.count() == 0


def test_the_last_of_two_equal_fields_counts(client, letter):
    body = urlencode(letter) + "&name=Second"
    response = client.post(FORM, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 303
    assert ContactMessage.objects.get().name == "Second"


def test_fields_that_are_not_ours_change_nothing(client, letter):
    client.post(FORM, {**letter, "state": "answered", "topic": "sales", "quarantined_because": "x"})

    message = ContactMessage.objects.get()
    assert (message.state, message.topic, message.quarantined_because) == (
        "waiting",
        "webmaster",
        "",
    )


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused(client, method):
    assert getattr(client, method)(FORM).status_code == 405
    assert getattr(client, method)(THANKS).status_code == 405
    assert client.post(THANKS).status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
    ],
)
def test_another_site_cannot_send_the_form(strict_client, letter, headers):
    assert strict_client.post(FORM, letter, headers=headers).status_code == 403
    assert ContactMessage.objects.count() == 0

    assert strict_client.post(FORM, letter, headers=SAME_ORIGIN).status_code == 303
    assert ContactMessage.objects.count() == 1


def test_over_the_limit_the_text_is_kept_and_nothing_is_lost(client, letter, sent, morning):
    for number in range(5):
        assert client.post(FORM, {**letter, "message": f"Letter {number}"}).status_code == 303
    letter["message"] = "Letter 5 & <b>last</b>"
    response = client.post(FORM, letter)
    page = text_of(response)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "600"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert f"<title>Error: Contact Webmaster - {settings.COMPANY.short_name}</title>" in page
    assert "Your message is not sent yet" in page
    assert "Send it again in 10 minutes, or call us at <a href=" in page
    assert f'"tel:+13036787500">{settings.COMPANY.phone}</a>.' in page
    assert kept(page, letter) == {"name", "email", "phone", "message", "wants_contact"}
    assert ContactMessage.objects.count() == 5

    morning.shift(600)
    assert client.post(FORM, letter).status_code == 303
    assert ContactMessage.objects.count() == 6


def test_twenty_messages_a_day_are_the_end(client, letter, morning):
    for number in range(20):
        assert client.post(FORM, {**letter, "message": f"Letter {number}"}).status_code == 303
        morning.shift(300)
    response = client.post(FORM, {**letter, "message": "Letter 20"})

    assert response.status_code == 429
    assert response.headers["Retry-After"] == str(24 * 3600 - 20 * 300)
    assert "Send it again in 23 hours" in text_of(response)


def test_repeats_and_mistakes_use_up_nothing(client, letter, morning):
    for _ in range(6):
        assert client.post(FORM, letter).status_code == 303
        assert client.post(FORM, {**letter, "name": ""}).status_code == 422
    for number in range(4):
        assert client.post(FORM, {**letter, "message": f"Letter {number}"}).status_code == 303
    assert client.post(FORM, {**letter, "message": "Letter 4"}).status_code == 429
    assert client.post(FORM, letter).status_code == 303


def test_one_client_does_not_use_up_the_limit_of_another(client, letter, morning):
    for number in range(6):
        last = client.post(FORM, {**letter, "message": f"Letter {number}"})

    assert last.status_code == 429
    assert client.post(FORM, letter, REMOTE_ADDR="192.0.2.44").status_code == 303


def test_looking_at_the_form_uses_up_nothing(client, letter, morning):
    for _ in range(30):
        client.get(FORM)

    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM shared_cache WHERE cache_key LIKE '%limit:contact%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("broken", ["receive_message", "allow"])
def test_a_database_that_cannot_be_used_keeps_what_was_typed(
    client, letter, monkeypatch, caplog, broken
):
    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(f"contact.views.{broken}", locked)
    response = client.post(FORM, letter)
    page = text_of(response)

    assert response.status_code == 503
    assert "What was sent could not be stored; its sender was told." in caplog.messages
    assert letter["email"] not in caplog.text
    assert response.headers["Retry-After"] == "30"
    assert "Your message is not sent yet: the site is busy." in page
    assert kept(page, letter) == {"name", "email", "phone", "message", "wants_contact"}


def test_who_is_logged_in_need_not_type_name_and_address(signed_in, person):
    person.name = "Ada <Lovelace>"
    person.save()
    response = signed_in.get(FORM)
    page = text_of(response)

    assert 'value="Ada &lt;Lovelace&gt;"' in page
    assert 'value="ada@customer.test"' in page
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_session_cookie_of_nobody_gets_the_plain_form(client):
    plain = client.get(FORM).content
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    response = client.get(FORM)

    assert response.content == plain
    assert response.headers["Cache-Control"] == "private, no-store"


def test_the_answer_does_not_tell_whether_an_address_is_known(client, letter, submission):
    receive_message(replace(submission, message="Another letter."))
    with time_machine.travel(timezone.now(), tick=False):  # the address holds a signed time
        known = client.post(FORM, letter)
        unknown = client.post(FORM, {**letter, "email": "new@fossil.test"})

    assert (known.status_code, known.content, dict(known.headers)) == (
        unknown.status_code,
        unknown.content,
        dict(unknown.headers),
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 minute"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (3540, "59 minutes"),
        (3541, "1 hour"),
        (3601, "2 hours"),
        (86400, "24 hours"),
    ],
)
def test_a_wait_is_said_in_words_and_never_too_short(seconds, words):
    assert in_words(seconds) == words
