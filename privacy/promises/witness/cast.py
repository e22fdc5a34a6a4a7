"""Who walks, and what they find: rooms say how to make people and rows that no form makes.

A room puts its own into `rehearsal.py`; an app of privacy below the promises into its package
of promises. All of it is made in a rehearsal, and gone with it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, Group
from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from privacy.promises.visitor import Answer, Site, Visitor
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.recorder import unheard
from sens_site.lib.cache.fragment_cache import fragments_as_before

STRANGER, MEMBER, SUPERUSER = "a stranger", "a customer", "a superuser"
NEIGHBOUR = "another customer"
"""Who is there and does not walk: none of their words is to be in anybody’s answer but staff’s."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with an account, and what their session holds beside it."""

    user: AbstractBaseUser
    session: Mapping[str, Any]


MakeAccount = Callable[[Canary, Group | None, bool], Account]
"""Of whom, with which role, and whether they are staff; staff without a role may do everything."""
MakeRows = Callable[[AbstractBaseUser, Canary, AbstractBaseUser], None]
"""About whom, in whose words, and by which member of staff."""
Act = Callable[[Visitor], None]
Fill = Callable[[Canary], Mapping[str, str]]
"""What is sent, in whose words."""
Send = Callable[..., Answer]
"""By which method, to which address, and with what: the answer passes the witness."""
Scene = Callable[[Visitor, Send], None]
SetAside = Callable[[], object]
LeavingOut = Callable[[str], AbstractContextManager[None]]
"""What to act within, named: what ends in an error is left out, and the others are made."""

_makes_account: list[MakeAccount] = []
_makes_rows: dict[MakeRows, None] = {}
_makes_rows_of_each: dict[MakeRows, None] = {}
_acts_before: dict[str, Act] = {}
_also_open: dict[str, None] = {}
_also_send: dict[str, Fill] = {}
_scenes: dict[Scene, tuple[str, str]] = {}
_set_aside: dict[SetAside, None] = {}


def makes_accounts(make: MakeAccount) -> MakeAccount:
    """Register what makes an account that may do all that its role may."""
    _makes_account[:] = [make]
    return make


def makes_rows(make: MakeRows) -> MakeRows:
    """Register what makes rows about a customer that no form of the site makes."""
    _makes_rows[make] = None
    return make


def makes_rows_of_each(make: MakeRows) -> MakeRows:
    """Register what does so for each customer there is."""
    _makes_rows_of_each[make] = None
    return makes_rows(make)


def walks_as(who: str) -> Callable[[Act], Act]:
    """Register a visitor who does something before looking around."""

    def register(act: Act) -> Act:
        _acts_before[who] = act
        return act

    return register


def sets_aside(act: SetAside) -> SetAside:
    """Register what takes visitors' traffic out of a limit that counts rows of the whole site.

    Done at the start of each rehearsal, and rolled back with it: what visitors have used up is none
    of a check's (law 14).
    """
    _set_aside[act] = None
    return act


def set_visitors_traffic_aside() -> None:
    """Have it all done."""
    discover()
    for act in _set_aside:
        # What cannot be set aside concerns the checks that come to that limit, not every rehearsal.
        with suppress(Exception), transaction.atomic():
            act()


def also_open(*paths: str) -> None:
    """Register addresses that no page links to."""
    _also_open.update(dict.fromkeys(paths))


def unlinked() -> tuple[str, ...]:
    """Return the addresses that no page links to."""
    return tuple(_also_open)


def also_send(path: str) -> Callable[[Fill], Fill]:
    """Register what a stranger sends to an address though no page has such a form for a stranger."""

    def register(fill: Fill) -> Fill:
        _also_send[path] = fill
        return fill

    return register


def unasked() -> Mapping[str, Fill]:
    """Return what is sent without a form, by where it goes."""
    return _also_send


def plays(who: str, path: str) -> Callable[[Scene], Scene]:
    """Register what somebody has to do, or meet, before an address gives some answer of it."""

    def register(scene: Scene) -> Scene:
        _scenes[scene] = (who, path)
        return scene

    return register


def scenes() -> Mapping[Scene, tuple[str, str]]:
    """Return what is played, with who plays it and where."""
    return _scenes


@contextmanager
def undone(visitor: Visitor) -> Iterator[None]:
    """Take back what somebody does, in the database, in their browser, and in parts of pages kept."""
    cookies = dict(visitor.cookies)
    try:
        with fragments_as_before(), transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        visitor.cookies = cookies


@cache
def discover() -> None:
    """Import what the rooms have to say. Each rehearsal asks for it, and a process reads them once."""
    autodiscover_modules("rehearsal")


def roles() -> dict[str, Group]:
    """Return the roles of staff, by who has each."""
    return {f"a {group.name}": group for group in Group.objects.order_by("name")}


def made_up() -> dict[str, Canary]:
    """Return who walks: strangers, a customer, each role of staff, and a superuser."""
    return {
        who: Canary() for who in (STRANGER, *_acts_before, NEIGHBOUR, MEMBER, *roles(), SUPERUSER)
    }


def visitors(
    site: Site, people: Mapping[str, Canary], leaving_out: LeavingOut
) -> dict[str, Visitor]:
    """Give each of them a browser, and an account to whom has one."""
    walking = {who: person.visitor(site) for who, person in people.items()}
    accounts, groups = {}, roles()
    for who, person in people.items():
        if who == STRANGER:
            continue
        if who in _acts_before:
            with leaving_out(f"what {who} does first"), transaction.atomic():
                _acts_before[who](walking[who])
            continue
        accounts[who] = _makes_account[0](person, groups.get(who), who not in (NEIGHBOUR, MEMBER))
        walking[who].sign_in(accounts[who].user, **accounts[who].session)
    del walking[NEIGHBOUR]
    for rows in _makes_rows_of_each:
        # No address of theirs is opened, so nobody need hear of them.
        with leaving_out(f"the rows of {rows.__module__}"), unheard(), transaction.atomic():
            rows(accounts[NEIGHBOUR].user, people[NEIGHBOUR], accounts[SUPERUSER].user)
    for rows in _makes_rows:
        with leaving_out(f"the rows of {rows.__module__}"), transaction.atomic():
            rows(accounts[MEMBER].user, people[MEMBER], accounts[SUPERUSER].user)
    return walking


def make_rows_about(user: AbstractBaseUser, person: Canary, by: AbstractBaseUser) -> None:
    """Make about one customer all that rooms make about the one who walks."""
    discover()
    for rows in _makes_rows:
        # What one room cannot make here, the walk names: the others' are there.
        with suppress(Exception), transaction.atomic():
            rows(user, person, by)
