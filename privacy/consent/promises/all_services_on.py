"""Visitors of a site on which services of the catalogue are switched on, in a rehearsal.

What each service is, to which group it belongs and whom it may reach stands here a second time, as
the policy and the makers' documents say it: a check that read it from the catalogue would agree
with any catalogue.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
GOOGLE_TAGS = (
    r"www\.googletagmanager\.com|(?:.+\.)?google-analytics\.com|(?:.+\.)?analytics\.google\.com"
)
GOOGLE_ADS = (
    r"www\.googletagmanager\.com|www\.googleadservices\.com|pagead2\.googlesyndication\.com"
    r"|(?:.+\.)?doubleclick\.net|(?:.+\.)?google\.com|www\.google\.(?:[a-z]{2}|co\.uk|com\.[a-z]{2})"
    r"|(?:.+\.)?google-analytics\.com|(?:.+\.)?analytics\.google\.com"
)


@dataclass(frozen=True)
class Known:
    """What is known of a service, whatever the catalogue says: `hosts` are the only ones it reaches.

    `maker` is the word by which the policy has to name the firm before its service may run.
    """

    group: str
    maker: str
    hosts: str
    tag: str = ""
    numbers: str = ""
    """What account numbers look like at the maker's."""
    embedded: bool = False
    covered: bool = True
    """Whether the browser's opt-out signal speaks about it."""


KNOWN = {
    "visits": Known("analytics", "", r"(?!)", tag="visits/visit.js"),
    "google-analytics": Known(
        "analytics", "Google", GOOGLE_TAGS, tag="consent/google.js", numbers=r"G-.+"
    ),
    "google-ads-conversions": Known(
        "marketing", "Google", GOOGLE_ADS, tag="consent/google.js", numbers=r"AW-.+"
    ),
    "google-ads": Known(
        "marketing", "Google", GOOGLE_ADS, tag="consent/google.js", numbers=r"AW-.+"
    ),
    "linkedin-insight": Known(
        "marketing",
        "LinkedIn",
        r"snap\.licdn\.com|px4?\.ads\.linkedin\.com|www\.linkedin\.com",
        tag="consent/linkedin-insight.js",
        numbers=r"\d+",
    ),
    "linkedin-posts": Known("social", "LinkedIn", r"www\.linkedin\.com", embedded=True),
    "youtube": Known(
        "preferences", "Google", r"www\.youtube-nocookie\.com", embedded=True, covered=False
    ),
    "google-maps": Known(
        "preferences", "Google", r"www\.google\.com", embedded=True, covered=False
    ),
    "openstreetmap": Known(
        "preferences", "OpenStreetMap", r"www\.openstreetmap\.org", embedded=True, covered=False
    ),
}
GRANTS = {
    "google-analytics": {"analytics_storage"},
    "google-ads-conversions": {"ad_storage", "ad_user_data"},
    "google-ads": {"ad_storage", "ad_user_data", "ad_personalization"},
}
"""What Google's script may be told that was allowed, by the service that was (Consent Mode)."""
FOUR_GROUPS = ("preferences", "analytics", "marketing", "social")
"""Those of the policy: cookies for these stay off until their group is allowed."""


@contextmanager
def switched_on(site: RunningSite, *keys: str) -> Iterator[None]:
    """Offer some services of other firms to the visitors of a rehearsal, and our own."""
    identifiers = {key: NOBODYS[key] for key in keys}
    with site.rehearsal(), rehearse_offer(build_offer(identifiers)):
        yield


@contextmanager
def everything_on(site: RunningSite) -> Iterator[None]:
    """Offer every service of the catalogue to the visitors of a rehearsal."""
    with switched_on(site, *NOBODYS):
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


def permitted_hosts(answer: Answer) -> set[str]:
    """Return the hosts of others that a page permits, a star for any below being left out."""
    origins = {one for sources in answer.permitted.values() for one in sources}
    return {_host(one) for one in origins}


def _host(origin: str) -> str:
    return re.sub(r"^[a-z]+://(?:\*\.)?|[:/].*$", "", origin)


def strangers(answer: Answer, keys: Iterable[str]) -> list[str]:
    """Return the hosts that a page permits and that none of some services may reach."""
    allowed = [KNOWN[key].hosts for key in keys if key in KNOWN]
    hosts = permitted_hosts(answer)
    return sorted(h for h in hosts if not any(re.fullmatch(one, h) for one in allowed))


def tag_numbers(answer: Answer) -> set[str]:
    """Return the account numbers that the tags of a page carry."""
    return {number for script in answer.page.scripts for number in script.get("data-ids").split()}


def tags_on(answer: Answer) -> set[str]:
    """Return the account numbers on a page, and `visits` where our own statistics are loaded."""
    own = {"visits"} if acts(answer, "visits", "") else set()
    return tag_numbers(answer) | own


def tags_of(services: Iterable[Service]) -> set[str]:
    """Return what services are known by on a page, those that are loaded by a tag."""
    return {NOBODYS.get(s.key, "visits") for s in services if s.loader}


def acts(answer: Answer, key: str, number: str) -> bool:
    """Tell whether a service acts on a page: by its tag, or by what the page lets in for it."""
    known = KNOWN[key]
    if known.embedded:
        return any(re.fullmatch(known.hosts, host) for host in permitted_hosts(answer))
    tags = [s for s in answer.page.scripts if re.search(rf"{known.tag[:-3]}\b", s.get("src"))]
    if not known.numbers:
        return bool(tags)
    wanted = re.escape(number) if number else known.numbers
    return any(re.fullmatch(wanted, one) for tag in tags for one in tag.get("data-ids").split())


def leaked(answer: Answer, *groups: str, beside: Iterable[str] = ()) -> list[str]:
    """Return what a page loads or permits of some groups, and would not for others that are allowed.

    An origin that another group names too, for the same use, tells nothing of these.
    """
    own, rest = services_in(*groups), services_in(*beside)
    others = origins_of(services_in(*(one for one in FOUR_GROUPS if one not in groups)))
    found = tags_on(answer) & (tags_of(own) - tags_of(rest))
    for directive, origins in origins_of(own).items():
        alone = set(origins) - set(others.get(directive, ()))
        found |= alone & set(answer.permitted.get(directive, ()))
    return sorted(found)


def lacking(answer: Answer, *groups: str) -> list[str]:
    """Return what a page would load and permit for some groups, and does not."""
    own = services_in(*groups)
    found = tags_of(own) - tags_on(answer)
    for directive, origins in origins_of(own).items():
        found |= set(origins) - set(answer.permitted.get(directive, ()))
    return sorted(found)


def reaches_its_own_hosts(key: str) -> None:
    """Require that what is offered of a service names no host but those known to be its maker's."""
    services = [s for s in services_in(*FOUR_GROUPS) if s.key == key]
    origins = [one for s in services for sources in s.origins.values() for one in sources]
    beyond = [o for o in origins if not re.fullmatch(KNOWN[key].hosts, _host(o))]
    require(not beyond, f"{key} may reach {beyond[:1]}, which is not its maker’s")


def tells_what_was_allowed(answer: Answer, *keys: str) -> None:
    """Require that the tags of a page grant their makers what some services need, and no more.

    The script that cuts the address has to run before any of others'.
    """
    expected = {one for key in keys for one in GRANTS.get(key, ())}
    tags = [one for one in answer.page.scripts if one.get("data-ids")]
    said = {
        one
        for tag in tags
        if re.search(r"consent/google\b", tag.get("src"))
        for one in tag.get("data-granted").split()
    }
    wrong = sorted(said ^ expected)
    require(not wrong, f"{answer.path} tells Google otherwise than allowed: {wrong[:1]}")
    cuts = [n for n, one in enumerate(answer.page.scripts) if "before-tags" in one.get("src")]
    foreign = [n for n, one in enumerate(answer.page.scripts) if one in tags]
    in_order = not foreign or (len(cuts) == 1 and cuts[0] < foreign[0])
    require(in_order, f"{answer.path} runs a tag before the address is cut")


def choose(visitor: Visitor, choice: str, *groups: str, below_a_form: bool = False) -> Answer:
    """Answer the banner, or with `some` the cookies page: yes to some groups, no to the others.

    Below a form the banner names no page to go back to: its answer comes in a frame beside it.
    """
    data = {"choice": choice, "shown": current_offer().shown}
    data |= {} if below_a_form else {"next": "/"}
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
    own = {service.key for service in services_in(group)}
    known = {key for key, one in KNOWN.items() if one.group == group}
    require(own == known, f"the group {group} has other services than those known")
    for key in sorted(known):
        reaches_its_own_hosts(key)
    others = [one for one in FOUR_GROUPS if one != group]
    without = [(visitor_who_allows(site, *others), others)]
    without += [(visitor_who_allows(site, one), [one]) for one in others]
    friend = visitor_who_allows(site, group)
    for path in PAGES:
        found = leaked(site.get(path), group)
        require(not found, f"{path} lets {found[:1]} of {group} act before consent")
        for visitor, allowed in without:
            found = leaked(visitor.get(path), group, beside=allowed)
            require(
                not found,
                f"{path} lets {found[:1]} of {group} act for who allowed other groups alone",
            )
        seen = friend.get(path)
        missing = lacking(seen, group)
        require(not missing, f"{path} lacks {missing[:1]} after a yes to {group}")
        tells_what_was_allowed(seen, *known)
    return len(own)


def acts_alone_with_its_group(site: RunningSite, key: str) -> None:
    """Switch one service on, and require that it acts for who allowed its group, and for nobody else.

    One at a time shows what all at once would hide: that a service rests on another's consent.
    """
    known, number = KNOWN[key], NOBODYS.get(key, "")
    others = [one for one in FOUR_GROUPS if one != known.group]
    with switched_on(site, *([key] if number else [])):
        offered = current_offer().by_key
        require(
            known.group in offered, f"{key} is switched on, and {known.group} is not asked about"
        )
        reaches_its_own_hosts(key)
        refusing, looking = site.visitor(), site.visitor()
        choose(refusing, "reject")
        elsewhere = visitor_who_allows(site, *(one for one in others if one in offered))
        friend = visitor_who_allows(site, known.group)
        accepting = site.visitor()
        choose(accepting, "accept")
        signalling = visitor_who_allows(site, *others)
        signalling.headers["Sec-GPC"] = "1"
        choose(signalling, "accept")
        path = PAGES[0]
        for who, visitor in (
            ("before consent", looking),
            ("after a no", refusing),
            ("after a yes to other groups alone", elsewhere),
        ):
            require(not acts(visitor.get(path), key, number), f"{path} lets {key} act {who}")
        for visitor in (friend, accepting):
            seen = visitor.get(path)
            require(acts(seen, key, number), f"{path} lacks {key} after a yes to {known.group}")
            tells_what_was_allowed(seen, key)
        seen = signalling.get(path)
        require(
            acts(seen, key, number) is not known.covered,
            f"{key} and the browser’s opt-out signal do not go together as the policy says",
        )
