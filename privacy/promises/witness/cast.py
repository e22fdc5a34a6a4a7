"""Who walks, and what they find: rooms say how to make people and rows that no form makes.

A room puts its own into `rehearsal.py`; an app of privacy below the promises into its package
of promises. All of it is made in a rehearsal, and gone with it.
"""

from collections.abc import Callable, Mapping

from django.contrib.auth.models import AbstractBaseUser, Group
from django.utils.module_loading import autodiscover_modules

from privacy.promises.visitor import Site, Visitor
from privacy.promises.witness.canary import Canary

STRANGER, MEMBER, SUPERUSER = "a stranger", "a customer", "a superuser"
MakePerson = Callable[[Canary, Group | None, bool], AbstractBaseUser]
"""Who, with which role, and whether they are staff; staff without a role may do everything."""
MakeRows = Callable[[AbstractBaseUser, Canary], None]

_makes_person: list[MakePerson] = []
_makes_rows: list[MakeRows] = []


def makes_people(make: MakePerson) -> MakePerson:
    """Register what makes somebody with an account: a customer, or staff with a role or all."""
    _makes_person[:] = [make]
    return make


def makes_rows(make: MakeRows) -> MakeRows:
    """Register what makes rows about a customer that no form of the site makes."""
    if make not in _makes_rows:
        _makes_rows.append(make)
    return make


def discover() -> None:
    """Import what the rooms have to say."""
    autodiscover_modules("rehearsal")


def made_up() -> dict[str, Canary]:
    """Return who walks: a stranger, a customer, each role of staff, and a superuser."""
    roles = [f"a {name}" for name in Group.objects.order_by("name").values_list("name", flat=True)]
    return {who: Canary() for who in (STRANGER, MEMBER, *roles, SUPERUSER)}


def visitors(site: Site, people: Mapping[str, Canary]) -> dict[str, Visitor]:
    """Give each of them an account and a browser."""
    make, walking = _makes_person[0], {}
    for who, person in people.items():
        visitor = person.visitor(site)
        if who != STRANGER:
            role = Group.objects.filter(name=who.removeprefix("a ")).first()
            user = make(person, role, who != MEMBER)
            visitor.sign_in(user)
            if who == MEMBER:
                for rows in _makes_rows:
                    rows(user, person)
        walking[who] = visitor
    return walking
