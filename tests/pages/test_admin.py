"""Staff edit pages in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from pages import services
from pages.models import Page
from pages.page_texts import Text, shipped_text
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_staff
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

UNREADABLE = "holds characters that cannot be read. Remove them or type it again"
NEW = {
    "title": "Marine power",
    "description": "About the sea.",
    "body": "Salt water.\n",
}
SENT = {**NEW, "when": "now"}


@pytest.fixture
def marine() -> Page:
    services.load_pages()
    return Page.objects.get(path="/applications/marine/")


def address(page: Page, verb: str) -> str:
    return f"/admin/pages/page/{page.pk}/{verb}/"


def typed(page: Page) -> Text:
    page.refresh_from_db()
    return page.text


def test_the_form_starts_with_the_shipped_text(staff_client: SiteClient, marine):
    page = read(staff_client.get(address(marine, "change")))
    text = shipped_text(marine.path)
    assert page.attributes("input", name="title")[0]["value"] == text.title
    assert page.texts("textarea", name="body") == [" ".join(text.body.split())]


def test_saving_shows_the_text_to_visitors(staff_client: SiteClient, client: SiteClient, marine):
    response = staff_client.fill_in(address(marine, "change"), SENT)
    assert response.status_code == 302
    assert typed(marine) == Text(**NEW)
    assert read(client.get(marine.path)).texts("h1") == ["Marine power"]
    assert LogEntry.objects.filter(object_id=str(marine.pk)).count() == 1


def test_preview_shows_the_page_and_stores_nothing(staff_client: SiteClient, marine):
    response = staff_client.post(address(marine, "preview"), {**NEW, "body": "<script>x()"})
    page = read(response)
    assert page.status == 200
    assert page.texts("h1") == ["Marine power"]
    assert b"<script>x()" not in response.content
    assert typed(marine) == shipped_text(marine.path)


def test_reset_brings_the_shipped_text_back(staff_client: SiteClient, marine):
    services.edit_page(marine.path, **NEW)
    response = staff_client.post(
        address(marine, "reset"), stamp_in(staff_client.get(address(marine, "change")))
    )
    assert response.status_code == 302
    assert typed(marine) == shipped_text(marine.path)


@pytest.mark.parametrize("verb", ["preview", "reset"])
def test_a_link_does_not_act(staff_client: SiteClient, marine, verb):
    services.edit_page(marine.path, **NEW)
    assert staff_client.get(address(marine, verb)).status_code == 405
    assert typed(marine) == Text(**NEW)


@pytest.mark.parametrize("verb", ["change", "preview", "reset"])
def test_staff_without_the_right_are_refused(client: SiteClient, marine, verb):
    services.edit_page(marine.path, **NEW)
    reader = make_staff("reader", is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_page"))
    client.force_login(reader)
    response = client.post(address(marine, verb), {**NEW, "title": "Other"})
    assert response.status_code == 403
    assert typed(marine) == Text(**NEW)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "", "This field is required."),
        ("body", "", "This field is required."),
        ("body", "[x](/no-such-page/)", "There is no page at /no-such-page/. Correct the link."),
        ("body", "a\x07b", f"Text {UNREADABLE}"),
        ("title", "a\x85b", f"Heading {UNREADABLE}"),
        ("title", "a\nb", "Heading must be on one line"),
        ("title", "x" * 121, "Heading must be 120 characters or fewer"),
    ],
)
def test_mistakes_are_said_and_nothing_changes(
    staff_client: SiteClient, marine, field, value, message
):
    response = staff_client.fill_in(address(marine, "change"), {**SENT, field: value})
    assert message in read(response).texts("li", inside="ul.errorlist")
    assert typed(marine) == shipped_text(marine.path)


def test_links_to_real_pages_and_other_sites_pass(staff_client: SiteClient, marine):
    body = "[a](/about/) [b](/privacy/#top) [c](https://example.com/x) [d](//example.com/)\n"
    staff_client.fill_in(address(marine, "change"), {**SENT, "body": body})
    assert typed(marine).body == body


def test_pages_are_neither_added_nor_deleted_here(staff_client: SiteClient, marine):
    assert staff_client.get("/admin/pages/page/add/").status_code == 403
    assert staff_client.post(address(marine, "delete"), {"post": "yes"}).status_code == 403
    assert Page.objects.filter(pk=marine.pk).count() == 1


def test_view_on_site_leads_to_the_page(staff_client: SiteClient, marine):
    page = staff_client.get(address(marine, "change"))
    (link,) = read(page).attributes("a", **{"class": "viewsitelink"})
    assert staff_client.get(link["href"]).headers["Location"].endswith("/applications/marine/")
