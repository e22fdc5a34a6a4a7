"""What a page says was done is said to who did it, and to nobody who was led there."""

import re
from pathlib import Path

import pytest
import time_machine

from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import PASSWORD, make_person

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[4]
LOG_IN = "/accounts/login/"
LINES = (
    "Your email address is confirmed", "You are logged out", "Your new password is saved",
    "Your changes are saved", "Logged out there", "Your message is stored",
    "Your request is stored", "Your account has been deleted",
)  # fmt: skip


def leave(username="ada"):
    """Log in and out; return the address that the browser is sent to."""
    client = SiteClient()
    client.force_login(make_person(username))
    return client.post("/accounts/logout/").headers["Location"]


def lines_in(response):
    return [line for line in LINES if line in response.content.decode()]


def test_who_has_logged_out_is_told_so_and_gets_no_cookie(client):
    address = leave()
    page = client.get(address, headers={"sec-fetch-site": "same-origin"})
    assert (page.status_code, lines_in(page), page.cookies) == (200, ["You are logged out"], {})
    assert 'id="done" role="status" tabindex="-1"' in page.content.decode()
    assert address.endswith("#done")


@pytest.mark.parametrize(
    "path",
    [
        LOG_IN, f"{LOG_IN}#confirmed", f"{LOG_IN}?done=confirmed", f"{LOG_IN}?done=logged-out",
        f"{LOG_IN}?done=confirmed:1tabcd:" + "A" * 43, f"{LOG_IN}?done=" + "x" * 5000,
        f"{LOG_IN}?done=%00", f"{LOG_IN}?done=confirmed&done=", "/accounts/password/reset/key/done/",
        "/accounts/deleted/", "/contact/webmaster/thanks/", "/privacy/choices/sent/",
    ],
)  # fmt: skip
def test_nobody_can_link_to_a_notice(client, path):
    page = client.get(path, follow=True)
    assert (page.status_code, lines_in(page)) == (200, [])


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_true_word_in_a_mail_or_on_another_site_says_nothing(client, site):
    page = client.get(leave(), headers={"sec-fetch-site": site})
    assert (page.status_code, lines_in(page)) == (200, [])


def test_a_word_of_one_page_or_notice_is_none_of_another(signed_in, client):
    address = leave("byron")
    word = re.findall("done=([^#]+)", address)[0]
    other = word.replace("logged-out", "confirmed")
    assert lines_in(signed_in.get(f"/accounts/profile/?done={word}")) == []
    assert lines_in(SiteClient().get(f"{LOG_IN}?done={other}")) == []
    assert lines_in(SiteClient().get(f"{LOG_IN}?done={word}")) == ["You are logged out"]


@pytest.mark.parametrize(("seconds", "said"), [(119, ["You are logged out"]), (122, [])])
def test_a_word_counts_for_two_minutes(client, seconds, said):
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False) as clock:
        address = leave()
        clock.shift(seconds)
        assert lines_in(client.get(address)) == said


def test_a_word_is_the_same_whoever_it_was_written_for():
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False):
        assert leave("ada") == leave("byron")


def test_a_page_that_says_something_is_kept_by_no_cache(client):
    assert client.get(LOG_IN).headers["Cache-Control"].startswith("public")
    assert "no-store" in client.get(leave()).headers["Cache-Control"]
    assert client.get("/about/?done=x").headers["Cache-Control"] == "private, no-store"


def test_the_form_on_the_page_does_not_say_it_again(client):
    address = leave()
    page = client.get(f"{LOG_IN}?next=%2Fabout%2F&{address.partition('?')[2]}").content.decode()
    assert f'action="{LOG_IN}?next=%2Fabout%2F"' in page
    refused = client.post(address, {"login": "ada", "password": "wrong"}, headers=SAME_ORIGIN)
    assert (refused.status_code, lines_in(refused)) == (422, [])


def test_a_new_password_is_told_at_the_log_in(client, person, outbox_mails):
    client.post("/accounts/password/reset/", {"email": person.email})
    text = outbox_mails()[-1].as_message().message().get_payload()
    link = re.findall(r"https://testserver(/accounts/password/reset/key/\S+)", text)[0]
    done = client.post(link, {"password1": f"{PASSWORD}-2"})
    assert lines_in(client.get(done.url)) == ["Your new password is saved"]


def test_no_notice_waits_in_a_page_for_a_fragment():
    """A line that a #fragment shows is in every page that anybody links to."""
    shown = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if re.search(r'class="[^"]*(?<!-)\bsaved\b', path.read_text("utf-8"))
    ]
    assert shown == []
