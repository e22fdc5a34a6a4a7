"""A reader of the newsletter, from the sign-up to the last press, without an account."""

import re

import pytest

from newsletter.models import Subscriber, Suppression, Topic
from newsletter.suppression import may_be_mailed
from tests.client import said_by

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADDRESS = "ada@reader.test"


def words_of(mail):
    return mail.as_message().message().get_payload(decode=True).decode()


def links_in(mail):
    """Return the paths in a mail by the word that stands in them."""
    paths = re.findall(r"https?://[^/\s]+(/newsletter/(\w+)/\S*)", words_of(mail))
    return {use: path for path, use in paths}


def test_sign_up_confirm_by_link_change_and_unsubscribe(client, outbox_mails):
    page = client.get("/newsletter/").content.decode()
    assert "I want the newsletter of " in page

    answer = client.fill_in(
        "/newsletter/", {"email": " Ada@Reader.TEST", "topics": ["products-and-documents"]}
    )
    assert (answer.status_code, said_by(answer)[1]) == (303, "mailed")
    waiting = client.get(answer.headers["Location"]).content.decode()
    assert ADDRESS in waiting
    [mail] = outbox_mails()
    assert (mail.recipient, mail.purpose) == (ADDRESS, "newsletter-sign-up")

    confirm = links_in(mail)["confirm"]
    assert client.get(confirm).status_code == 200
    assert not may_be_mailed("nobody") or Subscriber.objects.get().state == "pending"
    confirmed = client.post(confirm)
    preferences, said = said_by(confirmed)
    assert (confirmed.status_code, said) == (303, "confirmed")
    reader = Subscriber.objects.get()
    assert (reader.state, reader.confirmed_by, reader.policy_version) == ("confirmed", "link", 3)
    assert reader.wording is not None
    assert "I want the newsletter of " in reader.wording.text
    receipt = outbox_mails()[-1]
    assert "I want the newsletter of " in words_of(receipt)

    own = client.get(preferences).content.decode()
    assert "a…@reader.test" in own
    assert ADDRESS not in own
    saved = client.post(preferences, {"topics": ["starting-batteries", "charger-settings"]})
    assert said_by(saved) == (preferences, "saved")
    assert list(reader.topics.values_list("slug", flat=True)) == [
        "starting-batteries",
        "charger-settings",
    ]

    unsubscribe = links_in(receipt)["unsubscribe"]
    assert client.get(unsubscribe).status_code == 200
    assert Subscriber.objects.audience(Topic.objects.all()).count() == 1
    stopped = client.post(unsubscribe, {"topic": "charger-settings"})
    assert said_by(stopped) == (unsubscribe, "stopped")
    assert said_by(client.post(unsubscribe)) == ("/newsletter/done/", "unsubscribed")
    assert not Subscriber.objects.exists()
    assert not may_be_mailed(ADDRESS)
    assert list(Suppression.objects.values_list("purpose", "why")) == [
        ("newsletter", "unsubscribed")
    ]
    for path in (unsubscribe, preferences, confirm):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


def test_sign_up_and_confirm_by_code(client, outbox_mails):
    answer = client.fill_in("/newsletter/", {"email": ADDRESS})
    waiting = answer.headers["Location"].partition("?")[0]
    (code,) = re.findall(r"code .*: ([0-9A-Z]{4}-[0-9A-Z]{4})", words_of(outbox_mails()[0]))

    assert client.post(waiting, {"code": "AAAA-AAAA"}).status_code == 422
    confirmed = client.post(waiting, {"code": f" {code.replace('-', ' ').lower()} "})

    assert said_by(confirmed)[1] == "confirmed"
    reader = Subscriber.objects.get()
    assert (reader.state, reader.confirmed_by, reader.topics.count()) == ("confirmed", "code", 4)
    assert may_be_mailed(ADDRESS)


def test_a_mail_program_unsubscribes_its_reader(strict_client, client, outbox_mails):
    client.fill_in("/newsletter/", {"email": ADDRESS})
    client.post(links_in(outbox_mails()[0])["confirm"])
    address = links_in(outbox_mails()[-1])["unsubscribe"]

    for _ in range(2):
        answer = strict_client.post(address, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.content) == (200, b"Unsubscribed.\n")
    assert not Subscriber.objects.exists()
    assert Suppression.objects.count() == 1
