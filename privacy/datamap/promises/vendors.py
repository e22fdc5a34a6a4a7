"""Promises about the firms that work for us: who they are, where, on what ground, by what agreement.

What a record says of a firm is entered by the company; software sees whether it is there, whether
the public page says the same, and whether the site uses somebody of whom it says nothing.
"""

import json
import re
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from privacy.datamap import vendors
from privacy.datamap.agreement import used_recipients
from privacy.datamap.promises.used_hosts import is_public, strange_mailboxes, used_hosts
from privacy.datamap.vendors import Vendor, engaged
from privacy.policy.promises.record import in_force
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite

RECORD = "/privacy/record/"
GROUNDS = {
    "your explicit consent",
    "a contract with you needs it",
    "a compelling legitimate interest that your rights do not outweigh",
}
"""The three of the policy: consent, a contract, a compelling legitimate interest."""
STAND_IN = re.compile(
    r"\b(?:to be (?:named|completed|decided|done|confirmed|filled|agreed|announced)|tb[acdn]|to ?do"
    r"|unknown|not yet known|n/a|none given|fill in|fixme|xxx+|placeholder|some(?:body|where)"
    r"|pending|later|lorem)\b|\[[^\]]*\]|\?\?|\.\.\.|^\W*$",
    re.IGNORECASE,
)
"""Words that stand where a fact should."""
EXCUSED = re.compile(r"(?:Not feasible|Not appropriate|Part of its terms): \S.{15,}")
"""The policy wants an agreement where one is feasible and appropriate; it may be part of other terms."""
LATE = re.compile(
    r"\b(?:yet|soon|(?:not|never|\w+n['’]t)(?: \w+)? (?:asked|begun|looked|signed|started|tried)"
    r"|forg[eo]t\w*|no time|under way|in progress|next (?:week|month|quarter|year))\b",
    re.IGNORECASE,
)
"""Words of who has not done something, which is no reason why it need not be done."""
NOBODY = frozenset(
    """
    a all an and any anonymous at by changing chosen cloud companies company confidential contractor
    contractors data different diverse external few firm firms for from host hosting hosts house in
    internal list mail many miscellaneous of on or other others our outside parties partner partners
    party processor processors provider providers request servers service services several some
    subcontractor supplier suppliers the their third trusted undisclosed unnamed us various vendor
    vendors we who whom with
    """.split()  # noqa: SIM905 - reads best
)
"""Words of which none is the name of a firm: what is made of them alone names nobody."""
NAME, DOES, COUNTRY, GROUND, SAFEGUARD, AGREEMENT = range(6)
STORES = ("DATABASES", "CACHES", "STORAGES", "SESSION_", "MEDIA_URL", "CACHE_URL", "DATABASE_URL")


@dataclass(frozen=True)
class Line:
    """One firm as the public record shows it."""

    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        """The firm."""
        return self.cells[NAME]

    @property
    def does(self) -> str:
        """What it does for us."""
        return self.cells[DOES]

    @property
    def country(self) -> str:
        """Where."""
        return self.cells[COUNTRY]

    @property
    def ground(self) -> str:
        """On what ground something goes there."""
        return self.cells[GROUND]


def shown_firms(site: RunningSite) -> list[Line]:
    """Return the firms on the public record; the parts that nobody plays are none."""
    return [line for line in _lines(site) if len(line.cells) == AGREEMENT + 1]


def _lines(site: RunningSite) -> list[Line]:
    page = site.get(RECORD)
    require(page.status == 200, f"the public record answers {page.status}")
    tables = [t for t in page.page.all("table") if "Agreement" in [h.text for h in t.all("th")]]
    require(len(tables) == 1, "the public record has no list of firms")
    rows = [tuple(cell.text for cell in row.all("th", "td")) for row in tables[0].all("tr")]
    return [Line(cells) for cells in rows[1:]]


def on_record() -> list[Vendor]:
    """Return the firms that the company has entered."""
    return [vendor for vendor in vendors.VENDORS if vendor.firm.strip()]


def named(what: str, words: str) -> None:
    """Require that a fact is there, and no words that stand in for it."""
    require(words.strip(), f"{what} is missing")
    require(not STAND_IN.search(words), f"{what} is “{words}”, which names nothing")


def _who_is_needed() -> None:
    """Require that a site that others can reach says on whose servers it is."""
    hosting = [vendor for vendor in on_record() if vendor.key == "hosting"]
    require(
        hosting or not is_public(settings.SITE_HOST),
        "others can reach the site, and nobody is on record who runs its servers",
    )


@promise("sharing.service-providers", look=Look.NOW, strength=Strength.LOOKED_UP)
def nobody_is_used_who_is_not_on_record(site: RunningSite) -> Evidence:
    """Each host and package of others that the configuration names belongs to a firm on record."""
    _who_is_needed()
    known = {host: vendor for vendor in on_record() for host in vendor.hosts}
    used = used_hosts()
    for host, key in used.items():
        require(host in known, f"{key} names {host}, which belongs to no firm on record")
    for domain, key in strange_mailboxes(in_force().source_text, known).items():
        require(False, f"{key} names a mailbox at {domain}, which belongs to no firm on record")
    lines = {(line.name, line.does, line.country) for line in shown_firms(site)}
    shown = {name for name, _, _ in lines}
    hidden = sorted({known[host].firm for host in used} - shown)
    require(
        not hidden, f"the public record does not show {hidden[:1]}, whom the configuration names"
    )
    told = json.loads(site.get("/privacy/record.json").text)["dpv:hasDataProcessor"]
    require(
        {one["dpv:hasName"] for one in told if "dpv:hasName" in one} == shown,
        "the record for machines names other firms than the page",
    )
    for vendor in on_record():
        named("The name of a firm", vendor.firm)
        words = re.findall(r"[^\W\d_]+", vendor.firm.lower())
        require(not NOBODY.issuperset(words), f"“{vendor.firm}” is the name of no firm")
        named(f"What {vendor.firm} does", vendor.part)
        named(f"The country of {vendor.firm}", vendor.country)
        asked_for = vendor.recipient.transfer.title == "your explicit consent"
        require(
            asked_for or (vendor.firm, vendor.part, vendor.country) in lines,
            f"the public record does not show what {vendor.firm} does, and where",
        )
    return Evidence(
        f"The configuration hands data to {len(used)} hosts or packages of others; each belongs to "
        "a firm that the public record names with its part and its country."
        if used
        else "Today the configuration hands no data to a host or package of others.",
        {"hosts and packages of others": len(used), "firms entered": len(on_record())},
    )


@promise("sharing.marketing-vendors", look=Look.NOW, strength=Strength.LOOKED_UP)
def marketing_vendors_are_shown_as_they_are(site: RunningSite) -> Evidence:
    """The public record names each marketing firm whose service runs, and says so where none does."""
    words = shown_as_switched(site, "marketing vendors")
    return Evidence(f"On the public record, of marketing vendors: {words}")


def shown_as_switched(site: RunningSite, kind: str) -> str:
    """Require that the public record names the firms of a kind whose services run; return which."""
    running = [one for one in engaged() if one.recipient and kind in one.recipient.title.lower()]
    lines = _lines(site)
    for one in running:
        found = [line for line in lines if line.name == one.firm and line.does == one.does]
        require(found, f"{one.does.partition(':')[0]} runs, and the public record does not name it")
        require(found[0].cells[COUNTRY] == one.country, f"the record misplaces {one.firm}")
    parts = [v.part for v in vendors.VENDORS if not v.firm and kind in v.recipient.title.lower()]
    said_off = [line for line in lines if line.does in parts]
    require(
        not (running and said_off),
        "a firm’s service runs, and the public record says that none does",
    )
    require(running or said_off or not parts, "the public record does not say that none runs")
    return ", ".join(sorted({one.firm for one in running})) or "none is switched on."


@promise("transfers.stored-in-us", look=Look.NOW, strength=Strength.STATED)
def what_stores_is_in_the_united_states(site: RunningSite) -> Evidence:
    """The firm that runs the servers, and each that stores something, is on record with the country."""
    _who_is_needed()
    storing = {host for host, key in used_hosts().items() if key.startswith(STORES)}
    firms = [v for v in on_record() if v.key == "hosting" or storing & set(v.hosts)]
    for vendor in firms:
        require(
            vendor.country == "United States",
            f"{vendor.firm} stores in “{vendor.country}”, and the policy says the United States",
        )
    return Evidence(
        f"Of {len(firms)} firms that store something for this site, each is entered with servers "
        "in the United States."
        if firms
        else "Today no firm stores anything for this site: it runs on a machine of its own.",
        {"firms that store": len(firms)},
    )


@promise("transfers.three-grounds", look=Look.NOW, strength=Strength.LOOKED_UP)
def each_recipient_has_a_ground(site: RunningSite) -> Evidence:
    """Each recipient and firm has one of the three grounds, and the public record says which."""
    used = used_recipients()
    page = site.get(RECORD).page.text
    for recipient in used:
        ground = getattr(recipient.transfer, "title", "")
        require(ground in GROUNDS, f"{recipient.title} has none of the three grounds")
        require(
            f"{recipient.title}; to the United States (ground: {ground})" in page,
            f"the public record does not say on what ground {recipient.title} receive anything",
        )
    shown = shown_firms(site)
    consented = {one.firm: one.does for one in engaged()}
    for line in shown:
        require(
            line.does != consented.get(line.name) or line.ground == "your explicit consent",
            f"{line.name} runs by consent, and the record names another ground",
        )
        require(line.ground in GROUNDS, f"{line.name} has none of the three grounds")
        named(f"The country of {line.name}", line.country)
    return Evidence(
        "Each kind of recipient has one of the three grounds, and so has each firm on the public "
        "record.",
        {"kinds of recipients": len(used), "firms": len(shown)},
    )


def _are_shown(lines: list[Line]) -> None:
    """Require that each firm on record is shown, those by consent alone being shown when they run."""
    names = {line.name for line in lines}
    for vendor in on_record():
        asked_for = vendor.recipient.transfer.title == "your explicit consent"
        require(asked_for or vendor.firm in names, f"{vendor.firm} is not on the public record")


@promise("transfers.safeguards", look=Look.NOW, strength=Strength.STATED)
def each_firm_has_a_safeguard(site: RunningSite) -> Evidence:
    """The record of each firm names a safeguard, in words that say something."""
    shown = shown_firms(site)
    for line in shown:
        named(f"The safeguard of {line.name}", line.cells[SAFEGUARD])
    _are_shown(shown)
    return Evidence(
        "Each firm on the public record has a safeguard entered."
        if shown
        else "Today no firm is on the public record, so there is nothing to guard.",
        {"firms": len(shown)},
    )


@promise("vendors.agreements", look=Look.NOW, strength=Strength.STATED)
def each_vendor_has_an_agreement_or_a_reason(site: RunningSite) -> Evidence:
    """Each firm’s record has the date of its agreement, or says in earnest why there is none.

    Whether a reason is a good one, people judge: the public record shows it.
    """
    _who_is_needed()
    shown = shown_firms(site)
    _are_shown(shown)
    today, dated = timezone.localdate().isoformat(), 0
    for line in shown:
        words = line.cells[AGREEMENT]
        require(words != "None on record.", f"{line.name} works for us without an agreement")
        named(f"The agreement with {line.name}", words)
        is_date = re.fullmatch(r"\d{4}-\d\d-\d\d", words) is not None
        require(not is_date or words <= today, f"the agreement with {line.name} is of {words}")
        excused = EXCUSED.fullmatch(words) and not LATE.search(words)
        require(is_date or excused, f"“{words}” does not say why {line.name} needs no agreement")
        dated += is_date
    return Evidence(
        "Each firm on the public record has the date of its agreement, or the reason why there is "
        "none."
        if shown
        else "Today no firm is on the public record, so no agreement is due.",
        {"firms": len(shown), "with an agreement": dated},
    )
