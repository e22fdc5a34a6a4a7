"""The engine of steps, on a desk of its own: groups of the framework that can be renamed or closed."""

from unittest.mock import Mock

import pytest
from django import forms
from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.urls import path

from sens_site.lib.admin.steps import Step, StepsAdmin
from sens_site.urls import urlpatterns as of_the_site
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_staff
from tests.pages.reading import read

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

RIGHT = "auth.change_group"
service = Mock()


class TooLateError(Exception):
    pass


class MuchTooLateError(TooLateError):
    pass


class RefusedError(Exception):
    pass


class NameForm(forms.Form):
    name = forms.CharField(max_length=10)


class GroupDesk(StepsAdmin[Group]):
    steps = (
        Step(
            slug="rename",
            label="Rename",
            question="What is it called from now on?",
            done="Renamed.",
            run=service,
            offered=lambda group: group.name != "closed",
            form=NameForm,
            initial=lambda group: {"name": f"{group.name} 2"},
        ),
        Step(
            slug="close",
            label="Close",
            question="It is closed for good.",
            done="Closed.",
            run=service,
            offered=lambda group: group.name != "closed",
            danger=True,
            touches=lambda group: [("Goes", ["Its <name>", "Its rights"]), ("Stays", [])],
        ),
        Step(
            slug="open",
            label="Open again",
            question="It is open again.",
            done="Opened.",
            run=service,
            offered=lambda group: group.name == "closed",
        ),
    )
    step_right = RIGHT
    back_label = "Back to the group"
    not_offered = "Not now. Nothing was changed."
    refusals = {
        TooLateError: "Somebody else was faster. Nothing was changed.",
        RefusedError: "{error} Nothing was changed.",
    }


desk = AdminSite(name="admin")
desk.register(Group, GroupDesk)
urlpatterns = [path("admin/", desk.urls), *of_the_site]


@pytest.fixture(autouse=True)
def _fresh_service():
    service.reset_mock(side_effect=True)


@pytest.fixture
def writers(db):
    return Group.objects.create(name="writers")


@pytest.fixture
def closed(db):
    return Group.objects.create(name="closed")


def clerk(*codenames):
    user = make_staff("clerk", is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = SiteClient()
    client.force_login(user)
    return client


def address(group, page="change"):
    return f"/admin/auth/group/{group.pk}/{page}/"


def offered(response):
    return [(step["label"], step["url"]) for step in response.context["steps"]]


def refusal(response):
    """Return what is said, and whether a form stands on the page all the same."""
    page = read(response)
    return page.texts("p", role="alert"), page.find("form", inside="div.colM", method="post") != []


def test_a_row_offers_what_can_be_done_with_it_now_in_the_order_of_the_desk(
    staff_client, writers, closed
):
    page = staff_client.get(address(writers))

    assert offered(page) == [
        ("Rename", address(writers, "rename")),
        ("Close", address(writers, "close")),
    ]
    links = read(page).find("a", inside="ul.object-tools")
    assert [link.text for link in links] == ["Rename", "Close", "History"]
    assert offered(staff_client.get(address(closed))) == [("Open again", address(closed, "open"))]


def test_who_has_no_right_to_act_is_offered_nothing(writers):
    page = clerk("view_group").get(address(writers))

    assert (page.status_code, offered(page)) == (200, [])


def test_a_row_that_is_gone_is_led_back_as_in_any_admin(staff_client):
    response = staff_client.get("/admin/auth/group/999/change/")

    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_the_page_asks_before_it_acts(staff_client, writers):
    response = staff_client.get(address(writers, "rename"))
    page = read(response)

    assert response.status_code == 200
    assert page.texts("h1")[-1] == "Rename: writers"
    assert "What is it called from now on?" in page.texts("p", inside="div.colM")
    assert page.attributes("input", name="name")[0]["value"] == "writers 2"
    assert page.attributes("input", type="submit", value="Rename") != []
    assert page.attributes("a", **{"class": "closelink"}) == [
        {"href": address(writers), "class": "closelink"}
    ]


def test_the_page_says_where_it_stands(staff_client, writers):
    page = read(staff_client.get(address(writers, "rename")))

    trail = page.find("a", inside="div.breadcrumbs")
    assert [(link.text, link.attributes["href"]) for link in trail] == [
        ("Home", "/admin/"),
        ("Authentication and Authorization", "/admin/auth/"),
        ("Groups", "/admin/auth/group/"),
        ("writers", address(writers)),
    ]


def test_an_app_that_is_called_what_its_rows_are_called_is_named_once(
    staff_client, writers, monkeypatch
):
    monkeypatch.setattr(apps.get_app_config("auth"), "verbose_name", "Groups")
    page = read(staff_client.get(address(writers, "rename")))

    assert page.texts("a", inside="div.breadcrumbs") == ["Home", "Groups", "writers"]


def test_what_a_step_would_touch_is_listed_under_headings_that_hold_something(
    staff_client, writers
):
    page = read(staff_client.get(address(writers, "close")))

    assert page.texts("h2", inside="div.colM") == ["Goes"]
    assert page.texts("li", inside="div.colM") == ["Its <name>", "Its rights"]


def test_only_a_dangerous_step_has_a_red_button(staff_client, writers):
    buttons = {
        slug: read(staff_client.get(address(writers, slug))).attributes("input", type="submit")
        for slug in ("rename", "close")
    }

    assert [b.get("class") for b in buttons["rename"]] == [None]
    assert [b.get("class") for b in buttons["close"]] == ["deletelink"]


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("slug", ["rename", "close", "open"])
def test_looking_acts_on_nothing(staff_client, writers, method, slug):
    getattr(staff_client, method)(address(writers, slug), {"name": "authors"})

    assert service.mock_calls == []
    assert LogEntry.objects.count() == 0


def test_a_post_acts_once_and_leads_back_with_a_word_and_a_line_in_the_log(
    staff_client, staff, writers
):
    response = staff_client.fill_in(address(writers, "rename"), {"name": " authors "})

    assert (response.status_code, response["Location"]) == (303, address(writers))
    service.assert_called_once_with(writers, staff, {"name": "authors"})
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.object_repr, entry.change_message) == (
        staff,
        str(writers.pk),
        "writers",
        "Renamed.",
    )
    page = read(staff_client.get(address(writers)))
    assert page.texts("li", inside="ul.messagelist") == ["Writers: Renamed."]


def test_the_right_of_the_desk_is_enough_to_act(writers):
    assert clerk("change_group").fill_in(address(writers, "close"), {}).status_code == 303


@pytest.mark.parametrize("codenames", [(), ("view_group",), ("add_group", "delete_group")])
def test_who_has_no_right_to_act_is_refused_and_nothing_runs(writers, closed, codenames):
    client = clerk(*codenames)
    for group in (writers, closed):
        for slug in ("rename", "close", "open"):
            assert client.get(address(group, slug)).status_code == 403
            assert client.post(address(group, slug), {"name": "x"}).status_code == 403

    assert service.mock_calls == []


def test_who_is_no_staff_is_led_to_the_log_in(signed_in, writers):
    for visitor in (signed_in, SiteClient()):
        response = visitor.post(address(writers, "close"))
        assert (response.status_code, response["Location"].partition("?")[0]) == (
            302,
            "/admin/login/",
        )

    assert service.mock_calls == []


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("<b>much too long</b>", "Ensure this value has at most 10 characters (it has 20)."),
        ("", "This field is required."),
    ],
)
def test_a_field_with_an_error_says_so_and_keeps_what_was_typed(
    staff_client, writers, typed, error
):
    response = staff_client.fill_in(address(writers, "rename"), {"name": typed})
    page = read(response)

    assert response.status_code == 422
    assert page.texts("p", inside="div.error") == [f"Error: {error}"]
    assert page.attributes("input", name="name")[0].get("value", "") == typed
    assert service.mock_calls == []
    assert LogEntry.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_step_that_is_no_longer_offered_says_so_calmly(staff_client, closed, method):
    response = getattr(staff_client, method)(address(closed, "rename"), {"name": "authors"})

    assert response.status_code == 409
    assert refusal(response) == (["Not now. Nothing was changed."], False)
    assert ("Back to the group", address(closed)) in [
        (link.text, link.attributes["href"]) for link in read(response).find("a")
    ]
    assert service.mock_calls == []


def test_a_step_is_taken_on_what_its_page_showed_and_not_on_what_came_since(staff_client, writers):
    shown = stamp_in(staff_client.get(address(writers, "rename")))
    Group.objects.filter(pk=writers.pk).update(name="editors")
    refused = staff_client.post(address(writers, "rename"), {**shown, "name": "authors"})

    assert refused.status_code == 409
    assert "Something has happened here since you opened this page." in refused.content.decode()
    assert read(refused).attributes("input", name="name")[0]["value"] == "authors"
    assert (service.mock_calls, LogEntry.objects.count()) == ([], 0)
    seen = {**stamp_in(refused), "name": "authors"}
    assert staff_client.post(address(writers, "rename"), seen).status_code == 303
    assert service.call_count == 1


@pytest.mark.parametrize("shown", ["", "nonsense", "\x00", "ü"])
def test_a_step_that_does_not_say_what_its_page_showed_is_not_taken(staff_client, writers, shown):
    data = {"shown": shown, "name": "authors"}
    assert staff_client.post(address(writers, "rename"), data).status_code == 409
    assert service.mock_calls == []


def test_a_step_that_is_sent_twice_acts_once(staff_client, writers):
    def close(group, by, data):
        Group.objects.filter(pk=group.pk).update(name="closed")

    service.side_effect = close
    shown = stamp_in(staff_client.get(address(writers, "close")))
    answers = [staff_client.post(address(writers, "close"), shown).status_code for _ in range(2)]

    assert answers == [303, 409]
    assert service.call_count == 1
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TooLateError("internal"), "Somebody else was faster. Nothing was changed."),
        (MuchTooLateError(), "Somebody else was faster. Nothing was changed."),
        (RefusedError("Pay {first}."), "Pay {first}. Nothing was changed."),
    ],
    ids=["own words of the desk", "a kind of it", "words of the error"],
)
def test_what_the_service_refuses_is_said_and_not_logged(staff_client, writers, error, said):
    service.side_effect = error
    response = staff_client.fill_in(address(writers, "close"), {})

    assert response.status_code == 409
    assert refusal(response) == ([said], False)
    assert LogEntry.objects.count() == 0


def test_an_accident_is_not_taken_for_a_refusal(staff_client, writers):
    service.side_effect = KeyError("name")

    with pytest.raises(KeyError):
        staff_client.fill_in(address(writers, "close"), {})


def test_an_unknown_row_is_404_and_an_unknown_method_405(staff_client, writers):
    assert staff_client.post("/admin/auth/group/999/close/").status_code == 404
    response = staff_client.put(address(writers, "close"))
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    assert service.mock_calls == []


def test_a_post_that_comes_from_elsewhere_is_refused(staff, writers):
    client = SiteClient(enforce_csrf_checks=True)
    client.force_login(staff)
    headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.test"}

    assert client.post(address(writers, "close"), headers=headers).status_code == 403
    assert service.mock_calls == []


def test_a_row_that_can_take_steps_cannot_be_edited(staff_client, writers):
    assert staff_client.post(address(writers), {"name": "authors"}).status_code == 403
    assert staff_client.post(address(writers, "delete"), {"post": "yes"}).status_code == 403
    assert staff_client.get("/admin/auth/group/add/").status_code == 403
    writers.refresh_from_db()
    assert writers.name == "writers"


def test_what_a_row_is_called_is_text_and_nothing_else(staff_client):
    group = Group.objects.create(name="<script>alert(1)</script>")

    for page in ("change", "rename", "close", "open"):
        response = staff_client.get(address(group, page))
        assert b"<script>alert" not in response.content
        assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in response.content
