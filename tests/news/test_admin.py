"""Staff announce, and set times, in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts.roles import load_roles
from news import services
from news.models import NewsCategory, NewsItem, NewsRevision
from sens_site.lib.texts import Text
from tests.client import SiteClient
from tests.factories.people import make_staff
from tests.news.making import announce, category
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

ADD = "/admin/news/newsitem/add/"
WORDS = {"title": "New manuals", "description": "Six manuals.", "body": "Read them.\n"}


def said(**fields: Any) -> dict[str, Any]:
    about = {"slug": "new-manuals", "category": category().pk, "documents": ""}
    return {**about, **WORDS, "when": "now", **fields}


@pytest.fixture
def editor(client: SiteClient) -> SiteClient:
    load_roles()
    user = make_staff("editor", is_superuser=False)
    user.groups.add(Group.objects.get(name="Editor"))
    client.force_login(user)
    return client


def errors(response: Any) -> list[str]:
    return read(response).texts("li", inside="ul.errorlist")


def marked(page: Any, pattern: str) -> list[str]:
    return [element.text for element in page.elements if element.matches(pattern)]


def test_an_editor_announces_something_and_visitors_read_it(editor):
    assert editor.post(ADD, said(documents="/legal/ Our terms")).status_code == 302
    item = NewsItem.objects.get(slug="new-manuals")
    assert (item.is_on_record, item.text) == (True, Text(**WORDS))
    assert str(item.revisions.all()[0].author) == "editor"
    page = read(SiteClient().get(item.get_absolute_url()))
    assert (page.texts("h1"), "Our terms" in page.texts("a")) == (["New manuals"], True)
    assert LogEntry.objects.filter(object_id=str(item.pk)).count() == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("slug", "New Manuals", "Write small letters, digits and hyphens."),
        ("slug", "taken", "There is an announcement with this address already."),
        ("title", "", "This field is required."),
        ("body", "[x](/no/)", "There is no page at /no/. Correct the link."),
        ("body", "[x](http://a.test/)", "A link to another site begins with https://."),
        ("documents", "/no/ One", "There is no page at /no/. Correct the link."),
        ("when", "later", "Choose a time that is still to come."),
    ],
)
def test_mistakes_are_said_and_nothing_is_stored(staff_client, field, value, message):
    announce("taken")
    response = staff_client.post(ADD, said(**{field: value}))
    assert message in errors(response)
    assert NewsItem.objects.filter(shipped="").count() == 1


def test_a_change_keeps_address_and_date(staff_client):
    item = announce("manuals", at=timezone.now() - timedelta(days=3))
    other = category("Notices")
    change = f"/admin/news/newsitem/{item.pk}/change/"
    sent = said(category=other.pk, slug="ignored")
    assert staff_client.fill_in(change, sent).status_code == 302
    changed = NewsItem.objects.get(pk=item.pk)
    assert (changed.slug, changed.category, changed.published_at) == (
        "manuals", other, item.published_at,
    )  # fmt: skip
    assert changed.text == Text(**WORDS)
    page = read(staff_client.get(change))
    assert page.texts("h2")[-1] == "Texts of this page, newest first"


def test_preview_shows_what_is_typed_to_staff_alone_and_stores_nothing(staff_client, client):
    item = services.create_item(slug="draft", category=category(), text=Text(**WORDS))
    address = f"/admin/news/newsitem/{item.pk}/preview/"
    response = staff_client.post(address, {**WORDS, "title": "Typed"})
    assert read(response).texts("h1") == ["Typed"]
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert item.revisions.count() == 1
    assert staff_client.get(address).status_code == 405
    reader = make_staff("reader", is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_newsitem"))
    client.force_login(reader)
    assert client.post(address, WORDS).status_code == 403
    page = read(client.get(f"/admin/news/newsitem/{item.pk}/change/"))
    assert "New manuals" in marked(page, "div.readonly")


def test_a_text_is_compared_previewed_planned_cancelled_and_published(staff_client, client):
    item = announce("manuals")
    services.save_text(item, text=Text("Manuals", "Two.", "Other words.\n"))
    text = item.revisions.all()[0]
    base = f"/admin/news/newsrevision/{text.pk}"
    page = staff_client.get(f"{base}/change/")
    assert b"<ins>" in page.content
    assert read(staff_client.get(f"{base}/preview/")).texts("h1") == ["Manuals"]
    tomorrow = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    staff_client.fill_in(f"{base}/publish/", {"at": tomorrow})
    assert NewsRevision.objects.get(pk=text.pk).is_planned
    staff_client.fill_in(f"{base}/cancel/", {})
    assert NewsRevision.objects.get(pk=text.pk).is_draft
    staff_client.fill_in(f"{base}/publish/", {})
    assert read(client.get(item.get_absolute_url())).texts("h1") == ["Manuals"]
    first = item.revisions.reverse()[0]
    staff_client.fill_in(f"/admin/news/newsrevision/{first.pk}/restore/", {})
    assert item.working_text == first.text


def test_the_steps_end_hide_and_show_it_again(staff_client, client):
    item = announce("manuals")
    base, path = f"/admin/news/newsitem/{item.pk}", item.get_absolute_url()
    soon = (timezone.localtime() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    staff_client.fill_in(f"{base}/expiry/", {"expires_at": soon})
    assert NewsItem.objects.get(pk=item.pk).expires_at is not None
    staff_client.fill_in(f"{base}/hide/", {})
    assert client.get(path).status_code == 404
    states = marked(read(staff_client.get("/admin/news/newsitem/")), "td.field-state")
    assert len([one for one in states if one.startswith("published, hidden, until ")]) == 1
    staff_client.fill_in(f"{base}/unhide/", {})
    assert client.get(path).status_code == 200


def test_the_list_says_what_waits(staff_client):
    NewsItem.objects.all().delete()
    services.create_item(slug="draft", category=category(), text=Text(**WORDS))
    page = read(staff_client.get("/admin/news/newsitem/"))
    assert marked(page, "td.field-state") == ["not published yet, a draft waits"]
    assert marked(page, "th.field-name") == ["New manuals"]


def test_only_what_nobody_has_read_can_be_deleted(staff_client):
    item = announce("manuals")
    assert staff_client.post(f"/admin/news/newsitem/{item.pk}/delete/").status_code == 403
    draft = services.create_item(slug="draft", category=category(), text=Text(**WORDS))
    staff_client.post(f"/admin/news/newsitem/{draft.pk}/delete/", {"post": "yes"})
    assert list(NewsItem.objects.filter(shipped="")) == [item]


def test_categories_are_made_renamed_and_deleted_while_empty(staff_client):
    staff_client.post("/admin/news/newscategory/add/", {"name": "Trade shows", "slug": "trade"})
    made = NewsCategory.objects.get(slug="trade")
    change = f"/admin/news/newscategory/{made.pk}/change/"
    staff_client.fill_in(change, {"name": "Shows", "slug": "trade"})
    made.refresh_from_db()
    assert (str(made), made.get_absolute_url()) == ("Shows", "/news/categories/trade/")
    delete = f"/admin/news/newscategory/{made.pk}/delete/"
    item = announce("show", category=made)
    assert staff_client.post(delete, {"post": "yes"}).status_code == 403
    services.change_item(item, category=category(), documents="")
    staff_client.post(delete, {"post": "yes"})
    assert not NewsCategory.objects.filter(pk=made.pk).exists()
