"""What is done at the desk stands in the list, whichever page does it."""

from typing import Any

import pytest
from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import path
from django.utils import timezone

from accounts.admin_site import SecureAdminSite
from audit_log.desk import differs
from audit_log.models import AuditEntry
from outbox.models import JobRun
from sens_site.lib.admin.read_only import ReadOnlyAdmin
from sens_site.urls import urlpatterns as of_the_site
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, str, str, str]]:
    """Return who did what on what from where, oldest first."""
    return [
        (e.who, e.did, f"{e.table} {e.row}", e.place) for e in AuditEntry.objects.order_by("pk")
    ]


def form_of(response: Any) -> dict[str, Any]:
    form = response.context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in shown.items() if value not in (None, "", False)}


@pytest.fixture
def readers(db):
    return Group.objects.create(name="Readers")


def test_an_edited_row_is_written_down_with_who_what_and_from_where(staff_client, readers):
    address = f"/admin/auth/group/{readers.pk}/change/"
    form = form_of(staff_client.get(address))
    staff_client.post(address, {**form, "name": "Writers"})
    assert entries() == [
        (
            "grace",
            "Changed Name.",
            f"auth.Group {readers.pk}",
            "/admin/auth/group/…/change/",
        )
    ]
    entry = AuditEntry.objects.get()
    assert entry.changes == {"name": ["Readers", "Writers"]}
    assert (entry.kind, LogEntry.objects.count()) == ("changed", 1)


def test_what_is_saved_without_a_change_is_not_said_to_be_changed(staff_client, readers):
    address = f"/admin/auth/group/{readers.pk}/change/"
    assert staff_client.post(address, form_of(staff_client.get(address))).status_code == 302
    assert (entries(), LogEntry.objects.count()) == ([], 0)


class TextForm(forms.Form):
    text = forms.CharField(widget=forms.Textarea)
    number = forms.IntegerField()


@pytest.mark.parametrize(
    ("sent", "changed"),
    [
        ({"text": "One.\r\nTwo.", "number": "1"}, {"text": False}),
        ({"text": "One.\r\nTwo.\r\n", "number": "1"}, {"text": False}),
        ({"text": "One.\nThree.", "number": "1"}, {"text": True}),
        ({"text": "One.\nTwo.\n", "number": "2"}, {"number": True}),
    ],
)
def test_another_line_end_is_no_change(sent, changed):
    form = TextForm(sent, initial={"text": "One.\nTwo.\n", "number": 1})
    assert form.is_valid()
    assert {name: differs(form, name) for name in form.changed_data if name in changed} == {
        name: value for name, value in changed.items() if name in form.changed_data
    }


def test_a_role_that_is_given_stands_there_before_and_after(staff_client, staff):
    person, role = make_person("ada", is_staff=True), Group.objects.create(name="Proof readers")
    address = f"/admin/accounts/user/{person.pk}/change/"
    form = form_of(staff_client.get(address))
    staff_client.post(address, {**form, "groups": [role.pk], "company": "Engines Ltd"})
    entry = AuditEntry.objects.get()
    assert entry.changes == {"groups": ["–", "Proof readers"]}
    assert entry.did == "Changed Company and Groups."
    assert (entry.table, entry.row, entry.name) == ("accounts.User", str(person.pk), "")


def test_a_row_about_nobody_is_named_also_when_it_is_gone(staff_client):
    staff_client.post("/admin/auth/group/add/", {"name": "Readers"})
    role = Group.objects.get(name="Readers")
    staff_client.post(f"/admin/auth/group/{role.pk}/delete/", {"post": "yes"})
    found = [(e.kind, e.did, e.name) for e in AuditEntry.objects.order_by("pk")]
    assert found == [("added", "Added.", "Readers"), ("deleted", "Deleted.", "Readers")]


def test_many_that_are_deleted_at_once_are_written_down_one_by_one(staff_client):
    roles = [Group.objects.create(name=name) for name in ("One", "Two")]
    chosen = {"_selected_action": [role.pk for role in roles], "post": "yes"}
    staff_client.post("/admin/auth/group/", {"action": "delete_selected", **chosen})
    assert sorted(AuditEntry.objects.values_list("did", "name")) == [
        ("Deleted.", "One"),
        ("Deleted.", "Two"),
    ]


def test_a_step_is_written_down_once(staff_client, letters_of_ada):
    staff_client.fill_in(f"/admin/accounts/user/{letters_of_ada.pk}/password/", {})
    assert entries() == [
        (
            "grace",
            "A link for a new password was mailed.",
            f"accounts.User {letters_of_ada.pk}",
            "/admin/accounts/user/…/password/",
        )
    ]


@pytest.fixture
def letters_of_ada(db):
    return make_person("ada")


class SilentDesk(ReadOnlyAdmin[Group]):
    """Pages that log nothing themselves."""

    actions = ("close_all",)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return True

    def close_all(self, request: Any, queryset: Any) -> None:
        queryset.update(name="closed")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/close-it/", view(self.close), name="auth_group_close-it"),
            path("list.csv", view(self.file), name="auth_group_list"),
            path("look/", view(self.look), name="auth_group_look"),
            *super().get_urls(),
        ]

    def close(self, request: Any, pk: int) -> Any:
        from django.http import HttpResponseRedirect

        Group.objects.filter(pk=pk).update(name="shut")
        return HttpResponseRedirect("/admin/")

    def file(self, request: Any) -> Any:
        from django.http import HttpResponse

        return HttpResponse("a", headers={"Content-Disposition": "attachment"})

    def look(self, request: Any) -> Any:
        from django.http import HttpResponse

        request.session["note"] = "seen"
        return HttpResponse(str(Group.objects.count()))


desk = SecureAdminSite(name="admin")
desk.register(Group, SilentDesk)
desk.register(JobRun)
urlpatterns = [path("admin/", desk.urls), *of_the_site]


@pytest.fixture
def _silent_desk(settings):
    settings.ROOT_URLCONF = __name__


@pytest.mark.usefixtures("_silent_desk")
@pytest.mark.parametrize(
    ("address", "sent", "entry"),
    [
        (
            "/admin/auth/group/{}/close-it/",
            {},
            ("grace", "Close it.", "auth.Group {}", "/admin/auth/group/…/close-it/"),
        ),
        (
            "/admin/auth/group/",
            {"action": "close_all", "_selected_action": "{}"},
            ("grace", "Close all.", "auth.Group None", "/admin/auth/group/"),
        ),
        (
            "/admin/auth/group/list.csv",
            {},
            ("grace", "List.", "auth.Group None", "/admin/auth/group/list.csv"),
        ),
    ],
)
def test_what_a_page_does_without_a_word_is_written_down_for_it(staff_client, address, sent, entry):
    role = Group.objects.create(name="Readers")
    staff_client.post(
        address.format(role.pk), {name: value.format(role.pk) for name, value in sent.items()}
    )
    assert entries() == [tuple(word.format(role.pk) for word in entry)]


@pytest.mark.usefixtures("_silent_desk")
def test_a_form_that_changes_nothing_leaves_no_line(staff_client):
    assert staff_client.post("/admin/auth/group/look/").status_code == 200
    assert entries() == []


@pytest.mark.usefixtures("_silent_desk")
def test_a_page_without_a_class_of_its_own_is_watched_as_well(staff_client):
    run = JobRun.objects.create(name="x", started_at=timezone.now())
    staff_client.post(f"/admin/outbox/jobrun/{run.pk}/delete/", {"post": "yes"})
    assert [(e.did, e.table) for e in AuditEntry.objects.all()] == [("Deleted.", "outbox.JobRun")]


def test_looking_at_the_desk_leaves_no_line(staff_client, readers):
    for page in ("", "auth/group/", f"auth/group/{readers.pk}/change/"):
        staff_client.get(f"/admin/{page}")
    assert entries() == []


def test_the_log_out_of_the_desk_changes_nothing_of_the_company(staff_client):
    staff_client.post("/admin/logout/")
    assert entries() == []
