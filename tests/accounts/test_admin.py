import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import PolicyAcceptance, User
from accounts.roles import load_roles
from tests.client import SiteClient
from tests.factories.people import PASSWORD, make_person, make_staff

USERS = "/admin/accounts/user/"
INVITATION = f"Your account at {settings.COMPANY.short_name}"
NEW = {"username": "byron", "email": "byron@Customer.test"}


def form_of(response):
    """What a browser would send back of the shown form."""
    return {
        name: value
        for name, value in response.context["adminform"].form.initial.items()
        if value not in (None, "", [], False) and name != "password"
    }


@pytest.mark.django_db
def test_an_invited_person_chooses_the_password_behind_a_link_that_lives_an_hour(
    staff_client, client, letters
):
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False) as clock:
        page = staff_client.get(f"{USERS}add/").content.decode()
        assert 'type="password"' not in page
        assert staff_client.post(f"{USERS}add/", NEW).status_code == 302
        person = User.objects.get(username="byron")
        assert person.has_usable_password() is False
        assert letters.all() == [("byron@customer.test", INVITATION)]
        assert "for one hour" in letters.text(INVITATION)
        link = letters.link(INVITATION)
        clock.shift(3600)
        assert client.get(link).status_code == 200
        clock.shift(1)
        assert client.get(link).status_code == 404
        clock.shift(-1)
        assert client.post(link, {"password1": PASSWORD}).status_code == 303
        assert client.get(link).status_code == 404
        response = client.post("/accounts/login/", {"login": "byron", "password": PASSWORD})
    assert response.url == "/accounts/profile/"
    address = EmailAddress.objects.get(user=person)
    assert (address.email, address.verified, address.primary) == ("byron@customer.test", True, True)


@pytest.mark.django_db
def test_staff_mail_a_link_and_type_no_password_for_somebody_else(staff_client, person, letters):
    path = f"{USERS}{person.pk}/password/"
    assert 'type="password"' not in staff_client.get(path).content.decode()
    before = person.password
    sent = {"password1": "theirs-not-mine-12", "password2": "theirs-not-mine-12"}
    assert staff_client.fill_in(path, sent).status_code == 303
    person.refresh_from_db()
    assert person.password == before
    assert letters.all() == [("ada@customer.test", "Set a new password")]


RESET = "reset-second-factor/"


@pytest.fixture
def colleague(db):
    return make_staff("alan")


@pytest.mark.django_db
def test_a_colleague_resets_a_lost_second_factor_in_the_log_and_by_mail(
    staff_client, staff, colleague, letters
):
    theirs = SiteClient()
    theirs.force_login(colleague)
    page = staff_client.get(f"{USERS}{colleague.pk}/change/").content.decode()
    path = f"{USERS}{colleague.pk}/{RESET}"
    assert path in page
    assert staff_client.get(path).status_code == 200
    assert Authenticator.objects.filter(user=colleague).count() == 1
    assert staff_client.fill_in(path, {}).status_code == 303
    assert Authenticator.objects.filter(user=colleague).count() == 0
    assert theirs.get("/accounts/profile/").status_code == 302
    assert letters.all() == [("alan@company.test", "Your second factor has been removed")]
    log = LogEntry.objects.get()
    assert (log.user, log.object_id, log.change_message) == (
        staff, str(colleague.pk), "Second factor removed.",
    )  # fmt: skip
    assert staff_client.post(path).status_code == 409


@pytest.mark.django_db
def test_nobody_resets_their_own(staff_client, staff, letters):
    assert RESET not in staff_client.get(f"{USERS}{staff.pk}/change/").content.decode()
    refused = staff_client.fill_in(f"{USERS}{staff.pk}/{RESET}", {})
    assert refused.status_code == 409
    assert "ask a colleague" in refused.content.decode()
    assert Authenticator.objects.filter(user=staff).count() == 1
    assert letters.all() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [("Privacy officer", 303), ("Webmaster", 403)])
def test_a_privacy_officer_may_and_other_roles_may_not(colleague, role, status):
    load_roles()
    officer = make_staff("hands", is_superuser=False)
    officer.groups.add(Group.objects.get(name=role))
    client = SiteClient()
    client.force_login(officer)
    assert client.fill_in(f"{USERS}{colleague.pk}/{RESET}", {}).status_code == status
    assert client.post(f"{USERS}{colleague.pk}/change/", {"is_superuser": ""}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"username": "GRACE"},
        {"email": "GRACE@company.test"},
        {"username": "admin"},
    ],
)
def test_added_person_keeps_the_rules(staff_client, changes):
    response = staff_client.post(f"{USERS}add/", {**NEW, **changes})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors != {}
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_changed_address_counts_at_once(staff_client, person):
    page = staff_client.get(f"{USERS}{person.pk}/change/")
    body = form_of(page) | {"email": "new@customer.test"}
    assert staff_client.post(f"{USERS}{person.pk}/change/", body).status_code == 302
    person.refresh_from_db()
    assert person.email == "new@customer.test"
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified")) == [
        ("new@customer.test", True)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["one", "many"])
def test_deleting_in_the_admin_erases_and_names_nobody(staff_client, person, letters, way):
    if way == "one":
        staff_client.post(f"{USERS}{person.pk}/delete/", {"post": "yes"})
    else:
        staff_client.post(
            USERS, {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
        )
    assert User.objects.filter(pk=person.pk).count() == 0
    assert EmailAddress.objects.filter(email="ada@customer.test").count() == 0
    assert letters.all() == [("ada@customer.test", "Your account has been deleted")]
    assert list(LogEntry.objects.values_list("object_repr", flat=True)) == ["a deleted account"]


@pytest.mark.django_db
@pytest.mark.parametrize("people", [1, 3])
def test_list_costs_the_same_for_one_and_for_three(staff_client, people):
    for number in range(people):
        make_person(f"person{number}")
    staff_client.get(USERS)
    with CaptureQueriesContext(connection) as queries:
        page = staff_client.get(f"{USERS}?q=person")
    assert page.status_code == 200
    assert page.context["cl"].result_count == people
    assert len(queries) == 6, [q["sql"] for q in queries]


@pytest.mark.django_db
def test_acceptances_are_read_only(staff_client, staff, policy):
    row = PolicyAcceptance.objects.create(user=staff, version=policy, kind="shown")
    url = "/admin/accounts/policyacceptance/"
    assert staff_client.get(url).status_code == 200
    assert staff_client.get(f"{url}add/").status_code == 403
    assert staff_client.post(f"{url}{row.pk}/change/", {}).status_code == 403
    assert staff_client.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert PolicyAcceptance.objects.count() == 1


def test_no_page_shows_addresses_or_secrets_behind_the_accounts_back():
    registered = {model._meta.label for model in admin.site._registry}
    hidden = {
        "account.EmailAddress",
        "account.EmailConfirmation",
        "mfa.Authenticator",
        "accounts.Session",
    }
    assert registered & hidden == set()
    assert all(apps.get_model(label) for label in hidden)


@pytest.mark.django_db
def test_password_hash_is_never_searched(staff_client):
    assert staff_client.get(f"{USERS}?password__startswith=md5").status_code in (302, 400)


@pytest.mark.django_db
def test_an_address_that_staff_did_not_change_keeps_its_row(staff_client, person):
    url = f"{USERS}{person.pk}/change/"
    before = EmailAddress.objects.get(user=person)
    changed = {**form_of(staff_client.get(url)), "company": "Engines Ltd"}
    assert staff_client.post(url, changed).status_code == 302
    person.refresh_from_db()
    assert person.company == "Engines Ltd"
    assert EmailAddress.objects.get(user=person) == before


@pytest.mark.django_db
def test_pages_of_the_desk_run_scripts_of_this_site_and_what_is_no_page_runs_none(staff_client):
    page, words = staff_client.get(f"{USERS}add/"), staff_client.get("/admin/jsi18n/")
    policies = [one.headers["Content-Security-Policy"].split(";") for one in (page, words)]
    assert "script-src 'self'" in policies[0]
    assert policies[1] == ["default-src 'none'", "frame-ancestors 'none'"]
    assert page.headers["Permissions-Policy"].startswith("browsing-topics=(),")
