"""Forged pasts by the thousand: no witness that saw the true one takes any, and nobody else can tell.

Each is made by an owner of the database who changes, drops, adds or swaps something in what is
sealed, and then works out every hash after it anew: chains, log of heads, root and signature. So
nothing that the site shows contradicts itself, which is looked at as well.
"""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from privacy.consent import receipt_chain
from privacy.consent.receipts import hash_of
from privacy.policy.chains import START
from privacy.policy.head_log import sign
from privacy.policy.kept_heads import Kept, Line, compare
from privacy.policy.witness import RefusedError, Seen, countersigned, look
from privacy.rights import request_chain
from sens_site.lib.canonical_json import canonical_json, digest_of
from sens_site.lib.merkle import root_of
from sens_site.lib.signed_note import WITNESS, Checkpoint, signing_key

KEY = signing_key("k" * 43, "forged.test/privacy/log")
OWN = signing_key("w" * 43, "witness.test/privacy/witness", WITNESS)
TODAY = date(2027, 1, 1)
NOTICE = canonical_json({"notice": "x"})


@dataclass
class Site:
    """All that a site has sealed, as plain data."""

    versions: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    events: list[list[Any]] = field(default_factory=list)
    nights: int = 2
    logged: list[tuple[str, int, date]] = field(default_factory=list)
    """What each line of the log is of: chain, size, day."""


@dataclass
class Worked:
    """The same with every hash worked out."""

    records: list[dict[str, Any]]
    links: list[Any]
    nights: list[Any]
    lines: tuple[Line, ...]
    hashes: dict[str, dict[int, str]]
    checkpoint: Checkpoint


def true_site(rng: random.Random) -> Site:
    site = Site()
    for number in range(1, 4):
        site.versions.append({"policy": "privacy", "number": number, "source": f"Text {number}."})
    for number in range(5):
        site.receipts.append({"id": UUID(int=rng.getrandbits(128)), "allowed": number})
    for number in range(4):
        site.events.append([number, number // 2, f"did {number}", number % 2])
    sizes = {"policy-privacy": (2, 3), "receipts": (2, 5), "requests": (1, 2)}
    for turn in (0, 1):
        for chain, at in sizes.items():
            site.logged.append((chain, at[turn], TODAY + timedelta(days=turn)))
    return site


def work_out(site: Site) -> Worked:
    """Work out every hash of a site, as its owner can."""
    previous, records = START, []
    hashes: dict[str, dict[int, str]] = {"policy-privacy": {}, "receipts": {}, "requests": {}}
    for version in site.versions:
        record = {**version, "previous_hash": previous}
        previous = hashes["policy-privacy"][version["number"]] = digest_of(record)
        records.append({"record": record, "hash": previous})
    previous, links, until = START, [], TODAY + timedelta(days=1000)
    notice = hash_of(NOTICE)
    for number, receipt in enumerate(site.receipts, 1):
        said = {"receipt_id": str(receipt["id"]), "keep_until": str(until), "notice": notice}
        document = canonical_json({**said, "allowed": receipt["allowed"]})
        digest = hash_of(document)
        link = receipt_chain.link_hash(number, receipt["id"], digest, until, previous)
        row = (receipt["id"], document, digest, until, notice)
        links.append(((number, receipt["id"], digest, until, previous, link), row))
        previous = hashes["receipts"][number] = link
    previous, nights = START, []
    for number in range(1, site.nights + 1):
        mine = [one for one in site.events if one[3] == number - 1]
        content = canonical_json([[one[0], one[1], digest_of(one), ""] for one in mine])
        link = request_chain.link_hash(number, TODAY, "salt", content, previous)
        nights.append((number, TODAY, "salt", content, previous, link))
        previous = hashes["requests"][number] = link
    lines = tuple(
        Line(chain, size, hashes[chain].get(size, "0" * 64), day)
        for chain, size, day in site.logged
    )
    unsigned = Checkpoint(KEY.name, len(lines), root_of(str(line).encode() for line in lines))
    return Worked(records, links, nights, lines, hashes, sign(unsigned, KEY))


def shown(worked: Worked) -> dict[str, str]:
    """What a stranger fetches."""
    posted = "posted 2026-01-01 effective 2026-01-01"
    pages = {
        "/privacy/log/key": f"{KEY.public}\n",
        "/privacy/log/checkpoint": str(worked.checkpoint),
        "/privacy/log/heads": "".join(f"{line}\n" for line in worked.lines),
        "/privacy/log.txt": "".join(
            f"privacy {page['record']['number']} {posted} sha256 {page['hash']}\n"
            for page in worked.records
        ),
    }
    for page in worked.records:
        pages[f"/privacy/v/{page['record']['number']}.json"] = json.dumps(page)
    return pages


# --- what an owner may do --------------------------------------------------------------------------

Forge = Callable[[Site, random.Random], None]


def changed_version(site: Site, rng: random.Random) -> None:
    rng.choice(site.versions)["source"] += rng.choice([".", " ", "not", "\u200b"])


def dropped_version(site: Site, rng: random.Random) -> None:
    """With the lines of the log of what is no longer there."""
    del site.versions[rng.randrange(len(site.versions)) :]
    site.versions = [{**one, "number": n} for n, one in enumerate(site.versions, 1)]
    shorten(site, "policy-privacy", len(site.versions))


def swapped_versions(site: Site, rng: random.Random) -> None:
    one, other = rng.sample(range(len(site.versions)), 2)
    site.versions[one]["source"], site.versions[other]["source"] = (
        site.versions[other]["source"],
        site.versions[one]["source"],
    )


def put_in_between(site: Site, rng: random.Random) -> None:
    site.versions.insert(
        rng.randrange(len(site.versions)), {"policy": "privacy", "number": 0, "source": "New."}
    )
    site.versions = [{**one, "number": n} for n, one in enumerate(site.versions, 1)]


def changed_receipt(site: Site, rng: random.Random) -> None:
    rng.choice(site.receipts)["allowed"] += rng.randint(1, 9)


def dropped_receipt(site: Site, rng: random.Random) -> None:
    del site.receipts[rng.randrange(len(site.receipts))]
    shorten(site, "receipts", len(site.receipts))


def swapped_receipts(site: Site, rng: random.Random) -> None:
    one, other = rng.sample(range(len(site.receipts)), 2)
    site.receipts[one], site.receipts[other] = site.receipts[other], site.receipts[one]


def receipt_in_between(site: Site, rng: random.Random) -> None:
    new = {"id": UUID(int=rng.getrandbits(128)), "allowed": 0}
    site.receipts.insert(rng.randrange(len(site.receipts)), new)


def changed_event(site: Site, rng: random.Random) -> None:
    event = rng.choice(site.events)
    event[2] += rng.choice(["x", " earlier"])


def dropped_event(site: Site, rng: random.Random) -> None:
    del site.events[rng.randrange(len(site.events))]


def moved_event(site: Site, rng: random.Random) -> None:
    event = rng.choice(site.events)
    event[3] = 1 - event[3]


def dropped_night(site: Site, rng: random.Random) -> None:
    site.nights = 1
    site.events = [one for one in site.events if one[3] == 0]
    shorten(site, "requests", 1)


def changed_line(site: Site, rng: random.Random) -> None:
    place = rng.randrange(len(site.logged))
    chain, size, day = site.logged[place]
    site.logged[place] = (chain, size, day - timedelta(days=rng.randint(1, 400)))


def dropped_line(site: Site, rng: random.Random) -> None:
    del site.logged[rng.randrange(len(site.logged))]


def swapped_lines(site: Site, rng: random.Random) -> None:
    """Of two chains, so that none runs backwards."""
    place = rng.choice([0, 1, 3, 4])
    site.logged[place : place + 2] = site.logged[place : place + 2][::-1]


def empty_log(site: Site, rng: random.Random) -> None:
    del site.logged[rng.randrange(len(site.logged)) :]


FORGES: tuple[Forge, ...] = (
    changed_version, dropped_version, swapped_versions, put_in_between, changed_receipt,
    dropped_receipt, swapped_receipts, receipt_in_between, changed_event, dropped_event,
    moved_event, dropped_night, changed_line, dropped_line, swapped_lines, empty_log,
)  # fmt: skip


def shorten(site: Site, chain: str, size: int) -> None:
    """Take the lines out of the log that are of links which there are no more."""
    site.logged = [one for one in site.logged if one[0] != chain or one[1] <= size]


# --- what is looked at -----------------------------------------------------------------------------


def inner_faults(worked: Worked) -> list[str]:
    """Return what the site's own verification says, which has nothing but the site."""
    receipts = receipt_chain.verify(worked.links, [], [(hash_of(NOTICE), NOTICE)], today=TODAY)
    requests = request_chain.verify(worked.nights, [], today=TODAY)
    # No event is given, so that each is missed: what counts here are the links.
    links = [one for one in requests.faults if not one.endswith("is missing.")]
    compared = compare(worked.lines, worked.hashes, [], key=KEY.public)
    assert compared.words == "compared with none"
    return [*receipts.faults, *links, *compared.faults]


def kept_by(seen: Seen) -> Kept:
    versions = tuple(
        (f"policy-{line.split()[0]}", int(line.split()[1]), line.split()[-1])
        for line in seen.versions
    )
    return Kept("seen", (seen.checkpoint,), seen.lines, versions, (OWN.public,))


@pytest.mark.parametrize("forgeries", [1_000, pytest.param(10_000, marks=pytest.mark.exhaustive)])
def test_no_forged_past_passes_a_witness_that_saw_the_true_one(forgeries: int):
    rng = random.Random(20261125)  # noqa: S311 - the same in each run
    true = true_site(rng)
    worked = work_out(true)
    before = countersigned(look(shown(worked).get, None), OWN, at=1_800_000_000)
    kept = kept_by(before)
    # The true past passes with both, also when something has come to it.
    more = deepcopy(true)
    more.receipts.append({"id": UUID(int=1), "allowed": 1})
    more.versions.append({"policy": "privacy", "number": 4, "source": "Later."})
    for honest in (true, more):
        grown = work_out(honest)
        assert look(shown(grown).get, before).lines == before.lines
        found = compare(grown.lines, grown.hashes, [kept], key=KEY.public)
        assert (found.faults, found.words) == ([], "compared with 7 heads of 1 witness")
    counts = dict.fromkeys(FORGES, 0)
    for _ in range(forgeries):
        forged = deepcopy(true)
        forge = rng.choice(FORGES)
        forge(forged, rng)
        counts[forge] += 1
        worked = work_out(forged)
        # Where nobody has kept anything, nothing tells; it is said that nothing was compared.
        assert inner_faults(worked) == []
        look(shown(worked).get, None)
        found = compare(worked.lines, worked.hashes, [kept], key=KEY.public)
        assert found.faults != [], forge.__name__
        assert found.words.endswith("of 1 witness")
        with pytest.raises(RefusedError):
            look(shown(worked).get, before)
    assert min(counts.values()) > forgeries / len(FORGES) / 2


def test_a_change_that_is_not_worked_out_to_the_end_shows_by_itself():
    rng = random.Random(7)  # noqa: S311 - the same in each run
    worked = work_out(true_site(rng))
    seal, row = worked.links[2]
    worked.links[2] = (seal, (row[0], row[1].replace("2", "3", 1), *row[2:]))
    assert inner_faults(worked) != []
    worked = work_out(true_site(rng))
    worked.hashes["policy-privacy"][2] = "a" * 64
    assert inner_faults(worked) != []
    worked = work_out(true_site(rng))
    worked.lines = (worked.lines[0]._replace(size=1), *worked.lines[1:])
    assert inner_faults(worked) != []
