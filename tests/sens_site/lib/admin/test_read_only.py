"""Rows that the site writes by itself: no member of staff adds, edits or deletes them."""

import pytest
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import path

from sens_site.lib.admin.read_only import FixedRowsMixin, ReadOnlyAdmin, ReadOnlyMixin
from sens_site.urls import urlpatterns as of_the_site

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

WRITTEN_BY_STAFF = {
    "accounts.user": {"add", "change", "delete"},
    "auth.group": {"add", "change", "delete"},
    "consent.editorialnote": {"add"},
    "consent.serviceswitch": {"change"},
    "contact.cannedanswer": {"add", "change", "delete"},
    "contact.contactmessage": {"delete"},
    "newsletter.issue": {"add", "change", "delete"},
    "newsletter.topic": {"add", "change"},
    "pages.file": {"add", "change", "delete"},
    "pages.page": {"add", "change", "delete"},
    "pages.redirect": {"add", "change", "delete"},
    "policy.policyclaim": {"add", "change", "delete"},
    "policy.policydraft": {"add", "change", "delete"},
    "promises.claimreview": {"add"},
    "rights.outsidesystem": {"add", "change"},
    "rights.subjectrequest": {"add"},
}


class GroupAdmin(ReadOnlyAdmin[Group]):
    pass


class PermissionInline(ReadOnlyMixin, admin.TabularInline[Permission, ContentType]):
    model = Permission
    fields = ("name",)


class TypeAdmin(FixedRowsMixin, admin.ModelAdmin[ContentType]):
    fields = ("model",)
    inlines = (PermissionInline,)


def rename(model_admin, request, rows):
    rows.update(name="authors")


desk = AdminSite(name="admin")
desk.add_action(rename)
desk.register(Group, GroupAdmin)
desk.register(ContentType, TypeAdmin)
urlpatterns = [path("admin/", desk.urls), *of_the_site]


@pytest.fixture
def writers(db):
    return Group.objects.create(name="writers")


def test_a_superuser_writes_these_rows_and_no_others(rf, staff):
    request = rf.get("/")
    request.user = staff

    written = {
        model._meta.label_lower: {
            verb
            for verb in ("add", "change", "delete")
            if getattr(model_admin, f"has_{verb}_permission")(request)
        }
        for model, model_admin in admin.site._registry.items()
    }

    assert {label: verbs for label, verbs in written.items() if verbs} == WRITTEN_BY_STAFF


def test_a_read_only_row_is_shown_without_a_field_or_a_button(staff_client, writers):
    response = staff_client.get(f"/admin/auth/group/{writers.pk}/change/")

    assert response.status_code == 200
    assert b"writers" in response.content
    assert b'name="name"' not in response.content
    assert b'name="_save"' not in response.content
    assert b"deletelink" not in response.content


def test_not_even_a_superuser_adds_edits_or_deletes_a_read_only_row(staff_client, writers):
    page = f"/admin/auth/group/{writers.pk}"
    answers = [
        staff_client.post("/admin/auth/group/add/", {"name": "authors"}).status_code,
        staff_client.post(f"{page}/change/", {"name": "authors"}).status_code,
        staff_client.post(f"{page}/delete/", {"post": "yes"}).status_code,
    ]

    assert answers == [403, 403, 403]
    writers.refresh_from_db()
    assert writers.name == "writers"
    assert Group.objects.filter(name="authors").exists() is False


@pytest.mark.parametrize("action", ["delete_selected", "rename"])
def test_nothing_is_done_to_many_read_only_rows_at_once(staff_client, writers, action):
    listed = staff_client.get("/admin/auth/group/")
    staff_client.post(
        "/admin/auth/group/",
        {"action": action, "_selected_action": [writers.pk], "post": "yes"},
    )

    assert b"action-select" not in listed.content
    assert Group.objects.filter(pk=writers.pk, name="writers").exists() is True


def test_fixed_rows_are_edited_and_neither_added_nor_deleted(staff_client):
    row = ContentType.objects.get_for_model(Group)
    page = f"/admin/contenttypes/contenttype/{row.pk}"
    forms = {"permission_set-TOTAL_FORMS": "0", "permission_set-INITIAL_FORMS": "0"}

    assert staff_client.get("/admin/contenttypes/contenttype/add/").status_code == 403
    assert staff_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert staff_client.post(f"{page}/change/", {"model": "guild", **forms}).status_code == 302
    row.refresh_from_db()
    assert row.model == "guild"


def test_read_only_rows_inside_another_are_shown_and_not_written(staff_client):
    row = ContentType.objects.get_for_model(Group)
    first = Permission.objects.filter(content_type=row).order_by("pk")[0]
    page = f"/admin/contenttypes/contenttype/{row.pk}/change/"

    shown = staff_client.get(page)
    staff_client.post(
        page,
        {
            "model": "group",
            "permission_set-TOTAL_FORMS": "2",
            "permission_set-INITIAL_FORMS": "1",
            "permission_set-0-id": first.pk,
            "permission_set-0-content_type": row.pk,
            "permission_set-0-name": "Changed",
            "permission_set-0-DELETE": "on",
            "permission_set-1-content_type": row.pk,
            "permission_set-1-name": "Added",
        },
    )

    assert first.name.encode() in shown.content
    assert b"permission_set-0-name" not in shown.content
    assert Permission.objects.get(pk=first.pk).name == first.name
    assert Permission.objects.filter(content_type=row, name="Added").exists() is False
