"""Registering: one journey by hand, then everything that may come between."""

from collections import Counter

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts.forms import RegistrationForm
from accounts.models import PolicyAcceptance, Session, User
from outbox.models import OutboxMail
from tests.accounts.conftest import REGISTRATION
from tests.client import SiteClient, said_by
from tests.factories.people import PASSWORD, make_person

CONFIRM = "Confirm your email address"


def register(client, **changes):
    return client.post("/accounts/register/", {**REGISTRATION, **changes})


@pytest.mark.django_db
def test_from_registering_to_the_profile(client, letters):
    response = register(client)
    assert (response.status_code, response.url[:29]) == (303, "/accounts/confirm-email/sent/")
    assert response.cookies == {}
    assert Session.objects.count() == 0

    user = User.objects.get()
    assert (user.username, user.email, user.name) == ("Ada.L", "ada@customer.test", "Ada Lovelace")
    assert (user.company, user.position, user.phone) == (
        "Engines Ltd",
        "Analyst",
        "+44 20 7946 0000",
    )
    assert user.marketing_opt_in_at is None
    assert user.check_password(PASSWORD)
    assert letters.all() == [("ada@customer.test", CONFIRM)]

    link = letters.link(CONFIRM)
    page = client.get(link)
    assert page.status_code == 200
    assert page.cookies == {}
    assert "<button" in page.content.decode()
    assert EmailAddress.objects.get().verified is False

    early = client.post("/accounts/login/", {"login": "ada.l", "password": PASSWORD})
    assert (early.status_code, early.url) == (303, "/accounts/confirm-email/")
    assert client.get("/accounts/profile/").status_code == 302

    done = client.post(link)
    assert (done.status_code, said_by(done)) == (303, ("/accounts/login/", "confirmed"))
    assert EmailAddress.objects.get().verified is True
    assert client.get(link).status_code == 404

    inside = client.post("/accounts/login/", {"login": "ADA.L", "password": PASSWORD})
    assert (inside.status_code, inside.url) == (303, "/accounts/profile/")
    profile = client.get("/accounts/profile/")
    assert profile.status_code == 200
    assert "Engines Ltd" in profile.content.decode()


@pytest.mark.django_db
def test_marketing_is_asked_apart_and_left_empty(client):
    page = client.get("/accounts/register/").content.decode()
    box = page[page.index('name="marketing"') - 80 : page.index('name="marketing"') + 120]
    assert "checked" not in box
    register(client, marketing="on")
    assert User.objects.get().marketing_opt_in_at is not None


@pytest.mark.django_db
def test_only_three_fields_are_required(client):
    response = client.post("/accounts/register/", {"shown": REGISTRATION["shown"]})
    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == ["email", "password1", "username"]
    needed = {name: REGISTRATION[name] for name in ("username", "email", "password1", "shown")}
    assert client.post("/accounts/register/", needed).status_code == 303


@pytest.mark.django_db
def test_mistakes_keep_what_was_typed_but_not_the_password(client):
    response = register(client, email="not an address")
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Engines Ltd"' in page
    assert 'value="not an address"' in page
    assert PASSWORD not in page
    assert "<title>Error: Register" in page
    assert User.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["ADA", "Ada", "ada"])
def test_username_is_taken_in_any_case(client, username):
    make_person("ada")
    response = register(client, username=username, email="other@customer.test")
    assert response.status_code == 422
    assert response.context["form"].errors["username"] == [
        "That username is taken. Choose another one"
    ]
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_known_address_gets_the_same_answer_and_its_owner_a_mail(client, letters):
    make_person("byron", email="ada@customer.test")
    known = register(client)
    unknown = register(SiteClient(), username="other", email="other@customer.test")
    assert (known.status_code, unknown.status_code) == (303, 303)
    assert known.headers.keys() == unknown.headers.keys()
    assert known.cookies == unknown.cookies == {}
    assert letters.all() == [
        ("ada@customer.test", "You already have an account"),
        ("other@customer.test", CONFIRM),
    ]
    assert User.objects.get(email="ada@customer.test").username == "byron"
    assert not EmailAddress.objects.exclude(user__username="byron").filter(verified=True).exists()
    assert Session.objects.count() == 0


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed: what takes the time on a real site."""

    hashed: Counter[str] = Counter()

    def encode(self, password, salt):
        self.hashed["encode"] += 1
        return super().encode(password, salt)


@pytest.fixture
def hashes(settings):
    settings.PASSWORD_HASHERS = [CountingHasher.__module__ + "." + CountingHasher.__qualname__]

    def during(act):
        CountingHasher.hashed.clear()
        act()
        return CountingHasher.hashed["encode"]

    return during


@pytest.mark.django_db
def test_time_tells_nothing_of_an_address(client, hashes):
    make_person("byron", email="known@customer.test")
    known = hashes(lambda: register(client, email="known@customer.test"))
    unknown = hashes(lambda: register(SiteClient(), username="other"))
    assert known == unknown == 1
    known = hashes(lambda: register(SiteClient(), email="known@customer.test"))
    unknown = hashes(lambda: register(SiteClient(), username="other"))
    assert known == unknown == 2


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["byron", "byron@customer.test", "nobody", "nobody@customer.test"])
def test_time_tells_nothing_at_log_in(client, hashes, name):
    make_person("byron")
    act = lambda: client.post("/accounts/login/", {"login": name, "password": "wrong-one-entirely"})  # noqa: E731
    assert hashes(act) == 1


@pytest.mark.django_db
def test_sent_twice_registers_once_and_answers_the_same(client, letters):
    first, second = register(client), register(client)
    assert (first.status_code, second.status_code) == (303, 303)
    assert client.get(second.url).content.count(b"ada@customer.test") == 2
    assert User.objects.count() == 1
    assert letters.all() == [("ada@customer.test", CONFIRM)]


@pytest.mark.django_db
def test_a_taken_name_does_not_tell_whose_address_it_is(client):
    make_person("ada.l", email="ada@customer.test", password="some-other-secret-7")
    guessed = register(client)
    missed = register(SiteClient(), email="other@customer.test")
    assert guessed.status_code == missed.status_code == 422
    assert guessed.context["form"].errors == missed.context["form"].errors


@pytest.mark.django_db
def test_all_or_nothing(client, monkeypatch):
    def broken(self, *args, **kwargs):
        raise RuntimeError("the mail cannot be stored")

    monkeypatch.setattr("outbox.backend.OutboxBackend.send_messages", broken)
    client.raise_request_exception = False
    assert register(client).status_code == 500
    assert User.objects.count() == 0
    assert EmailAddress.objects.count() == 0
    assert PolicyAcceptance.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rival", "status", "accounts"),
    [
        ({"username": "faster", "email": "ADA@customer.test"}, 303, {"faster", "Ada.L"}),
        ({"username": "ada.l", "email": "faster@customer.test"}, 422, {"ada.l"}),
    ],
)
def test_who_is_overtaken_is_answered_as_if_the_other_had_always_been_there(
    client, monkeypatch, rival, status, accounts
):
    hash_password = RegistrationForm.hash_password

    def overtaken(form):
        if not User.objects.exists():
            make_person(**rival, password="some-other-secret-7")
        hash_password(form)

    monkeypatch.setattr(RegistrationForm, "hash_password", overtaken)
    assert register(client).status_code == status
    assert set(User.objects.values_list("username", flat=True)) == accounts
    assert User.objects.get(email=rival["email"].lower()).username == rival["username"]


@pytest.mark.django_db
def test_mail_links_by_the_configured_origin(client, letters, settings):
    settings.ALLOWED_HOSTS = ["testserver", "evil.test"]
    client.post("/accounts/register/", REGISTRATION, headers={"host": "evil.test"})
    assert "evil.test" not in letters.text(CONFIRM)
    assert "https://testserver/accounts/confirm-email/" in letters.text(CONFIRM)
    assert OutboxMail.objects.get().recipient == "ada@customer.test"


@pytest.mark.django_db
def test_a_policy_that_is_not_published_yet_is_not_accepted(client, policy, monkeypatch):
    monkeypatch.setattr("accounts.shown_policies.TERMS", "not-yet")
    register(client, shown="terms.0-privacy.3")
    assert [acceptance.version for acceptance in PolicyAcceptance.objects.all()] == [policy]
