"""One mailbox is one person, and two that look alike are two, at every door and on both databases.

The spellings are those of RFC 5321 and 5322, of IDNA, and of people who try.
"""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from accounts.registration import is_nobodys
from contact.models import ContactMessage
from outbox.models import OutboxMail
from privacy.datamap.subjects import subject_with_address
from privacy.rights.choices import Kind
from privacy.rights.models import SubjectRequest
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import PASSWORD, SHOWN, as_if_proven, make_person

pytestmark = pytest.mark.django_db

MIKE = "mike@github.example"
ANNA = "anna@xn--bcher-kva.example"
# Each is the mailbox of Mike or of Anna, in another spelling.
SAME = {
    "MIKE@GITHUB.EXAMPLE": MIKE, "Mike@github.example": MIKE, " mike@github.example ": MIKE,
    "mike@ｇｉｔｈｕｂ.example": MIKE, "mike@github。example": MIKE, "mike@GitHub．Example": MIKE,
    "anna@bücher.example": ANNA, "anna@BÜCHER.example": ANNA, "ANNA@Bücher.Example": ANNA,
    "anna@bu\u0308cher.example": ANNA, "anna@XN--BCHER-KVA.example": ANNA,
}  # fmt: skip
# Each is a mailbox of its own, though an eye or a folding might take it for Mike's or Anna's.
OTHERS = (
    "mike@gıthub.example", "mike@gіthub.example", "mike@gĭthub.example", "mike@githuƄ.example",
    "mike@qithub.example", "mik@github.example", "xmike@github.example", "mike@github.example.org",
    "x.mike@github.example", "mike+x@github.example", "mike-@github.example",
    "mike@github-example.org", "anna@bucher.example", "anna@buecher.example",
    "anna@bůcher.example", "anna@xn--bcher-kva.example.org", "o'mike@github.example",
)  # fmt: skip
# None of these can be written in one way: refused with a message, stored nowhere.
NONE = (
    "mıke@github.example", "ｍike@github.example", "mi\u212ae@github.example",
    '"mike"@github.example', '"mi\\ke"@github.example', "mike(x)@github.example",
    "mike@(x)github.example", "mike@github.example.", "mike@github..example",
    "mike@github.example\u200b", "mi\u200bke@github.example", "mike@git\u00adhub.example",
    "mike@git\u200dhub.example", "\u202emike@github.example", "mike@github.example\u0000",
    "mike%40github.example", "mike@github%2eexample", "Mike <mike@github.example>",
    "mike@github.example,x@evil.example", "mike@[192.0.2.7]", "mike@192.0.2.7",
    "mike@\ufffd.example",
    "a@" + "ü" * 60 + ".example", "x" * 70 + "@github.example", "mike@@github.example",
)  # fmt: skip
SPELLINGS = (*SAME, *OTHERS, *NONE)


@pytest.fixture(autouse=True)
def people():
    return {MIKE: make_person("mike", email=MIKE), ANNA: make_person("anna", email=ANNA)}


def register(typed: str):
    data = {"username": "newcomer", "email": typed, "password1": PASSWORD, "shown": SHOWN}
    return SiteClient().post("/accounts/register/", data, headers=SAME_ORIGIN)


def log_in(typed: str):
    data = {"login": typed, "password": PASSWORD}
    return SiteClient().post("/accounts/login/", data, headers=SAME_ORIGIN)


def reset(typed: str):
    return SiteClient().post("/accounts/password/reset/", {"email": typed}, headers=SAME_ORIGIN)


def write(typed: str):
    data = {"name": "A writer", "email": typed, "message": "Hello."}
    return SiteClient().post("/contact/webmaster/", data, headers=SAME_ORIGIN)


def ask(typed: str):
    data = {"kind": Kind.ACCESS.value, "name": "Somebody", "email": typed}
    return SiteClient().post("/privacy/choices/", data, headers=SAME_ORIGIN)


def change(typed: str):
    client, wanderer = SiteClient(), make_person("wanderer")
    client.force_login(wanderer)
    as_if_proven(client, wanderer)
    return client.post("/accounts/email/", {"email": typed, "action_add": ""}, headers=SAME_ORIGIN)


DOORS = {
    "register": register, "log in": log_in, "reset": reset, "write": write, "ask": ask,
    "change": change,
}  # fmt: skip


@pytest.mark.alike("number")
@pytest.mark.parametrize("number", range(len(SPELLINGS)))
@pytest.mark.parametrize("door", DOORS)
def test_a_spelling_never_reaches_another_person(door, number, people):
    typed = SPELLINGS[number]
    response = DOORS[door](typed)
    assert response.status_code in {303, 422}
    stored = {
        *User.objects.values_list("email", flat=True),
        *EmailAddress.objects.values_list("email", flat=True),
        *ContactMessage.objects.values_list("email", flat=True),
        *SubjectRequest.objects.values_list("email", flat=True),
    }
    expected = {MIKE, ANNA, *({"wanderer@customer.test"} if door == "change" else ())}
    # A registration under another person's address waits without one.
    new = {address for address in stored - expected if not is_nobodys(address)}
    assert len(new) <= (typed in OTHERS)
    assert all(address.isascii() and address == address.lower() for address in new)
    told = set(OutboxMail.objects.values_list("recipient", flat=True)) - {
        "webmaster@company.test",
        "wanderer@customer.test",
    }
    if typed in SAME:
        assert told <= {SAME[typed]}
    else:
        assert not told & {MIKE, ANNA}
    for request in SubjectRequest.objects.all():
        owner = people.get(SAME.get(typed, ""))
        assert request.subject.user_id == (owner.pk if owner else None)


@pytest.mark.alike("typed")
@pytest.mark.parametrize("typed", SAME)
def test_every_spelling_of_a_mailbox_is_its_person(typed, people):
    assert log_in(typed).status_code == 303
    assert subject_with_address(typed).user_id == people[SAME[typed]].pk
    assert register(typed).status_code == 303
    assert User.objects.get(email=SAME[typed]) == people[SAME[typed]]
    assert EmailAddress.objects.get(email=SAME[typed]).user == people[SAME[typed]]
    assert is_nobodys(User.objects.get(username="newcomer").email)
    assert is_nobodys(EmailAddress.objects.get(user__username="newcomer").email)
    assert subject_with_address(typed).user_id == people[SAME[typed]].pk


@pytest.mark.alike("typed")
@pytest.mark.parametrize("typed", OTHERS)
def test_no_other_mailbox_is_taken_for_it(typed):
    assert log_in(typed).status_code == 422
    assert subject_with_address(typed).user_id is None


@pytest.mark.alike("typed")
@pytest.mark.parametrize("typed", NONE)
@pytest.mark.parametrize("door", ["register", "reset", "write", "ask"])
def test_what_is_no_address_is_a_mistake_and_stored_nowhere(door, typed):
    before = User.objects.count(), OutboxMail.objects.count()
    response = DOORS[door](typed)
    assert response.status_code == 422
    assert (User.objects.count(), OutboxMail.objects.count()) == before
    assert ContactMessage.objects.count() + SubjectRequest.objects.count() == 0
