"""What staff correct for somebody who asks for it: only once it is shown who asks, and of nobody else.

Played for the promise about corrections (`leaving.py`), by the pages of the desk. All of a row is
compared, so that what was to stay and has changed is seen, too.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from django.apps import apps

from accounts.models import User
from outbox.models import OutboxMail
from privacy.datamap.stored_mail import mail_text
from privacy.promises.page_reader import Element
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.rights.corrections import correct
from privacy.rights.models import SubjectRequest
from privacy.rights.promises.played_requests import is_refused
from sens_site.promises.access import played_member

OFFICER = "Privacy officer"
REQUESTS, PEOPLE = "/admin/rights/subjectrequest/", "/admin/accounts/user/"
PROFILE = ("name", "company", "position", "phone")
"""What an account says of a person beside username and address, as the policy names it."""


def _word() -> str:
    return f"check{secrets.token_hex(6)}"


def the_desk_corrects(site: RunningSite, visitor: Visitor, user: User) -> int:
    """Play it for a customer and, beside them, a neighbour of the same name. Asks for a rehearsal."""
    wrong = {one: _word() for one in PROFILE}
    User.objects.filter(pk=user.pk).update(**wrong)
    neighbour = User.objects.create(username=_word(), email=f"{_word()}@example.com", **wrong)
    apps.get_model("account", "EmailAddress").objects.create(
        user=neighbour, email=neighbour.email, verified=True, primary=True
    )
    before = {one.pk: _row(one.pk) for one in (user, neighbour)}
    right = {one: _word() for one in PROFILE[:-1]} | {"phone": ""}
    _corrected_at_request(site, user, wrong, right)
    expected = {**before, user.pk: before[user.pk] | right}
    _must_stand(expected, "a correction at the desk")
    _is_shown(visitor, wrong, right)
    address = f"{_word()}@example.com"
    _address_corrected(site, user, address)
    expected[user.pk] |= {"email": address}
    _must_stand(expected, "another address at the desk")
    return len(PROFILE) + 1


def _row(pk: int) -> dict[str, Any]:
    return dict(User.objects.filter(pk=pk).values().get())


def _must_stand(expected: Mapping[int, Mapping[str, Any]], done: str) -> None:
    """Require that two rows hold what they are to hold, in each column."""
    (asking, theirs), (other, others) = expected.items()
    for pk, wanted, whose in ((asking, theirs, "the"), (other, others, "a neighbour’s")):
        stored = _row(pk)
        beside = sorted(one for one in wanted if stored[one] != wanted[one])
        require(not beside, f"{done} leaves {whose} account with another {beside[:1]}")


def _corrected_at_request(
    site: RunningSite, user: User, wrong: Mapping[str, str], right: Mapping[str, str]
) -> None:
    """Ask by the form, show who asks, and have it corrected; the person and the record say what."""
    asked = {"kind": "rectification", "name": "A check", "email": user.email, "text": _word()}
    answer = site.visitor().post("/privacy/choices/", asked)
    require(answer.status == 303, f"asking for a correction is answered with {answer.status}")
    request = SubjectRequest.objects.get(email=user.email, kind="rectification")
    officer = played_member(site, [OFFICER])
    path = f"{REQUESTS}{request.pk}/correct/"
    typed = {f"accounts-{one}": said for one, said in right.items()}
    offered = forms_of(officer, path) or not is_refused(correct, request, by=user, values=typed)
    require(not offered, "staff correct what was asked for by nobody knows whom")
    proof = _sent(officer, f"{REQUESTS}{request.pk}/proof/", {"text": "Seen at the counter."})
    require(proof == 303, f"that staff have seen who asks is answered with {proof}")
    done = _sent(officer, path, typed | {"send": "1"})
    require(done == 303, f"a correction at the desk is answered with {done}")
    mails = OutboxMail.objects.to_address(user.email).order_by("-pk")[:1]
    told = mail_text(mails[0].message) if mails else ""
    events = request.events.filter(did="corrected").exclude(actor="")
    noted = " ".join(one.note.text for one in events)
    said = [*wrong.values(), *(one for one in right.values() if one)]
    for where, words in (("the person is not told", told), ("the record does not say", noted)):
        missing = [one for one in said if one not in words]
        require(not missing, f"{where} what stood there and what stands there now")


def _is_shown(visitor: Visitor, wrong: Mapping[str, str], right: Mapping[str, str]) -> None:
    """Require that the person sees what is right, and what was wrong no more."""
    for path in ("/accounts/data/", "/accounts/profile/"):
        page = visitor.get(path)
        shown = all(one in page.shown for one in right.values())
        require(shown, f"{path} does not show what was corrected at the desk")
        stale = any(one in page.page.text for one in wrong.values())
        require(not stale, f"{path} still shows what was corrected at the desk")


def _address_corrected(site: RunningSite, user: User, address: str) -> None:
    """Have another address entered at the account's page, in place of all that it had."""
    superuser = played_member(site, [], is_superuser=True)
    sent = _sent(superuser, f"{PEOPLE}{user.pk}/change/", {"email": address})
    require(sent in (302, 303), f"another address at the desk is answered with {sent}")
    rows = apps.get_model("account", "EmailAddress").objects.filter(user=user)
    counted = set(rows.values_list("email", "verified", "primary"))
    require(counted == {(address, True, True)}, "an address entered at the desk does not count")


def forms_of(visitor: Visitor, path: str) -> list[Element]:
    return [one for one in visitor.get(path).page.forms() if one.get("action") in ("", path)]


def _sent(visitor: Visitor, path: str, data: Mapping[str, str]) -> int:
    """Open a page of the desk, change something in its form, send the rest of it as it stands."""
    forms = forms_of(visitor, path)
    require(len(forms) == 1, f"{path} holds {len(forms)} forms")
    return visitor.post(path, {**form_as_it_stands(forms[0]), **data}).status


def form_as_it_stands(form: Element) -> dict[str, Any]:
    """Return what a form sends when nobody changes anything in it."""
    sent: dict[str, Any] = {}
    for box in form.all("input", "select", "textarea"):
        name, kind = box.get("name"), box.get("type")
        if box.tag == "select":
            options = box.all("option")
            sent[name] = [one.get("value") for one in options if "selected" in one.attrs]
        elif box.tag == "textarea":
            sent[name] = box.raw
        elif kind not in ("submit", "file", "checkbox") or "checked" in box.attrs:
            sent[name] = box.get("value") or ("on" if kind == "checkbox" else "")
    return sent
