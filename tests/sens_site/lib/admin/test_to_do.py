"""The admin's front page lists what waits, to those who may see it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.mail import send_mail
from django.test import Client
from django.utils import timezone

from contact.models import ContactMessage, State
from outbox.job_runs import BACKUP_MADE, RESTORE_TRIED, note_done
from outbox.models import JobRun, OutboxMail
from privacy.policy.models import PolicyVersion
from privacy.policy.services import lacking_in_terms
from privacy.promises.models import State as PromiseState
from sens_site.set_up import set_up_items
from tests.factories.people import make_staff
from tests.factories.policies import add_version
from tests.factories.promises import make_result
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def backups_in_order() -> None:
    note_done(BACKUP_MADE)
    note_done(RESTORE_TRIED)


def waiting(client: Client) -> list[tuple[str, str]]:
    links = read(client.get("/admin/")).find("a", inside="div.to-do ul")
    return [(link.attributes["href"], link.text) for link in links]


@pytest.fixture
def two_messages_and_a_parked_mail() -> None:
    for number in (1, 2):
        ContactMessage.objects.create(
            name="Ada",
            email="ada@customer.test",
            message=f"Message {number}",
            state=State.WAITING,
            fingerprint=str(number) * 64,
        )
    send_mail("Subject", "Body", None, ["ada@customer.test"])
    OutboxMail.objects.update(parked_at=timezone.now())


NOT_READY = "No letter, message or mail waits for you. The site itself is not ready yet:"
NOTHING = "Nothing waits for you."


def said_of_what_waits(client: Client) -> list[str]:
    return read(client.get("/admin/")).texts("p", inside="div.to-do")


def test_nothing_waits_is_said_to_an_owner_when_the_site_is_ready(
    staff_client: Client, monkeypatch
):
    assert said_of_what_waits(staff_client) == [NOT_READY]
    done = [replace(item, gaps=()) for item in set_up_items()]
    monkeypatch.setattr("sens_site.templatetags.desk_tags.set_up_items", lambda: done)
    assert said_of_what_waits(staff_client) == [NOTHING]
    assert waiting(staff_client) == []


def test_the_set_up_is_no_matter_of_other_staff(client: Client):
    client.force_login(make_staff("helper", is_superuser=False))
    assert said_of_what_waits(client) == [NOTHING]
    assert read(client.get("/admin/")).find("div", **{"class": "module set-up"}) == []


def test_terms_that_lack_what_is_filled_in_wait_for_a_version(staff_client: Client, settings):
    law = "the law of the State of Ohio"
    settings.COMPANY = replace(settings.COMPANY, governing_law=law)
    lacking = "1 line of the terms is filled in, and their newest version lacks it"
    assert waiting(staff_client) == [("/admin/policy/policydraft/", lacking)]
    add_version(f"Governed by {law}.", effective_on=timezone.localdate(), slug="terms")
    assert waiting(staff_client) == []


def test_a_site_without_terms_lacks_what_is_filled_in_for_them(settings, monkeypatch):
    settings.COMPANY = replace(settings.COMPANY, jurisdiction="the courts of Anytown")
    monkeypatch.setattr(PolicyVersion.objects, "of", lambda slug: PolicyVersion.objects.none())
    assert lacking_in_terms() == ["the courts of Anytown"]


@pytest.mark.usefixtures("two_messages_and_a_parked_mail")
def test_what_waits_is_counted_and_leads_to_its_tab(staff_client: Client):
    tasks = waiting(staff_client)
    assert tasks == [
        ("/admin/outbox/outboxmail/?state=parked", "1 mail that cannot be sent"),
        ("/admin/contact/contactmessage/", "2 messages to answer"),
    ]
    for url, _ in tasks:
        assert staff_client.get(url).status_code == 200


@pytest.mark.usefixtures("two_messages_and_a_parked_mail")
def test_staff_learn_of_nothing_that_they_may_not_see(client: Client):
    helper = make_staff("helper", is_superuser=False)
    helper.user_permissions.add(Permission.objects.get(codename="view_contactmessage"))
    client.force_login(helper)
    assert waiting(client) == [("/admin/contact/contactmessage/", "2 messages to answer")]


def test_a_promise_that_is_not_kept_waits_for_somebody(staff_client: Client):
    make_result("some.claim-0")
    make_result("some.claim-1", PromiseState.BROKEN)
    make_result("some.claim-1", PromiseState.BROKEN, check_name="another")
    make_result("some.claim-2", PromiseState.NOT_CARRIED_OUT)
    address = "/admin/promises/promiseresult/?state__exact=broken"
    assert waiting(staff_client) == [(address, "1 promise that is not kept")]
    assert staff_client.get(address).status_code == 200


def test_a_check_that_cannot_look_waits_from_its_third_day_on(staff_client: Client):
    now = timezone.now()
    for number, days in enumerate((0, 1, 2, 3)):
        make_result(
            f"some.claim-{number}",
            PromiseState.NOT_CARRIED_OUT,
            checked_at=now,
            blind_since=now - timedelta(days=days),
        )
    address = "/admin/promises/promiseresult/?state__exact=not+carried+out"
    assert waiting(staff_client) == [(address, "2 checks that cannot look, three days in a row")]
    assert "some.claim-3" in staff_client.get(address).content.decode()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({}, []),
        ({RESTORE_TRIED: 29}, []),
        ({RESTORE_TRIED: 31}, ["1 alarm about backups"]),
        ({BACKUP_MADE: None, RESTORE_TRIED: None}, ["2 alarms about backups"]),
    ],
)
def test_a_restore_that_nobody_has_tried_for_30_days_waits_for_an_owner(
    staff_client: Client, client: Client, days, words
):
    for name, ago in days.items():
        noted = JobRun.objects.filter(name=name)
        noted.delete() if ago is None else noted.update(
            succeeded_at=timezone.now() - timedelta(days=ago)
        )
    found = waiting(staff_client)
    assert [text.partition(":")[0] for _, text in found] == words
    assert {address for address, _ in found} <= {"/admin/set-up/"}
    helper = make_staff("helper", is_superuser=False)
    helper.user_permissions.add(Permission.objects.get(codename="view_purgefailure"))
    client.force_login(helper)
    assert waiting(client) == []
