"""Each role at each address of the desk, as the resolver knows them: its own open, all others 403."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.roles import load_roles
from news.models import NewsCategory
from news.services import create_item
from pages.models import Page, PageRevision
from pages.services import create_page, load_pages, save_text
from privacy.datamap.registry import personal_entries
from privacy.datamap.rows import rows_of
from privacy.datamap.subjects import subject_of
from privacy.policy.models import Policy, PolicyDraft
from sens_site.lib.texts import Text
from sens_site.promises.access import desk_pages
from sens_site.promises.desk_rights import MAY_OPEN
from tests.client import SiteClient
from tests.factories.documents import make_document, make_version
from tests.factories.people import make_staff
from tests.subject import make_subject

NOBODYS = "staff without a role"
OPEN = (200, 302, 404, 405, 409)
"""What somebody who may is told: the page, the way back from a row that is gone, or "not now"."""


def member(role: str) -> Client:
    load_roles()
    user = make_staff("hands", is_superuser=False)
    user.groups.set(Group.objects.filter(name=role))
    client = SiteClient()
    client.force_login(user)
    return client


def a_draft() -> None:
    policy = Policy.objects.get(slug="privacy")
    PolicyDraft.objects.create(policy=policy, source_text="# Policy", reason="x", summary="x")


@pytest.fixture
def rows(db) -> dict[str, Any]:
    """A row of each table that has any: of somebody who is in every table that holds people."""
    subject = subject_of(make_subject())
    theirs = {entry.label: rows_of(entry, subject).first() for entry in personal_entries()}
    found = {}
    a_draft()
    home = Page.objects.get(path="/")
    made = create_page(
        path="/made/", text=Text("Made", "What staff wrote.", "By staff."), parent=home
    )
    category = NewsCategory.objects.create(name="Made", slug="made")
    draft = create_item(slug="made", category=category, text=Text("Made", "Made.", "Made."))
    for model in apps.get_models():
        row = theirs.get(model._meta.label) or model._base_manager.order_by("pk").first()
        if row is not None:
            found[model._meta.label_lower] = row.pk
    # What came with the site, and what was published, is never deleted.
    empty = NewsCategory.objects.create(name="Empty", slug="empty")
    unseen = make_version(make_document(), publish_at=None)
    return found | {
        "pages.page": made.pk,
        "news.newsitem": draft.pk,
        "news.newscategory": empty.pk,
        "downloads.document": unseen.document_id,
        "downloads.documentversion": unseen.pk,
    }


@pytest.mark.alike("role")
@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("role", [*MAY_OPEN, NOBODYS])
def test_each_role_opens_its_own_pages_and_is_refused_at_all_others(rows, role):
    client, wrong = member(role), []
    for path, table, kind in desk_pages(rows):
        if table:
            leads_on = kind == "open"  # Django's former address of a row
            page = "change" if leads_on else kind
            mine = page in MAY_OPEN.get(role, {}).get(table, ())
            answer = client.get(path, follow=leads_on and not mine)
            for closer in vars(answer)[
                "_resource_closers"
            ]:  # not close(): it ends the test's database
                closer()
            status = answer.status_code
            if (status not in OPEN) if mine else (status != 403):
                wrong.append((path, status))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["history", "change", "delete"])
def test_nobody_learns_which_rows_there_are_from_how_they_are_refused(page):
    client = member("Editor")
    for table in ("contact/contactmessage", "rights/subjectrequest", "outbox/outboxmail"):
        assert client.get(f"/admin/{table}/1000000/{page}/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"),
    [("Editor", 403), ("Webmaster", 200), ("Privacy officer", 403), (NOBODYS, 403)],
)
def test_the_page_of_an_app_opens_for_whoever_may_open_one_of_its_tables(role, status):
    assert member(role).get("/admin/contact/").status_code == status


def test_an_app_that_is_not_there_is_not_found(staff_client):
    assert staff_client.get("/admin/no-such-app/").status_code == 404


@pytest.mark.alike("role")
@pytest.mark.django_db
@pytest.mark.parametrize("role", [*MAY_OPEN, NOBODYS])
def test_each_role_finds_its_front_page(role):
    assert member(role).get("/admin/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("right", "page"),
    [
        ("consent.delete_consentreceipt", "consent/consentreceipt/check/"),
        ("consent.delete_serviceswitch", "consent/serviceswitch/1/agreement/"),
        ("pages.delete_pagerevision", "pages/pagerevision/1/preview/"),
        ("promises.delete_claimreview", "promises/claimreview/due/"),
        ("visits.delete_dailycount", "visits/dailycount/export.csv"),
    ],
)
def test_who_has_a_right_at_a_table_that_shows_nothing_is_shown_nothing(right, page):
    load_pages()
    save_text(Page.objects.get(path="/about/"), text=Text("About", "Us.", "We."))
    app, _, codename = right.partition(".")
    user = make_staff("hands", is_superuser=False)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label=app, codename=codename)
    )
    client = SiteClient()
    client.force_login(user)
    if "pagerevision" in page:
        page = page.replace("1", str(PageRevision.objects.get().pk))
    assert client.get(f"/admin/{page}").status_code == 403
