"""People are told of a material change: once each, by mail and by a line they can put away."""

import datetime as dt
import re
from email import message_from_bytes
from email.message import Message
from itertools import islice
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.erasure import erase_account
from accounts.models import User
from accounts.services import set_verified_address, verified_addresses
from newsletter.models import Subscriber
from outbox.models import NOTICE, MassMailProgress, OutboxMail
from privacy.policy import change_notice, notices
from privacy.policy.head_log import current_checkpoint
from privacy.policy.jobs import a_version_waits, announce_posted_versions
from privacy.policy.models import (
    Kind,
    PolicyAcknowledgement,
    PolicyEvent,
    PolicyVersion,
)
from privacy.policy.notices import announce
from privacy.policy.services import seal_and_publish, withdraw_version
from tests.client import SiteClient
from tests.factories.people import make_person, make_staff

DAY = dt.timedelta(days=1)
LINE = b"I have seen this"


@pytest.fixture
def material(make_draft):
    """Seal a material version, and let the worker come by."""

    def seal(**fields: object) -> PolicyVersion:
        day = timezone.localdate() + 60 * DAY
        version = seal_and_publish(
            make_draft(**{"kind": Kind.MATERIAL, "effective_on": day, **fields}), by=None
        )
        announce_posted_versions()
        return version

    return seal


def told() -> list[str]:
    return sorted(OutboxMail.objects.filter(purpose=NOTICE).values_list("recipient", flat=True))


def words_of(message: Message) -> tuple[str, str]:
    """Return the two parts of a notice: plain text first, for programs that show what comes last."""
    parts: Any = message.get_payload()
    assert [one.get_content_type() for one in parts] == ["text/plain", "text/html"]
    text, html = (str(one.get_payload(decode=True), "utf-8") for one in parts)
    return text.replace("\r\n", "\n"), html


@pytest.fixture
def long_standing(db: None) -> User:
    """Somebody who registered before anything was posted."""
    return make_person("ada", date_joined=timezone.now() - 400 * DAY)


def test_registered_people_with_a_verified_address_are_told_once(material):
    make_person("ada")
    make_person("bob")
    make_person("unverified", verified=False)
    make_person("gone", is_active=False)
    version = material()
    assert told() == ["ada@customer.test", "bob@customer.test"]
    assert version.events.get(kind=PolicyEvent.Kind.ANNOUNCED).note == "2 notices"
    assert (announce(version), announce_posted_versions()) == (0, 0)
    assert len(told()) == 2


def test_readers_of_the_newsletter_are_told_too_and_who_is_both_is_told_once(material, monkeypatch):
    monkeypatch.setattr("newsletter.models.readers.ADDRESSES_A_PAGE", 2)
    make_person("ada")
    confirmed = {"state": "confirmed", "confirmed_by": "link", "confirmed_at": timezone.now()}
    for name in ("bea", "cid", "dan"):
        Subscriber.objects.create(email=f"{name}@reader.test", **confirmed)
    Subscriber.objects.create(email="ada@customer.test", **confirmed)
    Subscriber.objects.create(email="waits@reader.test")
    Subscriber.objects.create(
        email="away@reader.test",
        parked_at=timezone.now(),
        parked_because="hard-bounce",
        **confirmed,
    )
    material()
    names = ("bea", "cid", "dan")
    assert told() == ["ada@customer.test", *(f"{name}@reader.test" for name in names)]


def test_the_notice_says_what_changes_where_to_read_it_and_the_hash(material, long_standing):
    version = material(summary="We keep less.")
    mail = OutboxMail.objects.get(purpose=NOTICE)
    day = f"{version.effective_on:%B} {version.effective_on.day}, {version.effective_on.year}"
    message = message_from_bytes(bytes(mail.message))
    text, html = words_of(message)
    assert (mail.subject, message["To"]) == (
        f"Changes to our privacy policy from {day}",
        "ada@customer.test",
    )
    for part in (
        "We keep less.",
        "https://testserver/privacy/v/4/",
        "https://testserver/privacy/compare/3/4/",
        f"SHA-256 {version.hash}",
    ):
        assert (part in text, part in html) == (True, True)


def test_the_notice_in_html_loads_nothing_and_shows_what_was_written_as_words(
    material, long_standing
):
    material(summary="We keep <b>less</b>.\n\n<img src=//x.test/p.gif>")
    _, html = words_of(message_from_bytes(bytes(OutboxMail.objects.get(purpose=NOTICE).message)))
    assert "We keep &lt;b&gt;less&lt;/b&gt;." in html
    assert re.findall(r"<(?:img|script|link|style|iframe|video|svg)|url\(", html) == []
    assert {one.partition("/privacy/")[0] for one in re.findall(r'href="([^"]*)', html)} == {
        "https://testserver", "https://testserver/accounts/delete/",
    }  # fmt: skip
    assert re.findall(r"<h1[^>]*style=", html)
    assert max(map(len, html.splitlines())) < 998


def test_the_lines_that_vouch_for_the_record_stand_in_the_plain_text_alone(material, long_standing):
    material()
    text, html = words_of(message_from_bytes(bytes(OutboxMail.objects.get(purpose=NOTICE).message)))
    checkpoint = str(current_checkpoint())
    assert (checkpoint in text, checkpoint.splitlines()[-1] in html) == (True, False)


@pytest.mark.parametrize("kind", [Kind.MINOR, Kind.EDITORIAL])
def test_other_changes_are_told_to_nobody(material, long_standing, client, kind: Kind):
    version = material(kind=kind)
    assert (told(), version.events.filter(kind=PolicyEvent.Kind.ANNOUNCED).count()) == ([], 1)
    client.force_login(long_standing)
    assert LINE not in client.get("/privacy/").content


def test_history_that_was_imported_is_told_to_nobody(long_standing, client, policy):
    assert (policy.kind, announce(policy), announce_posted_versions(), told()) == (
        Kind.MATERIAL,
        0,
        0,
        [],
    )
    client.force_login(long_standing)
    assert LINE not in client.get("/privacy/").content


def test_what_waits_is_told_on_its_day(material, long_standing):
    version = material(post_on=timezone.localdate() + 2 * DAY)
    assert (announce_posted_versions(), told()) == (0, [])
    with time_machine.travel(timezone.now() + 3 * DAY):
        assert announce_posted_versions() == 1
        assert announce_posted_versions() == 0
    assert told() == ["ada@customer.test"]
    assert version.events.filter(kind=PolicyEvent.Kind.ANNOUNCED).count() == 1


def test_a_notice_compares_with_what_people_could_read_before(material, long_standing, client):
    withdraw_version(
        material(post_on=timezone.localdate() + 2 * DAY), by=None, reason="Wrong annex."
    )
    version = material(source_text="Another.")
    mail = OutboxMail.objects.get(purpose=NOTICE)
    text, _ = words_of(message_from_bytes(bytes(mail.message)))
    (path,) = re.findall(r"/privacy/compare/\S+", text)
    assert (version.number, path) == (5, "/privacy/compare/3/5/")
    assert client.get(path).status_code == 200


def test_what_was_withdrawn_is_told_to_nobody(material, long_standing):
    version = material(post_on=timezone.localdate() + 2 * DAY)
    withdraw_version(version, by=None, reason="Wrong annex.")
    with time_machine.travel(timezone.now() + 3 * DAY):
        assert announce_posted_versions() == 0
    assert told() == []


def test_sealing_writes_to_nobody_and_the_worker_does(make_draft, long_standing):
    day = timezone.localdate() + 60 * DAY
    version = seal_and_publish(make_draft(kind=Kind.MATERIAL, effective_on=day), by=None)
    assert (told(), a_version_waits()) == ([], True)
    assert announce_posted_versions() == 1
    assert (told(), a_version_waits()) == (["ada@customer.test"], False)
    assert version.events.filter(kind=PolicyEvent.Kind.ANNOUNCED).count() == 1


def test_who_is_erased_gets_no_notice_any_more(material, long_standing):
    material()
    erase_account(long_standing)
    assert told() == []


def test_the_same_address_in_two_audiences_gets_one(material, long_standing, monkeypatch):
    more = {"more": lambda after: [(1, "ADA@customer.test"), (2, "bob@customer.test")][after:]}
    monkeypatch.setattr(notices, "_audiences", {**notices._audiences, **more})
    assert list(notices.everybody()) == [
        "ada@customer.test",
        "ADA@customer.test",
        "bob@customer.test",
    ]
    version = material()
    assert told() == ["ada@customer.test", "bob@customer.test"]
    assert version.events.get(kind=PolicyEvent.Kind.ANNOUNCED).note == "2 notices"


def line_on(client: SiteClient, path: str = "/about/") -> bool:
    return LINE in client.get(path).content


def test_a_signed_in_person_sees_a_line_until_they_put_it_away(material, long_standing, client):
    version = material()
    client.force_login(long_standing)
    assert [line_on(client, path) for path in ("/", "/privacy/", "/accounts/profile/")] == [
        True
    ] * 3
    answer = client.post("/privacy/acknowledge/", {"version": version.pk, "next": "/products/"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/products/")
    assert [line_on(client, path) for path in ("/", "/privacy/", "/accounts/profile/")] == [
        False
    ] * 3
    again = SiteClient()
    again.force_login(long_standing)
    assert line_on(again) is False
    client.post("/privacy/acknowledge/", {"version": version.pk})
    assert PolicyAcknowledgement.objects.count() == 1


def test_who_puts_away_an_older_line_has_not_seen_the_version_that_came_meanwhile(
    material, long_standing, client
):
    shown = material()
    client.force_login(long_standing)
    newer = material(source_text="We keep less of what you type.")
    client.post("/privacy/acknowledge/", {"version": shown.pk})
    assert list(PolicyAcknowledgement.objects.values_list("version_id", flat=True)) == [shown.pk]
    assert f"/privacy/v/{newer.number}/".encode() in client.get("/about/").content


def test_strangers_and_those_who_came_later_see_no_line(material, client):
    with time_machine.travel(timezone.now() - DAY):
        material()
    assert line_on(client) is False
    client.force_login(make_person("late"))
    assert line_on(client) is False


def test_looking_at_the_line_writes_nothing_and_costs_one_query(material, long_standing, client):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/accounts/profile/")
        return len(captured)

    client.force_login(long_standing)
    change_notice.news()
    before = queries()
    material()
    change_notice.news()
    assert queries() == before + 1
    assert PolicyAcknowledgement.objects.count() == 0


@pytest.mark.parametrize(
    "version", ["", "x", "0", "99999", "9" * 40, "\x00", "-1"], ids=[0, 1, 2, 3, 4, 5, 6]
)
def test_an_acknowledgement_of_nothing_is_a_404(long_standing, client, policy, version: str):
    client.force_login(long_standing)
    assert client.post("/privacy/acknowledge/", {"version": version}).status_code == 404


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:x", ""]
)
def test_the_way_back_stays_on_this_site(material, long_standing, client, target: str):
    version = material()
    client.force_login(long_standing)
    answer = client.post("/privacy/acknowledge/", {"version": version.pk, "next": target})
    assert answer.headers["Location"] == "/"


def test_only_signed_in_people_acknowledge(material, client):
    answer = client.post("/privacy/acknowledge/", {"version": material().pk})
    assert answer.status_code == 302
    assert PolicyAcknowledgement.objects.count() == 0
    assert client.get("/privacy/acknowledge/").status_code == 405


def test_it_goes_with_the_account(material, long_standing, client):
    version = material()
    client.force_login(long_standing)
    client.post("/privacy/acknowledge/", {"version": version.pk})
    long_standing.delete()
    assert PolicyAcknowledgement.objects.count() == 0


@pytest.fixture
def by_twos(db: None, monkeypatch) -> list[User]:
    """Five people who are written to by twos, one more audience after them."""
    monkeypatch.setattr("outbox.mass_mail.BATCH", 2)
    return [make_person(name) for name in "abcde"]


@pytest.fixture
def posted(make_draft) -> PolicyVersion:
    """A material version of which nobody has been told yet."""
    day = timezone.localdate() + 60 * DAY
    return seal_and_publish(make_draft(kind=Kind.MATERIAL, effective_on=day), by=None)


class KilledError(BaseException):
    """A process that is stopped."""


@pytest.mark.parametrize("calls", [1, 2, 3])
@pytest.mark.parametrize("place", ["before", "after"])
def test_whoever_goes_on_after_a_kill_writes_to_each_once(
    by_twos, posted, monkeypatch, calls, place
):
    """Killed at each batch, before and after it is stored; meanwhile people change and leave."""
    bulk_create, done = OutboxMail.objects.bulk_create, []

    def killed(*args: Any, **kwargs: Any) -> Any:
        done.append(1)
        if len(done) == calls and place == "before":
            raise KilledError
        answer = bulk_create(*args, **kwargs)
        if len(done) == calls:
            raise KilledError
        return answer

    with monkeypatch.context() as broken:
        broken.setattr(OutboxMail.objects, "bulk_create", killed)
        with pytest.raises(KilledError):
            announce(posted)
    before = told()
    assert len(before) == 2 * (calls - 1)
    assert notices.notices_written(posted) == len(before)
    assert not posted.events.filter(kind=PolicyEvent.Kind.ANNOUNCED).exists()
    first = by_twos[0]
    set_verified_address(first, email="a-new@customer.test")
    asked: list[int] = []

    def from_there(after: int) -> Any:
        asked.append(after)
        return verified_addresses(after)

    monkeypatch.setattr(notices, "_audiences", {"customers": from_there})
    assert announce_posted_versions() == 5 - len(before)
    assert asked == [by_twos[len(before) - 1].pk if before else 0]
    names = {
        "a" if mail.startswith("a") else mail[0]
        for mail in OutboxMail.objects.values_list("recipient", flat=True)
    }
    assert (len(told()), names) == (5, set("abcde"))
    assert posted.events.get(kind=PolicyEvent.Kind.ANNOUNCED).note == "5 notices"
    assert not MassMailProgress.objects.exists()


def test_the_figure_counts_what_was_written_however_many_have_gone_since(
    by_twos, posted, monkeypatch
):
    with monkeypatch.context() as broken:
        broken.setattr(notices, "_note_announced", killed)
        with pytest.raises(KilledError):
            announce(posted)
    OutboxMail.objects.filter(recipient="a@customer.test").delete()  # sent, and its line is over
    announce_posted_versions()
    assert posted.events.get(kind=PolicyEvent.Kind.ANNOUNCED).note == "5 notices"
    assert len(told()) == 4


def killed(*args: object) -> None:
    raise KilledError


def test_of_two_workers_at_once_the_slower_one_leaves_it(by_twos, posted, monkeypatch):
    monkeypatch.setattr("accounts.services.ADDRESSES_A_PAGE", 1)

    def overtaken(after: int) -> Any:
        rows = iter(verified_addresses(after))
        yield next(rows)
        monkeypatch.setattr(notices, "_audiences", {"customers": verified_addresses})
        assert announce(posted) == 5
        set_verified_address(by_twos[1], email="b-new@customer.test")
        yield from rows

    monkeypatch.setattr(notices, "_audiences", {"customers": overtaken})
    assert announce(posted) == 0
    assert told() == [f"{name}@customer.test" for name in "abcde"]
    assert posted.events.filter(kind=PolicyEvent.Kind.ANNOUNCED).count() == 1


def test_addresses_are_read_by_pages_and_from_any_place(db, monkeypatch):
    monkeypatch.setattr("accounts.services.ADDRESSES_A_PAGE", 2)
    people = [make_person(name) for name in "abcde"]
    rows = [(person.pk, person.email) for person in people]
    assert list(verified_addresses()) == rows
    assert list(verified_addresses(people[1].pk)) == rows[2:]


def test_of_two_workers_at_once_one_notes_that_people_were_told(
    material, long_standing, monkeypatch
):
    version = material()
    before = PolicyEvent.objects.count()
    answers = [PolicyVersion.objects.filter(pk=version.pk), PolicyVersion.objects.none()]
    monkeypatch.setattr(notices, "unannounced", lambda: answers.pop(0))
    assert notices.announce(version) == 0
    assert (answers, PolicyEvent.objects.count()) == ([], before)


def test_staff_see_how_many_notices_were_written(by_twos, posted, admin_client_of, monkeypatch):
    page = f"/admin/policy/policyversion/{posted.pk}/change/"
    with monkeypatch.context() as broken:
        broken.setattr("outbox.mass_mail._batches", first_batch_alone)
        broken.setattr(notices, "_note_announced", killed)
        with pytest.raises(KilledError):
            announce(posted)
    assert b"2 notices written so far" in admin_client_of.get(page).content
    announce_posted_versions()
    assert b"5 notices written" in admin_client_of.get(page).content
    imported = PolicyVersion.objects.get(policy=posted.policy, number=2)
    page = f"/admin/policy/policyversion/{imported.pk}/change/"
    assert b"none: it was imported as history" in admin_client_of.get(page).content


def first_batch_alone(rows: Any) -> Any:
    if first := list(islice(rows, 2)):
        yield first


@pytest.fixture
def admin_client_of(db) -> SiteClient:
    client = SiteClient()
    client.force_login(make_staff("officer", email="unverified@company.test", is_active=True))
    EmailAddress.objects.filter(user__username="officer").update(verified=False)
    return client


def test_notices_that_wait_when_the_change_takes_effect_come_too_late(material, long_standing):
    version = material()
    assert notices.told_too_late() == 0
    with time_machine.travel(timezone.now() + 61 * DAY):
        assert notices.told_too_late() == 1
        OutboxMail.objects.update(sent_at=timezone.now())
        assert notices.told_too_late() == 0
    assert version.kind == Kind.MATERIAL
