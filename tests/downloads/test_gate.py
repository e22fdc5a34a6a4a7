"""The way through registering and confirming to a file that asks for an account."""

import re
from urllib.parse import unquote, urlencode

import pytest

from downloads.gate import document_behind
from outbox.models import OutboxMail
from privacy.datamap.stored_mail import mail_text
from sens_site.lib.http.safe_next import mailable
from tests.client import SAME_ORIGIN, said_by
from tests.factories.documents import make_document, make_version

pytestmark = pytest.mark.django_db
PASSWORD = "plover lantern 42 quiet"


@pytest.fixture
def drawing():
    document = make_document("ds-100", title="Outline drawing", kind="drawing", access="registered")
    return make_version(document, content=b"lines")


def mailed_path() -> str:
    (path,) = re.findall(
        r"https://testserver(/\S+)", mail_text(OutboxMail.objects.latest("pk").message)
    )
    return str(path)


def test_a_stranger_is_led_to_the_file_after_registering_and_confirming(client, drawing):
    page = client.get("/downloads/ds-100/")
    assert "This file is for registered customers" in page.content.decode()
    (register,) = re.findall(r'href="(/accounts/register/\?next=[^"]+)"', page.content.decode())
    assert unquote(register) == "/accounts/register/?next=/downloads/ds-100/"
    form = client.get(register)
    assert "“Outline drawing” is for registered customers" in form.content.decode()
    typed = {"username": "ada", "email": "ada@customer.test", "password1": PASSWORD}
    sent = client.fill_in(register, typed)
    assert (sent.status_code, sent.url.partition("?")[2]) == (303, "next=%2Fdownloads%2Fds-100%2F")
    assert "?next=%2Fdownloads%2Fds-100%2F" in client.get(sent.url).content.decode()
    link = mailed_path()
    assert link.endswith("/then/downloads/ds-100/")
    elsewhere = type(client)()
    assert "Confirm your email address" in elsewhere.get(link).content.decode()
    confirmed = elsewhere.post(link)
    login = confirmed.url
    assert login.startswith("/accounts/login/?next=%2Fdownloads%2Fds-100%2F&done=")
    assert "Your email address is confirmed" in elsewhere.get(login).content.decode()
    entered = elsewhere.post(login, {"login": "ada", "password": PASSWORD})
    assert (entered.status_code, entered.url) == (303, "/downloads/ds-100/")
    assert "Download (PDF" in elsewhere.get(entered.url).content.decode()
    fetched = elsewhere.post(f"/downloads/ds-100/{drawing.pk}/fetch/", headers=SAME_ORIGIN)
    assert b"".join(elsewhere.get(fetched.url).streaming_content) == b"lines"


@pytest.mark.parametrize(
    "path",
    [
        "/", "/downloads/", "/downloads/guide/", "/downloads/none/", "/no-such-page/", "/nothing",
        "/downloads/planned/", "/downloads/feed.atom",
    ],
)  # fmt: skip
def test_no_other_address_is_a_document_that_waits_behind_the_log_in(path):
    make_version(make_document("guide"))
    make_document("planned", kind="drawing", access="registered")
    assert (document_behind(path), mailable(path)) == (None, "")


@pytest.mark.parametrize(
    "target",
    ["//evil.test/downloads/ds-100/", "https://evil.test/", "/downloads/ds-100/?win=1", ""],
)
def test_a_mailed_link_leads_on_to_a_document_and_nowhere_else(client, drawing, target):
    typed = {"username": "ada", "email": "ada@customer.test", "password1": PASSWORD, "next": target}
    client.fill_in(f"/accounts/register/?{urlencode({'next': target})}", typed)
    assert mailed_path().rstrip("/").rpartition("/")[0] == "/accounts/confirm-email"


def test_a_link_that_was_changed_on_its_way_leads_to_the_log_in_alone(client, drawing):
    typed = {"username": "ada", "email": "ada@customer.test", "password1": PASSWORD}
    client.fill_in("/accounts/register/?next=/downloads/ds-100/", typed)
    link = mailed_path().replace("/then/downloads/ds-100/", "/then/you/have/won/")
    assert said_by(client.post(link)) == ("/accounts/login/", "confirmed")


def test_a_corrected_address_still_leads_on(client, drawing):
    typed = {"username": "ada", "email": "adda@customer.test", "password1": PASSWORD}
    sent = client.fill_in("/accounts/register/?next=/downloads/ds-100/", typed).url
    again = client.post(sent, {"email": "ada@customer.test"})
    assert again.url.endswith("/?next=%2Fdownloads%2Fds-100%2F")
    assert mailed_path().endswith("/then/downloads/ds-100/")


def test_the_page_to_log_in_says_why_it_is_shown(client, drawing):
    led = client.get(f"/downloads/ds-100/{drawing.pk}/file")
    assert led.url == f"/accounts/login/?next=%2Fdownloads%2Fds-100%2F{drawing.pk}%2F"
    assert "“Outline drawing” is for registered customers" in client.get(led.url).content.decode()
    assert "registered customers" not in client.get("/accounts/login/").content.decode()
