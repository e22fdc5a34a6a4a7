"""Who sees that a mail was sent: what it is for decides, and the room that sends it says so."""

import pytest
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.roles import load_roles
from outbox.models import OutboxMail
from outbox.purposes import audiences, purposes_of, register_purpose
from tests.client import SiteClient
from tests.factories.people import make_staff

LIST = "/admin/outbox/outboxmail/"
OF_ALL = {"service", "notice"}
OF_REQUESTS = {"request", "request-answer", "desk", "farewell"}
OF_NEWSLETTER = {"newsletter", "newsletter-sign-up", "newsletter-test"}
SEEN = {
    "Webmaster": OF_ALL | {"message"},
    "Privacy officer": OF_ALL | OF_REQUESTS,
    "superuser": OF_ALL | OF_REQUESTS | OF_NEWSLETTER | {"message", "nobody-s"},
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def mails():
    """One mail of each purpose, parked."""
    for purpose in SEEN["superuser"]:
        headers = {"X-Purpose": purpose}
        EmailMessage(f"About {purpose}", "…", to=["ada@example.com"], headers=headers).send()
    OutboxMail.objects.update(parked_at=timezone.now(), attempts=8)


def client_of(role):
    load_roles()
    user = make_staff("hands", is_superuser=role == "superuser")
    if role != "superuser":
        user.groups.add(Group.objects.get(name=role))
    client = SiteClient()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", SEEN)
@pytest.mark.usefixtures("mails")
def test_each_role_sees_the_mails_that_are_its_business_and_no_others(role):
    client = client_of(role)
    listed = client.get(LIST).context["cl"].result_list
    assert {mail.purpose for mail in listed} == SEEN[role]
    assert {mail.purpose for mail in client.get(f"{LIST}?q=About").context["cl"].result_list} == (
        SEEN[role]
    )
    for mail in OutboxMail.objects.all():
        seen = mail.purpose in SEEN[role]
        for page in ("change", "history"):
            answer = client.get(f"{LIST}{mail.pk}/{page}/")
            assert answer.status_code == (200 if seen else 302)
            assert (f"About {mail.purpose}" in answer.content.decode()) is (
                seen and page == "change"
            )


@pytest.mark.parametrize("role", SEEN)
@pytest.mark.usefixtures("mails")
def test_nobody_tries_a_mail_again_that_is_not_theirs(role):
    chosen = list(OutboxMail.objects.values_list("pk", flat=True))
    data = {"action": "try_again", "_selected_action": chosen, "confirmed": "yes"}
    client_of(role).post(LIST, data)
    waiting = set(OutboxMail.objects.waiting().values_list("purpose", flat=True))
    assert waiting == SEEN[role]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("Webmaster", ["2 mails that cannot be sent", "1 mail about messages that cannot be sent"]),
        (
            "Privacy officer",
            ["2 mails that cannot be sent", "4 mails about privacy requests that cannot be sent"],
        ),
        (
            "superuser",
            [
                "2 mails that cannot be sent",
                "1 mail about messages that cannot be sent",
                "4 mails about privacy requests that cannot be sent",
                "1 mail about sign-ups for the newsletter that cannot be sent",
                "1 mail about issues that cannot be sent",
                "1 mail about test issues that cannot be sent",
                "1 mail about what no room has named that cannot be sent",
            ],
        ),
    ],
)
@pytest.mark.usefixtures("mails")
def test_the_front_page_counts_what_its_reader_can_see(role, words):
    page = client_of(role).get("/admin/").content.decode()
    told = page.split('<div class="module to-do">')[1].split("</ul>")[0]
    lines = [
        line.split("<strong>")[1].replace("</strong>", "").removesuffix("</a></li>")
        for line in told.splitlines()
        if "cannot be sent" in line
    ]
    assert sorted(lines) == sorted(words)


def test_every_purpose_that_a_room_sends_with_is_registered():
    assert set(audiences()) == SEEN["superuser"] - {"nobody-s"}


def test_a_purpose_belongs_to_one_room():
    assert register_purpose("service", right="outbox.view_outboxmail") == "service"
    with pytest.raises(ValueError, match="registered twice"):
        register_purpose("service", right="outbox.change_outboxmail")


def test_who_has_no_right_sees_nothing():
    assert purposes_of(make_staff("hands", is_superuser=False)) == []
