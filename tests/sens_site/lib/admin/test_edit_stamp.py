"""Two editors on one row: the second save shows both texts, and overwrites nothing unseen."""

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from contact.models import CannedAnswer
from newsletter.models import Issue, Topic
from pages import services as pages
from pages.models import File, Page, Redirect
from privacy.consent.models import ServiceSwitch
from privacy.policy.models import Kind, PolicyClaim, PolicyDraft
from privacy.policy.services import create_draft, ensure_policy
from privacy.rights.models import OutsideSystem
from sens_site.lib.admin.edit_stamp import EditStampMixin, stamp_of
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def typed_into(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the form on a page, after somebody typed into it."""
    form = response.context["adminform"].form
    shown = {box.html_name: form[box.name].value() for box in form if not box.field.disabled}
    sent = {name: value for name, value in shown.items() if value not in (None, False)}
    many = {
        k: [getattr(one, "pk", one) for one in v] for k, v in sent.items() if isinstance(v, list)
    }
    return {**sent, **many, **changes}


@pytest.fixture
def colleague() -> SiteClient:
    client = SiteClient()
    client.force_login(make_staff("second"))
    return client


@pytest.fixture
def draft() -> PolicyDraft:
    return create_draft(
        ensure_policy("privacy"),
        by=None,
        source_text="We keep what you **type**.",
        kind=Kind.MINOR,
        reason="Fewer words, same promises.",
        summary="Shorter.",
    )


@pytest.fixture
def page_text() -> Page:
    pages.load_pages()
    pages.edit_page("/about/", title="About", description="About us.", body="As it was.\n")
    return Page.objects.get(path="/about/")


@pytest.fixture
def switch(policy) -> ServiceSwitch:
    one = ServiceSwitch.objects.get(key="google-analytics")
    one.agreement_signed_on, one.agreement_name = date(2026, 1, 2), "agreement.pdf"
    one.transfer, one.decided_by = "consent", "Managing director"
    one.save()
    return one


@pytest.fixture
def customer() -> User:
    user = make_person("byron", company="Engines Ltd")
    user.groups.set(Group.objects.order_by("pk")[:2])
    return user


@pytest.fixture
def role() -> Group:
    role = Group.objects.create(name="Readers")
    role.permissions.set(Permission.objects.order_by("pk")[:2])
    return role


CASES = [
    ("draft", "source_text", "Mine.\r\n\r\nTwo lines.", "Theirs, and longer."),
    ("draft", "summary", "My summary.", "Their summary."),
    ("page_text", "body", "Mine <b>.\n", "Theirs.\n"),
    ("page_text", "title", "My heading", "Their heading"),
    ("switch", "identifier", "G-MINE000001", "G-THEIRS0001"),
    ("customer", "company", "My company", "Their company"),
    ("role", "name", "My role", "Their role"),
]


@pytest.mark.parametrize(("name", "field", "mine", "theirs"), CASES)
def test_the_second_save_shows_both_texts_and_overwrites_nothing(
    request, staff_client, colleague, name, field, mine, theirs
):
    row = request.getfixturevalue(name)
    first, second = (client.get(page_of(row)) for client in (staff_client, colleague))
    saved = colleague.post(page_of(row), typed_into(second, **{field: theirs}))
    assert saved.status_code == 302

    clash = staff_client.post(page_of(row), typed_into(first, **{field: mine}))
    row.refresh_from_db()
    text = clash.content.decode()
    stored = text.partition('class="stored">')[2].partition("</pre>")[0]
    assert (clash.status_code, getattr(row, field).strip()) == (409, theirs.strip())
    assert stored.strip() == theirs.strip()
    assert clash.context["adminform"].form[field].value() == mine
    assert "Somebody has changed this since you opened it." in text

    again = staff_client.post(page_of(row), typed_into(clash))
    row.refresh_from_db()
    assert again.status_code == 302
    assert getattr(row, field).split() == mine.split()


@pytest.mark.parametrize(("name", "field", "mine", "theirs"), CASES)
def test_a_form_sent_twice_is_no_clash(request, staff_client, name, field, mine, theirs):
    row = request.getfixturevalue(name)
    data = typed_into(staff_client.get(page_of(row)), **{field: mine})
    answers = [staff_client.post(page_of(row), data).status_code for _ in range(2)]
    assert answers == [302, 302]


@pytest.mark.parametrize("stamp", ["", "nonsense", "\x00", "ü"])
def test_a_form_that_does_not_say_what_it_showed_overwrites_nothing(staff_client, page_text, stamp):
    data = typed_into(staff_client.get(page_of(page_text)), body="Mine.\n")
    answer = staff_client.post(page_of(page_text), {**data, "edit_stamp": stamp})
    page_text.refresh_from_db()
    assert (answer.status_code, page_text.body) == (409, "As it was.\n")


def test_what_a_colleague_chose_is_shown_in_words(staff_client, colleague, role):
    first = staff_client.get(page_of(role))
    wanted = list(Permission.objects.order_by("pk")[3:5])
    role.permissions.set(wanted)
    clash = staff_client.post(page_of(role), typed_into(first))
    assert clash.status_code == 409
    assert clash.context["clash"] == [("Permissions", ", ".join(map(str, wanted)))]
    assert set(role.permissions.all()) == set(wanted)


def test_what_both_left_alone_is_not_listed(staff_client, colleague, draft):
    first, second = (client.get(page_of(draft)) for client in (staff_client, colleague))
    colleague.post(page_of(draft), typed_into(second, summary="Their summary."))
    clash = staff_client.post(page_of(draft), typed_into(first, reason="My reason."))
    assert clash.context["clash"] == [
        ("Reason for this kind", "Fewer words, same promises."),
        ("Summary of changes", "Their summary."),
    ]


def test_other_mistakes_do_not_hide_a_clash_or_lose_what_was_typed(staff_client, page_text):
    first = staff_client.get(page_of(page_text))
    pages.edit_page("/about/", title="About", description="About us.", body="Theirs.\n")
    answer = staff_client.post(page_of(page_text), typed_into(first, title="", body="Mine.\n"))
    assert [label for label, _ in answer.context["clash"]] == ["Heading", "Text"]
    assert answer.context["adminform"].form["body"].value() == "Mine.\n"
    assert answer.context["adminform"].form.errors["title"] == ["This field is required."]


def test_the_shipped_text_comes_back_only_for_the_text_that_was_shown(staff_client, page_text):
    first = typed_into(staff_client.get(page_of(page_text)))
    pages.edit_page("/about/", title="About", description="About us.", body="Theirs.\n")
    reset = page_of(page_text).replace("change", "reset")
    answer = staff_client.post(reset, first, follow=True)
    page_text.refresh_from_db()
    assert page_text.body == "Theirs.\n"
    assert "nothing is removed" in answer.content.decode()


def test_saving_waits_for_the_row(staff_client, page_text):
    data = typed_into(staff_client.get(page_of(page_text)), body="Mine.\n")
    with CaptureQueriesContext(connection) as queries:
        staff_client.post(page_of(page_text), data)
    reads = [q["sql"] for q in queries if 'FROM "pages_page"' in q["sql"]]
    locks = connection.features.has_select_for_update
    assert ["FOR UPDATE" in sql for sql in reads[:3]] == [False, locks, False]


def test_a_stamp_names_row_and_values():
    stamps = {
        stamp_of(label, values)
        for label in ("pages.Page.1", "pages.Page.2")
        for values in ({"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": None}, {"a": ["1"]})
    }
    assert len(stamps) == 10


def test_every_admin_whose_rows_are_edited_carries_the_stamp():
    request = RequestFactory().get("/admin/")
    request.user = make_staff()
    edited = [one for one in admin.site._registry.values() if one.has_change_permission(request)]
    assert [str(one) for one in edited if not isinstance(one, EditStampMixin)] == []
    assert {one.model for one in edited} == {
        CannedAnswer, File, Group, Issue, OutsideSystem, Page, PolicyClaim, PolicyDraft, Redirect,
        ServiceSwitch, Topic, User,
    }  # fmt: skip
    assert [one.list_editable for one in edited if one.list_editable] == []
    assert [str(one) for one in admin.site._registry.values() for inline in one.inlines
            if inline(one.model, admin.site).has_change_permission(request)] == []  # fmt: skip


def test_the_stamp_of_one_row_fits_no_other_that_says_the_same(client, policy):
    client.force_login(make_staff())
    drafts = [
        create_draft(ensure_policy("privacy"), by=None, source_text="The same words.")
        for _ in range(2)
    ]
    pages = [reverse("admin:policy_policydraft_change", args=[draft.pk]) for draft in drafts]
    first, second = (stamp_in(client.get(page))["edit_stamp"] for page in pages)
    assert first != second
