"""Visitors of a site on which every service of the catalogue is switched on, in a rehearsal."""

from collections.abc import Iterator
from contextlib import contextmanager

from privacy.consent.offer.building import build_offer
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.current import current_offer, rehearse_offer
from privacy.consent.offer.parts import Service
from privacy.promises.registry import require
from privacy.promises.running_site import Answer, RunningSite, Visitor

NOBODYS = {
    service.key: service.nobodys
    for group in GROUPS
    for service in group.services
    if service.identifier
}
"""Account numbers that belong to nobody, by service."""
PAGES = ("/", "/contact/", "/about/")
"""Pages on which a service may act once it is allowed: they have let third parties in (law 17)."""


@contextmanager
def everything_on(site: RunningSite) -> Iterator[None]:
    """Offer every service of the catalogue to the visitors of a rehearsal."""
    with site.rehearsal(), rehearse_offer(build_offer(NOBODYS)):
        yield


def services_in(*groups: str) -> tuple[Service, ...]:
    """Return the services of some groups as offered now."""
    return current_offer().services_of(groups)


def origins_of(services: tuple[Service, ...]) -> dict[str, list[str]]:
    """Return what a policy has to name for some services, by directive."""
    named: dict[str, set[str]] = {}
    for service in services:
        for directive, origins in service.origins.items():
            named.setdefault(directive, set()).update(origins)
    return {directive: sorted(origins) for directive, origins in named.items()}


def tag_numbers(answer: Answer) -> set[str]:
    """Return the account numbers that the tags of a page carry."""
    return {number for script in answer.page.scripts for number in script.get("data-ids").split()}


def numbers_of(services: tuple[Service, ...]) -> set[str]:
    """Return the account numbers of services that are loaded by a tag."""
    return {NOBODYS[service.key] for service in services if service.loader}


def choose(visitor: Visitor, choice: str, *groups: str) -> Answer:
    """Answer the banner, or with `some` the cookies page: yes to some groups, no to the others."""
    data = {"choice": choice, "next": "/", "shown": current_offer().shown}
    if choice == "some":
        data |= {key: "yes" if key in groups else "no" for key in current_offer().by_key}
    answer = visitor.post("/cookies/choose/", data)
    require(answer.status == 303, f"a choice about cookies is answered with {answer.status}")
    return answer


def visitor_who_allows(site: RunningSite, *groups: str) -> Visitor:
    """Return a visitor who has allowed some groups and refused the others."""
    visitor = site.visitor()
    choose(visitor, "some", *groups)
    return visitor


def stays_out_until_allowed(site: RunningSite, group: str) -> int:
    """Require that a group's services act with its consent and not without it.

    Looks as a first-time visitor, as one who allowed every other group, and as one who allowed
    this one. Returns how many services the group has. Runs inside `everything_on`.
    """
    offer = current_offer()
    others = tuple(key for key in offer.by_key if key != group)
    own, rest = services_in(group), services_in(*others)
    require(own, f"no service of the group {group} is known")
    rivals, friend = visitor_who_allows(site, *others), visitor_who_allows(site, group)
    for path in PAGES:
        first = site.get(path)
        require(not first.page.scripts, f"{path} runs a script before consent")
        require(not first.permitted, f"{path} permits {first.permitted} before consent")
        refused, allowed = rivals.get(path), friend.get(path)
        leaked = tag_numbers(refused) & (numbers_of(own) - numbers_of(rest))
        require(not leaked, f"{path} loads a tag of {group} for who allowed all but this group")
        require(
            refused.permitted == origins_of(rest),
            f"{path} permits other origins than those of the groups that were allowed",
        )
        require(
            tag_numbers(allowed) == numbers_of(own) and allowed.permitted == origins_of(own),
            f"{path} loads or permits something else than the services of {group}",
        )
    return len(own)
