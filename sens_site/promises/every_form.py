"""Every form of the site, as strangers and members meet it, whether a link leads there or not."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.contrib.auth.models import AbstractBaseUser
from django.urls import get_resolver

from accounts.services import mail_password_link
from accounts.session_store import PENDING_USER
from privacy.promises.page_reader import Element, fields_of
from privacy.promises.running_site import Answer, RunningSite
from sens_site.promises.access import DESK, Somebody, paths_of

ENDS_SOMETHING = "/accounts/logout/"
WRONG = {"name": "", "email": "nobody", "kind": "none", "text": "", "username": "", "message": ""}
PASSPHRASE = "plover lantern 42 quiet"  # noqa: S105 - of people who do not exist
_walked: "WeakKeyDictionary[RunningSite, list[Met]]" = WeakKeyDictionary()


@dataclass(frozen=True)
class Met:
    """A page as somebody met it."""

    by: str
    answer: Answer
    tells: bool = False
    """Whether a stranger who has no secret address is told of somebody."""


@dataclass(frozen=True)
class Box:
    """One thing that a form takes."""

    path: str
    action: str
    name: str
    label: str
    kind: str
    filled_from: str
    """What a browser is told to fill in."""

    @property
    def said(self) -> str:
        """What it is called on the page, or the name under which it is sent where it is hidden."""
        return self.label or self.name


def every_page(site: RunningSite) -> list[Met]:
    """Return every page of the map of addresses, as a stranger and as a member meet it.

    Pages that need something real (a mailed link, a log-in half done) are opened with it, and each
    form is sent once with mistakes in it, as it comes back then.
    """
    if site not in _walked:
        with site.rehearsal():
            _walked[site] = list(_pages(site))
    return _walked[site]


def _pages(site: RunningSite) -> Iterator[Met]:
    person = Somebody(site)
    person.user.set_password(PASSPHRASE)  # without one, many of one's own pages ask for it first
    person.user.save()
    member = site.visitor()
    member.sign_in(person.user, **password_just_typed(person.user))
    mail_password_link(person.user)
    mailed = [
        person.mailed(start)
        for start in ("/privacy/request/", "/privacy/confirm/", "/accounts/password/reset/key/")
    ]
    register = {
        "username": f"{person.mark}-2",
        "email": f"2{person.email}",
        "password1": PASSPHRASE,
    }
    waiting = site.visitor()
    sent_to = waiting.fill_in("/accounts/register/", register).header("Location")
    paths = {path for path in paths_of(get_resolver().url_patterns) if not path.startswith(DESK)}
    known = sorted(path for path in paths - {ENDS_SOMETHING} if site.leads_to(path))
    for who, visitor in (("a stranger", site.visitor()), ("a member", member)):
        for path in (*known, *mailed, sent_to):
            answer = visitor.get(path)
            if "/reset/key/" in path and answer.header("Location"):
                answer = visitor.get(answer.header("Location"))
            tells = who == "a stranger" and path in known and person.mark in answer.text
            yield Met(who, answer, tells)
            if not answer.is_page:
                continue
            own = [one for one in answer.page.forms() if one.get("action") in ("", answer.path)]
            if any(fields_of(one) for one in own):
                yield Met(who, visitor.post(answer.path, WRONG))


def password_just_typed(user: AbstractBaseUser) -> dict[str, Any]:
    """Return what a session holds beside a log-in, once its person has typed the password again."""
    proven = {"method": "password", "at": time.time(), "reauthenticated": True}
    return {"account_authentication_methods": [proven], PENDING_USER: str(user.pk)}


def boxes_on(answer: Answer) -> Iterator[Box]:
    """Yield everything that a page takes from its reader, hidden or not, in a form or beside it.

    By what it is called there: whether that is seen, other promises ask (`seen_links.py`).
    """
    page = answer.page
    labels = {label.get("for"): label.written for label in page.all("label")}
    around = {id(box): label.written for label in page.all("label") for box in label.all()}
    for box in page.all():
        typed = box.tag in ("input", "select", "textarea") or "contenteditable" in box.attrs
        if typed and box.get("type") not in ("submit", "button", "reset", "image"):
            form = _form_of(page, box)
            label = labels.get(box.get("id")) or around.get(id(box)) or box.get("aria-label")
            yield Box(
                answer.path,
                (form.get("action") if form else "") or answer.path,
                box.get("name"),
                label or "",
                box.get("type") or box.tag,
                box.get("autocomplete"),
            )


def _form_of(page: Element, box: Element) -> Element | None:
    """Return the form of a box: the one around it, or the one that it names."""
    named = [one for one in page.all("form") if one.get("id") == box.get("form") != ""]
    return named[0] if named else box.within("form")
