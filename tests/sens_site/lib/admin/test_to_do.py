"""The admin's front page lists what waits, to those who may see it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.mail import send_mail
from django.test import Client
from django.utils import timezone

from contact.models import ContactMessage, State
from outbox.models import OutboxMail
from privacy.promises.models import State as PromiseState
from tests.factories.people import make_staff
from tests.factories.promises import make_result
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


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


def test_nothing_waits_on_a_quiet_day(staff_client: Client):
    page = read(staff_client.get("/admin/"))
    assert page.texts("p", inside="div.to-do") == ["Nothing waits for you."]
    assert waiting(staff_client) == []


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
