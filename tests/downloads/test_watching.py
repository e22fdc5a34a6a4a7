"""Being told of a new version: who asked, once, and how it ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from downloads.jobs import tell_of_new_versions
from downloads.models import Watch, WatchNotice
from downloads.watching import tell_watchers, token_of, untold, watch
from outbox.models import OutboxMail
from privacy.datamap.stored_mail import mail_text
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.documents import make_document, make_version
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def document():
    document = make_document("guide", title="Guide <1> & more")
    make_version(document, "1", publish_at=timezone.now() - AN_HOUR)
    return document


@pytest.fixture
def watched(document, person):
    watch(document, user=person)
    Watch.objects.update(since=timezone.now() - timedelta(minutes=30))
    return Watch.objects.get()


def test_who_asks_is_told_of_what_comes_later_and_once(document, watched, person):
    watch(document, user=person)
    assert tell_watchers() == 0
    make_version(document, "2", change_note="A page more.")
    assert (tell_of_new_versions(), tell_watchers()) == (1, 0)
    mail = OutboxMail.objects.get()
    assert (mail.recipient, mail.subject, mail.purpose) == (
        person.email,
        "Guide <1> & more: version 2 is here",
        "notice",
    )
    text = mail_text(mail.message)
    assert "A page more." in text
    assert f"https://testserver/d/{document.short}" in text.split()
    message = mail.as_message().message()
    ends_at = f"https://testserver/downloads/watch/{token_of(watched)}/"
    assert str(message["List-Unsubscribe"]).strip() == f"<{ends_at}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ends_at in text


NOW = timezone.now()


@pytest.mark.parametrize(
    "fields",
    [
        {"publish_at": NOW + timedelta(days=365)},
        {"publish_at": None},
        {"publish_at": NOW - timedelta(days=31)},
        {"publish_at": NOW - AN_HOUR, "withdrawn_at": NOW, "withdrawn_reason": "It was wrong."},
    ],
)
def test_what_is_not_there_or_no_news_is_told_to_nobody(document, watched, fields):
    Watch.objects.update(since=NOW - timedelta(days=60))
    WatchNotice.objects.create(watch=watched, version=document.versions.get())
    make_version(document, "2", **fields)
    assert tell_watchers() == 0


def test_whose_account_is_switched_off_is_not_told(document, watched, person):
    person.is_active = False
    person.save()
    make_version(document, "2")
    assert list(untold()) == []


def test_a_watch_that_ends_while_others_are_told_is_passed_over(document, watched, monkeypatch):
    make_version(document, "2")
    found = list(untold())
    Watch.objects.all().delete()

    class Found:
        def order_by(self, name):
            return found

    monkeypatch.setattr("downloads.watching.untold", Found)
    assert (tell_watchers(), OutboxMail.objects.count()) == (0, 0)


def test_two_workers_write_one_mail(document, watched, monkeypatch):
    make_version(document, "2")
    found = list(untold())
    tell_watchers()

    class Found:
        def order_by(self, name):
            return found

    monkeypatch.setattr("downloads.watching.untold", Found)
    assert (tell_watchers(), OutboxMail.objects.count()) == (0, 1)


def test_the_page_of_a_document_offers_it_to_who_is_logged_in(signed_in, document):
    assert "Tell me when this changes" not in SiteClient().get("/downloads/guide/").content.decode()
    assert "Tell me when this changes" in signed_in.get("/downloads/guide/").content.decode()
    asked = signed_in.post("/downloads/guide/watch/", headers=SAME_ORIGIN)
    assert asked.status_code == 303
    page = signed_in.get(asked.url).content.decode()
    assert "We will write to you when there is a new version" in page
    assert "Stop telling me" in page
    ended = signed_in.post("/downloads/guide/stop/", headers=SAME_ORIGIN)
    assert (
        "We will no longer write to you about this document"
        in signed_in.get(ended.url).content.decode()
    )
    assert Watch.objects.count() == 0


@pytest.mark.parametrize("door", ["watch", "stop"])
def test_a_stranger_is_led_to_the_log_in_and_back_to_the_document(client, document, door):
    response = client.post(f"/downloads/guide/{door}/")
    assert (response.status_code, response.url) == (
        303, "/accounts/login/?next=%2Fdownloads%2Fguide%2F",
    )  # fmt: skip


def test_the_mailed_link_ends_it_by_its_button_alone_and_twice_is_once(client, document, watched):
    other = make_person("grace")
    watch(document, user=other)
    path = f"/downloads/watch/{token_of(watched)}/"
    assert "<button" in client.get(path).content.decode()
    assert client.head(path).status_code == 200
    assert Watch.objects.count() == 2
    for _ in range(2):
        answer = client.post(path)
        assert (answer.status_code, "No more emails" in answer.content.decode()) == (200, True)
    assert "No more emails" in client.get(path).content.decode()
    assert list(Watch.objects.values_list("user", flat=True)) == [other.pk]


def test_a_mail_program_ends_it_by_one_post_from_wherever_it_is(strict_client, document, watched):
    make_version(document, "2")
    tell_watchers()
    other = make_person("grace")
    watch(document, user=other)
    waiting = OutboxMail.objects.get()
    answer = strict_client.post(
        f"/downloads/watch/{token_of(watched)}/",
        {"List-Unsubscribe": "One-Click"},
        headers={"origin": "https://mail.example", "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 200
    assert not OutboxMail.objects.filter(pk=waiting.pk).exists()
    assert list(Watch.objects.values_list("user", flat=True)) == [other.pk]


@pytest.mark.parametrize("token", ["x", "1", "1:x", "1:" + "A" * 43, "é", "1:" + "A" * 5000])
def test_a_forged_token_ends_nothing_and_gets_a_calm_page(client, watched, token):
    for ask in (client.get, client.post):
        answer = ask(f"/downloads/watch/{token}/")
        assert answer.status_code == 404
        assert "This link does not work" in answer.content.decode()
    assert Watch.objects.count() == 1


def test_who_watches_sees_it_under_what_we_hold(signed_in, watched):
    page = signed_in.get("/accounts/data/").content.decode()
    assert "Documents that you follow" in page
    assert "Guide &lt;1&gt; &amp; more" in page
