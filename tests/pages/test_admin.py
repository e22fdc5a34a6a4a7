"""Staff edit pages in the admin."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts.roles import load_roles
from pages import services
from pages.models import Page, Redirect
from pages.page_texts import shipped_text
from pages.tree import live_tree
from sens_site.lib.texts import Text
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
    assert page.text is not None
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


ADD = "/admin/pages/page/add/"
CAREERS = {**SENT, "path": "/about/careers/", "title": "Careers"}


@pytest.fixture
def about() -> Page:
    services.load_pages()
    return Page.objects.get(path="/about/")


@pytest.fixture
def own(about: Page) -> Page:
    text = Text("Careers", "Work with us.", "Letters, please.\n")
    return services.create_page(
        path="/about/careers/", parent=about, text=text, publish_at=timezone.now()
    )


def text_page(page: Page, which: str, verb: str) -> str:
    """The page of the first or the last text of a page."""
    pk = getattr(page.revisions, which)().pk
    return f"/admin/pages/pagerevision/{pk}/{verb}/"


def test_a_new_page_stands_last_below_the_one_that_was_chosen(
    staff_client: SiteClient, client: SiteClient, about: Page
):
    last = live_tree().trails["/about/"][-1].children[-1].path
    answer = staff_client.post(ADD, {**CAREERS, "parent": about.pk})
    page = Page.objects.get(path="/about/careers/")
    assert answer.status_code == 302
    assert [one.path for one in live_tree().trails["/about/"][-1].children[-2:]] == [
        last,
        "/about/careers/",
    ]
    shown = read(client.get("/about/careers/"))
    assert shown.texts("h1") == ["Careers"]
    assert shown.texts("span", inside="nav.crumbs") == ["Careers"]
    assert (page.label, str(page.revisions.get().author)) == ("Careers", "grace")


def test_a_page_below_one_that_has_none_is_its_first(staff_client: SiteClient, own: Page):
    staff_client.post(ADD, {**CAREERS, "path": "about/careers/apply", "parent": own.pk})
    assert [one.path for one in live_tree().trails[own.path][-1].children] == [
        "/about/careers/apply/"
    ]


HOW = "Write an address of small letters, digits and hyphens, such as /about/careers/."
TAKEN = "There is a page at this address already."
OURS = "The site itself uses addresses that begin like this."


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"path": "/About/"}, HOW),
        ({"path": "/a b/"}, HOW),
        ({"path": "/a_b/"}, HOW),
        ({"path": "/../etc/"}, HOW),
        ({"path": "/"}, HOW),
        ({"path": "/about/"}, TAKEN),
        ({"path": "about"}, TAKEN),
        ({"path": "/contact/webmaster/"}, TAKEN),
        ({"path": "/hidden/"}, TAKEN),
        ({"path": "/admin/new/"}, OURS),
        ({"path": "/privacy/new/"}, OURS),
        ({"path": "/accounts/new/"}, OURS),
        ({"path": "/files/new/"}, OURS),
        ({"path": "/static/new/"}, OURS),
        ({"parent": "999999"}, "Select a valid choice. That choice is not one of the available choices."),
        ({"title": "x" * 61}, "The heading is too long for a menu. Write a shorter name."),
        ({"body": "{picture:none}"}, "There is no picture called “none”."),
        ({"body": "{file:none}"}, "There is no file called “none”."),
        ({"body": "{embed:none x y}"}, "Nothing can be shown by “none”."),
        ({"when": "later"}, "Choose a time that is still to come."),
        ({"when": "later", "publish_at": "2020-01-01T10:00"}, "Choose a time that is still to come."),
        ({"when": "never"}, "Select a valid choice. never is not one of the available choices."),
        ({"when": ""}, "This field is required."),
    ],
)  # fmt: skip
def test_a_new_page_with_a_mistake_is_not_made(
    staff_client: SiteClient, about: Page, said, message
):
    Page.objects.create(path="/hidden/", label="Hidden", parent=about, position=9, hidden=True)
    before = Page.objects.count()
    answer = staff_client.post(ADD, {**CAREERS, "parent": about.pk, **said})
    assert message in read(answer).texts("li", inside="ul.errorlist")
    assert Page.objects.count() == before


def test_an_address_that_led_elsewhere_may_become_a_page(staff_client: SiteClient, about: Page):
    services.save_redirect(Redirect(old="/about/careers/", new="/about/"))
    staff_client.post(ADD, {**CAREERS, "parent": about.pk})
    assert (Page.objects.filter(path="/about/careers/").count(), Redirect.objects.count()) == (1, 0)


def test_a_draft_is_seen_by_staff_alone(staff_client: SiteClient, client: SiteClient, marine):
    staff_client.fill_in(address(marine, "change"), {**SENT, "when": "draft"})
    assert typed(marine) == shipped_text(marine.path)
    form = read(staff_client.get(address(marine, "change")))
    assert form.attributes("input", name="title")[0]["value"] == "Marine power"
    assert [box["value"] for box in form.attributes("input", name="when") if "checked" in box] == [
        "draft"
    ]
    listed = read(staff_client.get("/admin/pages/pagerevision/"))
    assert listed.texts("td", **{"class": "field-state"}) == ["draft"]
    answer = staff_client.get(text_page(marine, "first", "preview"))
    assert read(answer).texts("h1") == ["Marine power"]
    assert "no-store" in answer.headers["Cache-Control"].split(", ")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert read(client.get(marine.path)).texts("h1") != ["Marine power"]
    assert client.get(text_page(marine, "first", "preview")).status_code == 302


def test_a_draft_of_a_new_page_is_shown_before_it_has_a_place_in_the_tree(
    staff_client: SiteClient, client: SiteClient, about: Page
):
    staff_client.post(ADD, {**CAREERS, "parent": about.pk, "when": "draft"})
    page = Page.objects.get(path="/about/careers/")
    assert client.get("/about/careers/").status_code == 404
    assert read(staff_client.get(text_page(page, "first", "preview"))).texts("h1") == ["Careers"]
    assert staff_client.get(address(page, "change")).status_code == 200
    staff_client.fill_in(text_page(page, "first", "publish"), {})
    assert client.get("/about/careers/").status_code == 200


def test_who_may_not_look_at_texts_sees_no_draft(client: SiteClient, marine):
    services.save_text(marine, text=Text(**NEW))
    client.force_login(make_staff("reader", is_superuser=False))
    assert client.get(text_page(marine, "first", "preview")).status_code == 403


def test_a_text_is_planned_cancelled_published_and_an_older_one_restored(
    staff_client: SiteClient, marine
):
    later = (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    staff_client.fill_in(address(marine, "change"), {**SENT, "when": "later", "publish_at": later})
    assert marine.revisions.first().is_planned
    staff_client.fill_in(text_page(marine, "first", "cancel"), {})
    assert marine.revisions.first().is_draft
    refused = staff_client.fill_in(
        text_page(marine, "first", "publish"), {"at": "2020-01-01T10:00"}
    )
    assert "Choose a time that is still to come." in refused.content.decode()
    staff_client.fill_in(text_page(marine, "first", "publish"), {"at": later})
    assert marine.revisions.first().is_planned
    services.edit_page(marine.path, title="Other", description="Other.", body="Other.")
    staff_client.fill_in(text_page(marine, "last", "restore"), {})
    marine.refresh_from_db()
    assert (marine.text.title, marine.working_text.title) == ("Other", "Marine power")


def test_a_text_is_compared_with_the_one_before_and_with_what_is_shown(
    staff_client: SiteClient, marine
):
    for body in ("Salt water.", "Sweet water.", "Sweet water."):
        services.save_text(marine, text=Text("A", "B", body), publish_at=timezone.now())
    page = read(staff_client.get(text_page(marine, "first", "change")))
    assert page.texts("del") == ["[removed: Salt]"]
    assert page.texts("ins") == ["[added: Sweet]"]
    assert "Nothing." in page.texts("p")
    first = read(staff_client.get(text_page(marine, "last", "change")))
    assert "[added: Salt]" in first.texts("ins")


def test_the_list_says_what_is_shown_and_what_waits(staff_client: SiteClient, marine, own: Page):
    about = Page.objects.get(path="/about/")
    services.create_page(path="/about/new/", parent=about, text=Text(**NEW))
    services.edit_page(marine.path, **NEW)
    services.save_text(marine, text=Text("A", "B", "C"), publish_at=timezone.now() + timedelta(1))
    services.save_text(about, text=Text(**NEW))
    services.set_expiry(own, expires_at=timezone.now() + timedelta(days=1))
    services.set_hidden(own, hidden=True)
    ended = Page.objects.get(path="/about/history/")
    Page.objects.filter(pk=ended.pk).update(expires_at=timezone.now() - timedelta(days=1))
    page = read(staff_client.get("/admin/pages/page/"))
    said = dict(
        zip(
            page.texts("td", **{"class": "field-link"}),
            page.texts("td", **{"class": "field-state"}),
            strict=True,
        )
    )
    wanted = {
        "/about/": "as shipped, a draft waits",
        "/about/careers/": "published, hidden, until ",
        "/about/history/": "as shipped, ended on ",
        "/about/new/": "not published yet, a draft waits",
        "/applications/marine/": "edited, planned for ",
        "/products/": "as shipped",
    }
    assert {path: said[path].startswith(words) for path, words in wanted.items()} == dict.fromkeys(
        wanted, True
    )


@pytest.mark.parametrize(
    ("step", "said", "changed"),
    [
        ("place", {"label": "Jobs", "in_menu": "on"}, {"label": "Jobs", "in_menu": True}),
        ("address", {"path": "/jobs/"}, {"path": "/jobs/"}),
        ("hide", {}, {"hidden": True}),
        ("expiry", {"expires_at": ""}, {"expires_at": None}),
    ],
)
def test_a_step_is_taken_and_logged(staff_client: SiteClient, own: Page, step, said, changed):
    said = {"parent": own.parent_id, **said} if step == "place" else said
    assert staff_client.get(address(own, step)).status_code == 200
    assert staff_client.fill_in(address(own, step), said).status_code == 303
    own.refresh_from_db()
    assert {name: getattr(own, name) for name in changed} == changed
    assert LogEntry.objects.filter(object_id=str(own.pk)).count() == 1


def test_what_cannot_be_is_refused_in_words(staff_client: SiteClient, own: Page):
    answer = staff_client.fill_in(address(own, "place"), {"parent": own.pk, "label": "Careers"})
    assert (answer.status_code, "cannot stand below itself" in answer.content.decode()) == (
        409,
        True,
    )


def test_home_is_neither_moved_nor_hidden(staff_client: SiteClient, about: Page):
    home = Page.objects.get(path="/")
    answers = [
        staff_client.get(address(home, step)).status_code
        for step in ("place", "address", "expiry", "hide", "unhide")
    ]
    assert answers == [409] * 5


def test_hiding_names_what_goes_along_and_is_taken_back(
    staff_client: SiteClient, client: SiteClient, marine, own: Page
):
    support = Page.objects.get(path="/support/")
    page = read(staff_client.get(address(support, "hide")))
    assert "White Papers" in page.texts("li", inside="main")
    staff_client.fill_in(address(support, "hide"), {})
    assert client.get("/support/white-papers/").status_code == 404
    assert staff_client.get(address(support, "place")).status_code == 200
    staff_client.fill_in(address(support, "unhide"), {})
    assert client.get("/support/white-papers/").status_code == 200


def test_only_pages_of_staff_below_which_nothing_stands_are_deleted(
    staff_client: SiteClient, marine, own: Page
):
    child = services.create_page(path="/about/careers/apply/", parent=own, text=Text(**NEW))
    answers = [
        staff_client.post(address(page, "delete"), {"post": "yes"}).status_code
        for page in (marine, own, child, own)
    ]
    assert answers == [403, 403, 302, 302]
    assert Page.objects.filter(shipped="").count() == 0


def test_an_editor_deletes_a_page_with_its_texts(client: SiteClient, own: Page):
    load_roles()
    editor = make_staff("editor", is_superuser=False)
    editor.groups.add(Group.objects.get(name="Editor"))
    client.force_login(editor)
    assert client.post(address(own, "delete"), {"post": "yes"}).status_code == 302
    assert Page.objects.filter(pk=own.pk).count() == 0


def test_staff_who_may_only_look_see_the_text_and_no_field(client: SiteClient, own: Page):
    reader = make_staff("reader", is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_page"))
    client.force_login(reader)
    page = read(client.get(address(own, "change")))
    assert page.attributes("input", name="title") == []
    assert "Letters, please." in page.texts("div", **{"class": "readonly"})


def test_the_texts_of_a_page_are_listed_with_who_wrote_them(staff_client: SiteClient, own: Page):
    staff_client.fill_in(address(own, "change"), {**SENT, "when": "draft"})
    services.save_text(own, text=Text("A", "B", "C"), publish_at=timezone.now() + timedelta(1))
    page = read(staff_client.get(address(own, "change")))
    lines = page.texts("li", inside="section.module")
    assert [line.partition(" by ")[2].partition(":")[0] for line in lines] == [
        "somebody whose account is gone",
        "grace",
        "somebody whose account is gone",
    ]
    assert [
        any(word in line for line in lines)
        for word in ("planned for", "draft", "what visitors read now")
    ] == [True, True, True]


def test_view_on_site_leads_to_the_page(staff_client: SiteClient, marine):
    page = staff_client.get(address(marine, "change"))
    (link,) = read(page).attributes("a", **{"class": "viewsitelink"})
    assert staff_client.get(link["href"]).headers["Location"].endswith("/applications/marine/")
