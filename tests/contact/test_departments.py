"""Forms of departments through the client: each with its fields, to its own mailbox."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contact import departments
from contact.models import ContactMessage
from contact.photo_models import MessagePhoto
from outbox.models import OutboxMail
from pages.models import Page
from pages.services import create_page
from privacy.rights.models import SubjectRequest
from sens_site.lib.forms.honeypot import TRAP
from sens_site.lib.texts import Text
from tests.client import said_by
from tests.contact.photos import chosen, drawn

pytestmark = pytest.mark.django_db
EVERY = {"name", "email", "phone", "message", TRAP}
FIELDS = {
    "/contact/general/": {"about", "company"},
    "/contact/tech-support/": {"company", "model", "serial_number", "site", "photos"},
    "/contact/sales-marine/": {"company", "model", "site"},
    "/contact/sales-genset/": {"company", "model", "site"},
    "/contact/order-status/": {"company", "order_number"},
    "/contact/feedback/": {"model", "wants_contact"},
}
LABELS = {
    "/contact/general/": "General Contact",
    "/contact/tech-support/": "Tech Support / Service",
    "/contact/sales-marine/": "Sales – Marine & Filtered Chargers, DC Systems",
    "/contact/sales-genset/": "Sales – Genset Products",
    "/contact/order-status/": "Order Status",
    "/contact/feedback/": "Feedback",
}
SUPPORT = "/contact/tech-support/"
WORDS = {
    "company": "Fossils Ltd.",
    "order_number": "PO 4711",
    "model": "EnerGenius 12",
    "serial_number": "SN-0042",
    "site": "Pump house",
}


class Boxes(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.required: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.names.add(given["name"])


def text_of(response):
    return " ".join(response.content.decode().split())


def words_of(mail):
    return mail.as_message().message().get_payload(decode=True).decode()


@pytest.fixture
def mailboxes(settings):
    """Every department with a mailbox and hours of its own."""
    company = settings.COMPANY
    settings.COMPANY = replace(
        company,
        departments=tuple(
            replace(one, recipient=f"{one.topic}@company.test", hours="8 to 5")
            for one in company.departments
        ),
    )


@pytest.fixture
def typed(letter):
    del letter["wants_contact"]
    return letter


def page_below(path):
    create_page(
        path=f"{path}parts/",
        text=Text("Parts", "What to order.", "Fuses."),
        parent=Page.objects.get(path=path),
        publish_at=timezone.now(),
    )


@pytest.mark.parametrize("path", FIELDS)
def test_each_department_has_its_form_below_its_text(client, path):
    page = client.get(path).content.decode()
    assert Boxes(page).names == EVERY | FIELDS[path]
    words = " ".join(page.split())
    assert words.index("</article>") < words.index(
        f"Write to {LABELS[path].replace('&', '&amp;')}<"
    )
    assert "Kept 24 months after the matter is closed." in words
    assert "To answer what you write to us (lawful basis: Our legitimate interest)." in words
    assert words.count(f'action="{path}"') == 1
    assert ('enctype="multipart/form-data"' in words) is (path == SUPPORT)


@pytest.mark.parametrize("path", FIELDS)
def test_a_message_is_stored_for_its_department_and_mailed_to_it(client, typed, path, mailboxes):
    asked = {name: WORDS[name] for name in WORDS.keys() & FIELDS[path]}
    answer = {"wants_contact": "on"} if "wants_contact" in FIELDS[path] else {}
    response = client.post(path, {**typed, **WORDS, **answer})
    assert (response.status_code, said_by(response)) == (
        303,
        ("/contact/webmaster/thanks/", "stored"),
    )
    message = ContactMessage.objects.get()
    topic = path.removeprefix("/contact/").strip("/")
    assert (message.topic, message.department, message.wants_contact) == (topic, LABELS[path], True)
    assert {name: getattr(message, name) for name in WORDS} == {**dict.fromkeys(WORDS, ""), **asked}
    to_us, to_sender = OutboxMail.objects.order_by("pk")
    assert (to_us.recipient, to_sender.recipient) == (f"{topic}@company.test", "mary@fossil.test")
    said = words_of(to_us)
    assert f"with the form “{LABELS[path]}”" in said
    assert [word in said for word in asked.values()] == [True] * len(asked)
    assert message.reference in words_of(to_sender)
    assert f"Your message to {LABELS[path]} is stored" in words_of(to_sender)


def test_a_department_without_a_mailbox_writes_to_the_webmaster(client, typed):
    client.post(SUPPORT, typed)
    assert OutboxMail.objects.order_by("pk")[0].recipient == "webmaster@company.test"


def test_feedback_is_answered_only_where_an_answer_is_asked_for(client, typed):
    client.post("/contact/feedback/", typed)
    assert ContactMessage.objects.get().wants_contact is False
    assert OutboxMail.objects.count() == 1
    assert "Mary" in words_of(OutboxMail.objects.get())
    assert "mary@fossil.test" not in words_of(OutboxMail.objects.get())


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_a_privacy_topic_goes_to_the_request_desk(client, typed, kind):
    response = client.post("/contact/general/", {**typed, "company": "Fossils Ltd.", "about": kind})
    assert response.status_code == 303
    assert ContactMessage.objects.count() == 0
    request = SubjectRequest.objects.get()
    assert (request.kind, request.email) == (kind, "mary@fossil.test")
    assert request.text.endswith("Phone: +44 1297 443370\n\nCompany: Fossils Ltd.")


def test_hours_and_number_of_a_department_stand_at_its_form(client, settings):
    company = settings.COMPANY
    general = replace(company.departments[1], hours="8 to 5", phone="(303) 555-0199")
    settings.COMPANY = replace(company, departments=(general, *company.departments[2:]))
    page = text_of(client.get("/contact/general/"))
    said = '<h2>By telephone</h2> <p class="phone"><a href="tel:{}">{}</a></p>'
    assert f"{said.format('+13035550199', '(303) 555-0199')} <p>Hours: 8 to 5.</p>" in page
    support = text_of(client.get(SUPPORT))
    assert said.format("+13036787500", settings.COMPANY.phone) in support
    assert "Hours:" not in support


def test_the_page_keeps_its_text_and_the_pages_below_it(client):
    page = text_of(client.get(SUPPORT))
    assert f"<title>Tech Support / Service - {settings.COMPANY.short_name}</title>" in page
    assert f'property="og:description" content="Help with a {settings.COMPANY.short_name}' in page
    assert "Note before you call" in page
    assert '<li class="card">' not in page
    page_below(SUPPORT)
    cards = text_of(client.get(SUPPORT)).partition('<li class="card">')[2]
    assert cards.startswith(f' <h2><a href="{SUPPORT}parts/">Parts</a></h2> <p>What to order.</p>')


def test_contact_leads_to_every_form(client):
    page = text_of(client.get("/contact/"))
    assert [f'href="{path}"' in page for path in FIELDS] == [True] * len(FIELDS)
    assert "Reaching the right person" in page


def test_the_pages_are_shared_and_cost_no_query(client, menu_read):
    client.get(SUPPORT)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(SUPPORT)
    assert response.headers["Cache-Control"] == "public,no-cache"
    assert response.cookies == {}
    assert len(queries) == 0


def test_who_is_logged_in_finds_the_form_filled_in(client, person, menu_read):
    person.name, person.phone, person.company = "Ada King", "+44 1", "Engines"
    person.save()
    client.force_login(person)
    client.get(SUPPORT)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(SUPPORT)
    page = text_of(response)
    for name, value in (
        ("name", "Ada King"), ("email", person.email), ("phone", "+44 1"), ("company", "Engines"),
    ):  # fmt: skip
        assert f'name="{name}" value="{value}"' in page
    assert response.headers["Cache-Control"] == "private, no-store"
    assert len(queries) == 1


def test_mistakes_come_back_with_all_that_was_typed(client, typed):
    response = client.post(SUPPORT, {**typed, **WORDS, "email": "mary"})
    page = text_of(response)
    assert response.status_code == 422
    for name in ("company", "model", "serial_number", "site"):
        assert f'value="{WORDS[name]}"' in page
    assert f"<title>Error: Tech Support / Service - {settings.COMPANY.short_name}</title>" in page
    assert page.count("There is a problem") == 1
    assert "Choose your photos again" not in page


@pytest.mark.parametrize("name", ["company", "model", "serial_number", "site"])
@pytest.mark.parametrize("bad", ["x" * 101, "a\x00b", "a\nb"])
def test_bad_details_are_refused_and_nothing_is_stored(client, typed, name, bad):
    response = client.post(SUPPORT, {**typed, name: bad})
    assert response.status_code == 422
    assert f'href="#id_{name}"' in response.content.decode()
    assert ContactMessage.objects.count() == 0


def test_the_same_form_twice_is_one_message_and_other_photos_are_another(client, typed):
    sent = [
        {**typed, "photos": [chosen(drawn())]},
        {**typed, "photos": [chosen(drawn())]},
        {**typed, "photos": [chosen(drawn("red"))]},
    ]
    assert [client.post(SUPPORT, data).status_code for data in sent] == [303, 303, 303]
    assert (ContactMessage.objects.count(), MessagePhoto.objects.count()) == (2, 2)


def test_the_same_words_to_two_departments_are_two_messages(client, typed):
    client.post("/contact/sales-marine/", typed)
    client.post("/contact/sales-genset/", typed)
    assert ContactMessage.objects.count() == 2


def test_the_trap_holds_a_message_for_a_person(client, typed):
    assert client.post(SUPPORT, {**typed, TRAP: "x"}).status_code == 303
    assert ContactMessage.objects.get().quarantined_because == "honeypot"
    assert OutboxMail.objects.count() == 0


def test_too_many_messages_are_refused_with_the_text_kept(client, typed):
    for number in range(5):
        client.post(SUPPORT, {**typed, "message": f"Number {number}"})
    response = client.post(SUPPORT, {**typed, **WORDS, "photos": [chosen(drawn())]})
    assert response.status_code == 429
    page = text_of(response)
    assert f'call us at <a href="tel:+13036787500">{settings.COMPANY.phone}</a>.' in page
    assert 'value="SN-0042"' in page
    assert "Choose your photos again" in page
    assert (ContactMessage.objects.count(), MessagePhoto.objects.count()) == (5, 0)


def full(execute, sql, *args):
    if "contact_messagephoto" in sql and sql.startswith("INSERT"):
        raise OperationalError("database or disk is full")
    return execute(sql, *args)


def test_a_full_disk_is_a_503_and_leaves_nothing_half(client, typed):
    with connection.execute_wrapper(full):
        response = client.post(SUPPORT, {**typed, **WORDS, "photos": [chosen(drawn())]})
    page = text_of(response)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert 'value="SN-0042"' in page
    assert "If you chose photos, choose them again." in page
    assert (ContactMessage.objects.count(), OutboxMail.objects.count()) == (0, 0)


def test_of_a_department_that_is_no_more_its_name_is_left(db):
    message = ContactMessage(topic="bees")
    assert (message.department, departments.mailbox_of("bees")) == (
        "bees",
        "webmaster@company.test",
    )


def away(execute, sql, *args):
    raise OperationalError("the database is down")


@pytest.mark.parametrize("path", [SUPPORT, "/contact/order-status/"])
def test_without_a_database_the_form_comes_back_as_it_was_typed(client, typed, path):
    page_below(path)
    client.get("/about/")  # the tree is known
    with connection.execute_wrapper(away):
        response = client.post(path, {**typed, "company": "Fossils Ltd."})
        assert client.get(path).status_code == 503
    page = text_of(response)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "the site is busy" in page
    assert 'value="Fossils Ltd."' in page
    assert f"Write to {LABELS[path]}</h2>" in page
