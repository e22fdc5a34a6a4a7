"""What a line says, and what it leaves out."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection

from accounts.models import User
from accounts.staff_trail import about_nobody
from audit_log.models import AuditEntry
from audit_log.services import acting, record, value_words
from contact.models import ContactMessage
from privacy.policy.models import PolicyDraft
from tests.factories.people import PASSWORD, make_person, make_staff


@pytest.mark.django_db
def test_an_address_never_stands_in_what_was_done():
    record("other", "Wrote to ada@customer.test about it.")
    assert AuditEntry.objects.get().did == "Wrote to … about it."


@pytest.mark.django_db
def test_a_line_is_no_longer_than_its_column():
    entry = record("other", "x" * 400, place="/" * 300)
    assert (len(entry.did), len(entry.place)) == (300, 200)


@pytest.mark.django_db
@pytest.mark.parametrize("actor", [None, AnonymousUser()])
def test_who_has_no_account_is_an_operator(actor):
    entry = record("command", "Ran purge_expired.", actor=actor)
    assert (entry.actor, entry.pseudonym, entry.who) == (None, "", "operator")


@pytest.mark.django_db
def test_what_goes_on_says_who_and_from_where_unless_a_line_says_it():
    grace, alan = make_staff("grace"), make_staff("alan")
    with acting(grace, place="/admin/") as here:
        record("other", "One.")
        record("other", "Two.", actor=alan, place="elsewhere")
    record("other", "Three.")
    found = [(e.who, e.place) for e in AuditEntry.objects.order_by("pk")]
    assert found == [("grace", "/admin/"), ("alan", "elsewhere"), ("operator", "")]
    assert here.entries == 2


@pytest.mark.django_db
def test_tables_that_change_are_noticed_and_those_that_are_read_are_not():
    with acting(None, place="x") as here:
        role = Group.objects.create(name="Readers")
        Group.objects.filter(pk=role.pk).update(name="Writers")
        list(User.objects.all())
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_session WHERE session_key = 'x'")
    assert here.tables == {"auth_group"}


@pytest.mark.django_db
def test_each_person_has_one_pseudonym_and_no_other_person_has_it():
    grace, alan = make_staff("grace"), make_staff("alan")
    marks = [record("other", "x", actor=one).pseudonym for one in (grace, alan, grace)]
    assert marks[0] == marks[2] != marks[1]
    assert {len(mark) for mark in marks} == {12}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        ("", "–"),
        ([], "–"),
        (True, "True"),
        ("About us", "About us"),
        (["b", "a"], "a, b"),
        ("x" * 200, "x" * 200),
        ("x" * 1204, "1,204 characters"),
    ],
)
def test_a_value_is_said_in_few_words(value, words):
    assert value_words(value) == words


@pytest.mark.parametrize(
    ("model", "column", "kept"),
    [
        (User, "", False),
        (User, "email", False),
        (User, "is_staff", True),
        (User, "groups", True),
        (Group, "", True),
        (Group, "name", True),
        (Group, "permissions", True),
        (PolicyDraft, "author", False),
        (PolicyDraft, "reviewer", False),
        (PolicyDraft, "summary", True),
        (ContactMessage, "state", False),
    ],
)
def test_words_are_kept_of_what_is_about_nobody(model, column, kept):
    assert about_nobody(model, column) is kept


@pytest.mark.django_db
def test_staff_who_log_in_are_written_down_and_customers_are_not(client):
    make_person("ada")
    make_person("bea", is_staff=True)
    for name in ("ada", "bea"):
        assert (
            client.post("/accounts/login/", {"login": name, "password": PASSWORD}).status_code
            == 303
        )
        client.post("/accounts/logout/")
    (entry,) = AuditEntry.objects.all()
    assert (entry.who, entry.kind, entry.did, entry.place) == (
        "bea", "logged-in", "Logged in.", "/accounts/login/",
    )  # fmt: skip
