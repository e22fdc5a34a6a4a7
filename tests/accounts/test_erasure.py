"""Deleting an account: who may, what goes, and that nothing of the person is left anywhere."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.mail import send_mail
from django.db import connection, models
from django.utils import timezone

from accounts.data_subject import erase_admin_log, pseudonym_of
from accounts.erasure import erase_account, plan_for
from accounts.models import PolicyAcceptance, Session, User
from outbox.models import OutboxMail
from outbox.worker import Worker
from privacy.datamap.models import Erasure
from privacy.datamap.subjects import subject_of
from tests.accounts.conftest import REGISTRATION, prove_again
from tests.client import SiteClient, said_by
from tests.factories.people import PASSWORD, make_person, make_staff

CONFIRM = "Confirm your email address"
TYPED = {"username": "ada.l"}


def everything():
    """Yield every text that any table of this site holds, sessions opened."""
    for session in Session.objects.all():
        yield str(session.get_decoded())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            for row in cursor.fetchall():
                for value in row:
                    yield (
                        bytes(value).decode(errors="replace")
                        if isinstance(value, bytes | memoryview)
                        else str(value)
                    )


def traces(*words):
    return sorted({word for text in everything() for word in words if word.lower() in text.lower()})


@pytest.fixture
def ada(client, letters):
    """Somebody who has done everything an account allows: two devices, a pending address, a code."""
    client.post("/accounts/register/", {**REGISTRATION, "marketing": "on"})
    client.post(letters.link(CONFIRM))
    for browser in (client, SiteClient()):
        browser.post("/accounts/login/", {"login": "ada.l", "password": PASSWORD})
    prove_again(client)
    client.post("/accounts/email/", {"email": "second@customer.test", "action_add": ""})
    user = User.objects.get()
    Authenticator.objects.create(
        user=user, type="recovery_codes", data={"seed": "s", "used_mask": 0}
    )
    # A log-in by address that waits, and wrong ones: both leave something behind.
    SiteClient().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    SiteClient().post("/accounts/login/", {"login": user.email, "password": "wrong-one-entirely"})
    send_mail("News", "for ada@customer.test", None, ["ADA@customer.test"])
    LogEntry.objects.create(
        user=make_staff(),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr="Ada.L",
        action_flag=CHANGE,
        change_message="",
    )
    return user


@pytest.mark.django_db
def test_nothing_of_the_person_is_left_in_any_table(client, ada):
    words = ("ada@customer.test", "second@customer.test", "Ada.L", "Lovelace", "Engines Ltd")
    assert traces(*words) == sorted(words)

    response = client.post("/accounts/delete/", TYPED)
    reference = Erasure.objects.get().reference
    assert response.status_code == 303
    assert said_by(response) == (f"/accounts/deleted/{reference}/", "deleted")
    assert User.objects.filter(pk=ada.pk).count() == 0
    assert traces(*words) == ["ada@customer.test"]
    assert list(OutboxMail.objects.values_list("recipient", "subject", "purpose")) == [
        ("ada@customer.test", "Your account has been deleted", "farewell")
    ]

    Worker(jobs=()).deliver()
    assert [(m.to, m.subject) for m in mail.outbox][-1] == (
        ["ada@customer.test"],
        "Your account has been deleted",
    )
    assert traces(*words) == []


@pytest.mark.django_db
def test_the_browser_is_logged_out_and_told_what_to_drop(client, ada, settings):
    response = client.post("/accounts/delete/", TYPED)
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    assert response.headers["Clear-Site-Data"] == '"storage"'
    page = SiteClient().get(response.url)
    assert page.status_code == 200
    assert "Email addresses (2)" in page.content.decode()
    assert traces("ada@customer.test") == ["ada@customer.test"]  # the farewell waits
    assert client.get("/accounts/profile/").status_code == 302
    assert Session.objects.filter(user=ada.pk).count() == 0
    again = client.post("/accounts/login/", {"login": "ada.l", "password": PASSWORD})
    assert again.status_code == 422


@pytest.mark.django_db
def test_page_tells_exactly_what_goes(client, ada):
    held = plan_for(ada).counts
    assert held["account.EmailAddress"] == 2
    assert (held["accounts.Session"], held["mfa.Authenticator"]) == (3, 1)
    assert held["accounts.PolicyAcceptance"] == PolicyAcceptance.objects.count() == 2
    assert held["outbox.OutboxMail"] == OutboxMail.objects.count() == 3
    page = client.get("/accounts/delete/").content.decode()
    for told in (
        "Ada.L",
        "Email addresses (2)",
        "Where you are logged in (3)",
        "Backups: Backups are not edited.",
    ):
        assert told in page


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "ada@customer.test", "ada", "x" * 300])
def test_another_word_deletes_nothing(client, ada, typed):
    response = client.post("/accounts/delete/", {"username": typed})
    assert response.status_code == 422
    assert User.objects.filter(pk=ada.pk).count() == 1
    assert Session.objects.filter(user=ada).count() == 3


@pytest.mark.django_db
def test_a_post_before_the_password_is_asked_for_never_deletes(signed_in, person):
    response = signed_in.post("/accounts/delete/", {"username": "ada"})
    assert response.status_code == 303
    assert response.url == "/accounts/reauthenticate/?next=%2Faccounts%2Fdelete%2F"
    back = signed_in.post(response.url, {"password": PASSWORD})
    assert (back.status_code, back.url) == (303, "/accounts/delete/")
    assert User.objects.count() == 1
    assert signed_in.get("/accounts/delete/").status_code == 200
    assert User.objects.count() == 1
    signed_in.post("/accounts/delete/", {"username": "ADA"})
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_five_minutes_later_the_password_is_asked_for_again(signed_in, person):
    with time_machine.travel(timezone.now()) as clock:
        prove_again(signed_in)
        clock.shift(timedelta(seconds=301))
        assert signed_in.post("/accounts/delete/", {"username": "ada"}).url.startswith(
            "/accounts/reauthenticate/"
        )
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_sent_twice_the_second_is_a_visitors(client, ada):
    client.post("/accounts/delete/", TYPED)
    second = client.post("/accounts/delete/", TYPED)
    assert second.status_code == 302
    assert OutboxMail.objects.count() == 1


@pytest.mark.django_db
def test_staff_are_asked_to_go_through_a_colleague(staff_client, staff):
    prove_again(staff_client)
    page = staff_client.get("/accounts/delete/")
    assert page.status_code == 200
    assert "Ask another administrator" in page.content.decode()
    assert staff_client.post("/accounts/delete/", {"username": "grace"}).status_code == 403
    assert User.objects.filter(pk=staff.pk).count() == 1


@pytest.mark.django_db
def test_what_former_staff_did_stays_known_without_their_name():
    former, other = make_person("former"), make_person("other")
    about = ContentType.objects.get_for_model(User)
    for doer in (former, other):
        LogEntry.objects.create(
            user=doer, content_type=about, object_id="1", object_repr="x", action_flag=CHANGE
        )
    erase_account(former)
    placeholder = User.objects.get(username__startswith="erased-")
    assert sorted(LogEntry.objects.values_list("user__username", flat=True)) == [
        placeholder.username,
        "other",
    ]
    assert (placeholder.is_active, placeholder.has_usable_password()) == (False, False)


@pytest.mark.django_db
def test_former_staff_who_are_erased_again_after_a_restore_have_one_pseudonym():
    former = subject_of(make_person("former"))
    assert pseudonym_of(former) == pseudonym_of(former)
    assert User.objects.filter(username__startswith="erased-").count() == 1


@pytest.mark.django_db
def test_without_an_entry_about_the_person_the_admin_log_is_left_alone(staff):
    LogEntry.objects.create(user=staff, object_repr="x", action_flag=CHANGE)
    assert erase_admin_log(subject_of(make_person("ada")), LogEntry.objects.none()) == 0
    assert list(LogEntry.objects.values_list("object_repr", flat=True)) == ["x"]


@pytest.mark.django_db
def test_a_person_without_an_address_is_erased_without_a_farewell():
    person = make_person("ada", email="")
    erase_account(person)
    assert User.objects.filter(username="ada").count() == 0
    assert OutboxMail.objects.count() == 0


@pytest.mark.django_db
def test_all_or_nothing(person, monkeypatch):
    def broken(self, messages):
        raise RuntimeError("the farewell cannot be stored")

    send_mail("Waiting", "text", None, [person.email])
    monkeypatch.setattr("outbox.backend.OutboxBackend.send_messages", broken)
    with pytest.raises(RuntimeError):
        erase_account(person)
    assert User.objects.filter(pk=person.pk).count() == 1
    assert EmailAddress.objects.count() == 1
    assert OutboxMail.objects.count() == 1


@pytest.mark.django_db
def test_others_keep_theirs(client, ada):
    byron = make_person("byron")
    send_mail("Hello", "text", None, [byron.email])
    client.post("/accounts/delete/", TYPED)
    assert User.objects.filter(pk=byron.pk).count() == 1
    assert OutboxMail.objects.to_address(byron.email).count() == 1


def test_every_table_that_points_to_a_person_says_what_happens():
    """A new one must be thought of: deleting an account must never fail over it."""
    rules: dict[str, Any] = {
        f"{model._meta.label}.{field.name}": field.remote_field.on_delete
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is User
    }
    assert len(rules) >= 6
    assert set(rules.values()) <= {models.CASCADE, models.SET_NULL}, rules
