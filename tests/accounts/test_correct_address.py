"""A mistyped address at registration is no dead end, and tells a stranger nothing of anybody.

Most tests run twice: the address that was typed, or the one that replaces it, is nobody's here, or
it belongs to somebody who has an account. What a stranger sees must not differ.
"""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import registration
from accounts.admin import PASSWORD as PASSWORD_STEP
from accounts.erasure import erase_account
from accounts.models import PolicyAcceptance, Registration, User
from accounts.services import set_verified_address
from audit_log.models import AuditEntry
from outbox.models import OutboxMail
from privacy.datamap.retention import purge_expired
from tests.accounts.conftest import REGISTRATION
from tests.client import SiteClient
from tests.factories.people import PASSWORD, make_person, make_staff

CONFIRM = "Confirm your email address"
KNOWN = "You already have an account"
WRONG, RIGHT = "ada@costumer.test", "ada@customer.test"
BOTH = pytest.mark.parametrize("known", [False, True], ids=["nobody's", "somebody's"])
pytestmark = pytest.mark.django_db


def register(client, **changes):
    return client.post("/accounts/register/", {**REGISTRATION, "email": WRONG, **changes})


@pytest.fixture
def owner() -> Callable[[str], User]:
    """Somebody to whom an address belongs."""
    return lambda email: make_person("byron", email=email, password="some-other-secret-7")


@pytest.fixture
def three_minutes_later(monkeypatch) -> Callable[[], None]:
    """The time after which an address is written to again."""
    later = time.time() + 181
    return lambda: monkeypatch.setattr("time.time", lambda: later)


def mails() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.order_by("pk").values_list("recipient", "subject"))


def text(response) -> str:
    page = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", response.content.decode())
    return " ".join(page.split())


def shape(response) -> tuple[object, ...]:
    """What a stranger can compare: status, headers, and the page but for tokens."""
    location = response.headers.get("Location", "")
    page = re.sub(r"sent/[^/\"]+/", "sent/TOKEN/", response.content.decode())
    names = {**dict(response.headers), "Location": len(location)}
    return response.status_code, sorted(names), names["Location"], page, dict(response.cookies)


@BOTH
def test_the_page_shows_the_address_and_corrects_it(client, letters, owner, known):
    if known:
        owner(WRONG)
    page = client.get(register(client).url)
    assert (page.status_code, page.cookies) == (200, {})
    assert f"We have sent an email to {WRONG} ." in text(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert f'value="{WRONG}"' in page.content.decode()

    done = client.post(page.wsgi_request.path, {"email": RIGHT})
    assert (done.status_code, done.cookies) == (303, {})
    after = client.get(done.url)
    assert f"We have sent an email to {RIGHT} ." in text(after)
    assert mails() == [(WRONG, KNOWN if known else CONFIRM), (RIGHT, CONFIRM)]

    client.post(letters.link(CONFIRM))
    user = User.objects.get(username="Ada.L")
    assert (user.email, user.name) == (RIGHT, "Ada Lovelace")
    assert EmailAddress.objects.filter(user=user, verified=True).get().email == RIGHT
    assert not Registration.objects.exists()
    inside = client.post("/accounts/login/", {"login": "ada.l", "password": PASSWORD})
    assert inside.url == "/accounts/profile/"


def test_no_answer_tells_whether_the_typed_address_has_an_account(owner):
    owner("known@costumer.test")
    seen = []
    for username, email in (("walker", "known@costumer.test"), ("runner", "nobod@costumer.test")):
        client = SiteClient()
        first = register(client, username=username, email=email)
        again = register(SiteClient(), username=username, email=email)
        strangers = register(
            SiteClient(), username=username, email="x@y.test", password1="another-lantern-9-x"
        )
        inside = SiteClient().post("/accounts/login/", {"login": username, "password": PASSWORD})
        page = client.get(first.url)
        wrong = client.post(first.url, {"email": "no address"})
        fixed = client.post(first.url, {"email": f"{username}@right.test"})
        late = client.get(first.url)
        answers = first, again, strangers, inside, page, wrong, fixed, late
        seen.append(
            [re.sub(rf"{email}|\b{username}\b", "…", str(shape(answer))) for answer in answers]
        )
    assert [answer[:4] for answer in seen[0]] == [
        "(303", "(303", "(422", "(303", "(200", "(422", "(303", "(200",
    ]  # fmt: skip
    assert seen[0] == seen[1]


@BOTH
def test_no_answer_tells_whether_the_new_address_has_an_account(client, owner, known):
    if known:
        owner(RIGHT)
    first = register(client)
    done = client.post(first.url, {"email": RIGHT})
    assert done.status_code == 303
    assert f"We have sent an email to {RIGHT} ." in text(client.get(done.url))
    assert mails() == [(WRONG, CONFIRM), (RIGHT, KNOWN if known else CONFIRM)]
    # Back from a known address to one that is free: the name has been kept.
    client.post(done.url, {"email": "third@customer.test"})
    user = User.objects.get(username="Ada.L")
    assert user.email == "third@customer.test"
    assert mails()[-1] == ("third@customer.test", CONFIRM)


def test_the_owner_of_an_account_is_never_touched(client, owner):
    person = owner(WRONG)
    before = User.objects.filter(pk=person.pk).values().get()
    client.post(register(client).url, {"email": RIGHT})
    client.post(register(SiteClient(), username="other", email=RIGHT).url, {"email": WRONG})
    assert User.objects.filter(pk=person.pk).values().get() == before
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified")) == [
        (WRONG, True)
    ]


def test_links_to_the_old_address_are_void(client, letters):
    first = register(client)
    old = letters.link(CONFIRM)
    client.post(first.url, {"email": RIGHT})
    assert SiteClient().get(old).status_code == 404
    assert SiteClient().post(old).status_code == 404
    assert not EmailAddress.objects.filter(verified=True).exists()


@BOTH
def test_sent_twice_corrects_once(client, owner, known):
    if known:
        owner(RIGHT)
    path = register(client).url
    first, second = (client.post(path, {"email": RIGHT}) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert text(client.get(first.url)) == text(client.get(second.url))
    assert [to for to, _ in mails()] == [WRONG, RIGHT]
    assert Registration.objects.get().corrections == 1


@BOTH
def test_a_second_tab_is_told_that_the_address_has_changed(client, owner, known):
    if known:
        owner(WRONG)
    path = register(client).url
    client.post(path, {"email": "first@customer.test"})
    back = client.get(path)
    assert back.status_code == 200
    assert "The address was corrected on another page" in text(back)
    tab = client.post(path, {"email": "second@customer.test"})
    assert tab.status_code == 409
    assert "We sent nothing from here" in text(tab)
    assert 'value="second@customer.test"' in tab.content.decode()
    assert [to for to, _ in mails()] == [WRONG, "first@customer.test"]
    (fresh,) = re.findall(r'action="(/accounts/confirm-email/sent/[^"]+)"', tab.content.decode())
    assert client.post(fresh, {"email": "second@customer.test"}).status_code == 303
    assert User.objects.get(username="Ada.L").email == "second@customer.test"


@BOTH
def test_back_to_the_first_form_corrects_as_well(client, owner, known):
    if known:
        owner(WRONG)
    register(client)
    again = register(client, email=RIGHT, company="Difference Ltd")
    assert again.status_code == 303
    assert f"We have sent an email to {RIGHT} ." in text(client.get(again.url))
    user = User.objects.get(username="Ada.L")
    assert (user.email, user.company) == (RIGHT, "Difference Ltd")
    assert Registration.objects.get().corrections == 1
    assert PolicyAcceptance.objects.count() == 2


def test_a_guess_at_the_password_takes_no_registration_over(client):
    register(client)
    for number in range(7):
        guess = register(SiteClient(), email="evil@x.test", password1=f"wrong-lantern-{number}-x")
        assert guess.status_code == 422
        assert guess.context["form"].errors["username"] == [
            "That username is taken. Choose another one"
        ]
    # Too many guesses from one place: the right one is answered like a wrong one.
    assert register(SiteClient(), email="evil@x.test").status_code == 422
    assert User.objects.get().email == WRONG


def test_the_registration_form_tells_nothing_of_the_password_of_an_account(client):
    make_person("Ada.L", email=RIGHT)
    right = register(client, email=RIGHT)
    wrong = register(SiteClient(), email=RIGHT, password1="another-lantern-9-x")
    assert right.status_code == wrong.status_code == 422
    assert right.context["form"].errors == wrong.context["form"].errors


@BOTH
def test_three_corrections_are_the_most(client, owner, known):
    if known:
        owner(WRONG)
    path = register(client).url
    for number in range(3):
        path = client.post(path, {"email": f"{number}@customer.test"}).url
    page = client.get(path)
    assert page.status_code == 200
    assert "corrected three times" in text(page)
    assert "<form" not in page.content.decode().partition("<main")[2].partition("</main")[0]
    refused = client.post(path, {"email": RIGHT})
    assert (refused.status_code, "corrected three times" in text(refused)) == (429, True)
    assert register(client, email=RIGHT).status_code == 422
    assert len(mails()) == 4
    # The form that came last may still come twice.
    assert register(client, email="2@customer.test").status_code == 303


def test_the_same_address_is_written_to_again_but_not_often(client, letters, three_minutes_later):
    path = register(client).url
    link = letters.link(CONFIRM)
    path = client.post(path, {"email": WRONG}).url
    assert len(mails()) == 1
    three_minutes_later()
    client.post(path, {"email": WRONG})
    assert mails() == [(WRONG, CONFIRM)] * 2
    assert client.get(link).status_code == 200
    assert Registration.objects.get().corrections == 2


def test_corrections_count_in_the_limit_of_registrations(client, settings):
    path = register(client).url
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "2/m/ip"}
    assert client.post(path, {"email": "no address"}).status_code == 422
    assert register(client, email="no address").status_code == 422
    limited = client.post(path, {"email": RIGHT})
    assert limited.status_code == 429
    assert limited.headers["Retry-After"] == "60"
    assert f'value="{RIGHT}"' in limited.content.decode()
    assert len(mails()) == 1


def test_after_the_confirmation_the_page_is_over(client, letters):
    path = register(client).url
    client.post(letters.link(CONFIRM))
    for answer in (
        client.get(path),
        client.post(path, {"email": RIGHT}),
        client.post(path, {"email": "no address"}),
    ):
        assert answer.status_code == 404
        assert "This page is no longer needed" in text(answer)
    assert User.objects.get().email == WRONG


@pytest.mark.parametrize("token", ["x", "gAAAAA", "x" * 3000, "é"])
def test_what_is_no_token_of_ours_gets_the_same_page(client, token):
    answer = client.get(f"/accounts/confirm-email/sent/{token}/")
    assert (answer.status_code, "no longer needed" in text(answer)) == (404, True)


@BOTH
def test_a_week_without_confirmation_frees_the_name_and_deletes_what_was_typed(
    client, owner, known
):
    if known:
        owner(WRONG)
    path = register(client).url
    now = timezone.now()
    purge_expired(now=now + timedelta(days=6, hours=23))
    assert User.objects.filter(username="Ada.L").exists()
    assert register(SiteClient(), password1="another-lantern-9-x").status_code == 422
    purge_expired(now=now + timedelta(days=7, minutes=1))
    assert not User.objects.filter(username="Ada.L").exists()
    assert client.get(path).status_code == 404
    assert register(SiteClient(), email=RIGHT, password1="another-lantern-9-x").status_code == 303


def test_what_staff_noted_of_an_account_that_nobody_confirmed_says_nothing_of_it(client):
    register(client)
    row = User.objects.get()
    note = {"table": "accounts.User", "row": str(row.pk), "did": "Changed.", "place": "/admin/"}
    AuditEntry.objects.create(kind="changed", **note)
    LogEntry.objects.log_actions(make_staff().pk, [row], CHANGE, single_object=True)
    purge_expired(now=timezone.now() + timedelta(days=8))
    assert list(AuditEntry.objects.values_list("row", "did")) == [(None, "Changed.")]
    assert list(LogEntry.objects.values_list("object_id", "object_repr")) == [
        (None, "a deleted account")
    ]


def test_who_has_confirmed_and_who_is_staff_outlives_the_week(client, letters):
    register(client)
    client.post(letters.link(CONFIRM))
    register(SiteClient(), username="colleague", email="colleague@company.test")
    User.objects.filter(username="colleague").update(is_staff=True)
    purge_expired(now=timezone.now() + timedelta(days=30))
    assert set(User.objects.values_list("username", flat=True)) == {"Ada.L", "colleague"}


def test_a_registration_that_was_left_behind_ends_no_account_with_a_proven_address():
    user = make_person("ada")
    Registration.objects.create(user=user, ends_at=timezone.now() - timedelta(days=1))
    purge_expired()
    assert User.objects.filter(pk=user.pk).exists()


def test_two_who_wait_for_one_address_both_get_a_link_and_the_first_to_press_has_it(
    client, letters, three_minutes_later
):
    register(client, username="mistyper")
    late = letters.link(CONFIRM)
    three_minutes_later()
    register(SiteClient(), username="owner")
    link = letters.link(CONFIRM)
    assert mails() == [(WRONG, CONFIRM)] * 2
    assert "mistyper" not in letters.text(CONFIRM)
    assert client.post(link).status_code == 303
    assert User.objects.get(username="owner").email == WRONG
    assert SiteClient().post(late).status_code == 404
    # The other can still correct the address, as if it had always been another person's.
    assert Registration.objects.get().user.username == "mistyper"


def test_nobody_is_mailed_at_an_address_that_stands_for_none(client, owner, three_minutes_later):
    owner(WRONG)
    register(client)
    three_minutes_later()
    inside = client.post("/accounts/login/", {"login": "ada.l", "password": PASSWORD})
    assert (inside.status_code, inside.url) == (303, "/accounts/confirm-email/")
    assert mails() == [(WRONG, KNOWN)]


def test_the_token_says_nothing_and_no_get_writes(client, menu_read, caplog):
    path = register(client).url
    for word in ("ada@", "ada.l", "@"):
        assert word not in unquote(path).lower()
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
        client.head(path)
    assert len(queries) == 2
    assert all(query["sql"].startswith("SELECT") for query in queries)
    client.post(path, {"email": "no address"})
    assert WRONG not in caplog.text


def test_who_is_overtaken_while_correcting_is_answered_alike(client, monkeypatch):
    path = register(client).url
    set_address = registration._set_address

    def overtaken(row, email):
        if not User.objects.filter(username="faster").exists():
            monkeypatch.setattr(registration, "_set_address", set_address)
            make_person("faster", email=RIGHT)
            raise IntegrityError("UNIQUE constraint failed: accounts_user.email")
        set_address(row, email)

    monkeypatch.setattr(registration, "_set_address", overtaken)
    assert client.post(path, {"email": RIGHT}).status_code == 303
    assert Registration.objects.get().corrections == 1


def test_all_or_nothing(client, monkeypatch):
    path = register(client).url

    def broken(self, *args, **kwargs):
        raise DatabaseError("the mail cannot be stored")

    monkeypatch.setattr("outbox.backend.OutboxBackend.send_messages", broken)
    client.raise_request_exception = False
    assert client.post(path, {"email": RIGHT}).status_code == 500
    assert User.objects.get().email == WRONG
    assert Registration.objects.get().corrections == 0


def test_a_locked_database_keeps_what_was_typed(client, monkeypatch):
    path = register(client).url

    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(registration, "_set_address", locked)
    answer = client.post(path, {"email": RIGHT})
    assert answer.status_code == 503
    assert f'value="{RIGHT}"' in answer.content.decode()


def test_a_confirmation_that_is_faster_than_a_correction_wins(rf):
    gone = registration.SentTo(registration=4711, corrections=0, email=WRONG)
    with pytest.raises(registration.RegistrationOverError):
        registration.correct_address(rf.post("/"), gone, email=RIGHT)


def test_staff_can_mail_nothing_to_an_account_without_an_address(client, owner):
    owner(WRONG)
    register(client)
    user = User.objects.get(username="Ada.L")
    assert not PASSWORD_STEP.offered(user)
    erase_account(user)
    assert mails() == [(WRONG, KNOWN)]


def test_an_address_that_staff_vouch_for_ends_the_waiting(client):
    register(client)
    set_verified_address(User.objects.get(), email=RIGHT)
    purge_expired(now=timezone.now() + timedelta(days=8))
    assert User.objects.get().email == RIGHT
