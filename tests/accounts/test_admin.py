import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import PolicyAcceptance, User
from tests.factories.people import PASSWORD, make_person

USERS = "/admin/accounts/user/"
NEW = {"username": "byron", "email": "Byron@customer.test", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}  # fmt: skip


def form_of(response):
    """What a browser would send back of the shown form."""
    return {
        name: value
        for name, value in response.context["adminform"].form.initial.items()
        if value not in (None, "", [], False) and name != "password"
    }


@pytest.mark.django_db
def test_added_person_can_log_in_at_once(staff_client, client):
    assert staff_client.get(f"{USERS}add/").status_code == 200
    assert staff_client.post(f"{USERS}add/", NEW).status_code == 302
    address = EmailAddress.objects.get(user__username="byron")
    assert (address.email, address.verified, address.primary) == ("byron@customer.test", True, True)
    response = client.post("/accounts/login/", {"login": "byron", "password": PASSWORD})
    assert response.url == "/accounts/profile/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"username": "GRACE"},
        {"email": "GRACE@company.test"},
        {"username": "admin"},
        {"password1": "website-webmaster-1", "password2": "website-webmaster-1"},
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
    row = PolicyAcceptance.objects.create(user=staff, version=policy)
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
