"""Readers from a list that the company has: each with a proof of consent, and each is asked first.

The policy says that nothing is sent before an address is confirmed by the link or the code that we
mail. So an import only asks: it stores a sign-up with its proof, and the owner of the address
decides. Who has unsubscribed, or wants no such mail, is not asked again.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO

from django.db import transaction
from django.utils import timezone

from newsletter import mails
from newsletter.models import Subscriber, Topic
from newsletter.suppression import NEWSLETTER, held_addresses, is_suppressed, may_be_asked
from newsletter.wording import keep_wording, policy_version_now, words_shown
from sens_site.lib.email_address import AddressError, canonical

COLUMNS = ("email", "topics", "consented_on", "proof")
MOST_ROWS = 1000
"""Each row makes a mail, and mails about sign-ups go before issues."""
SHORTEST_PROOF, LONGEST_PROOF = 10, 500
MOST_FAULTS = 20


class ImportRefusedError(Exception):
    """The list cannot be taken. `faults` say where and why, for staff."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        more = len(faults) - MOST_FAULTS
        self.faults = faults[:MOST_FAULTS] + ([f"And {more} more."] if more > 0 else [])


@dataclass(frozen=True, slots=True)
class Row:
    """One address of a list, checked."""

    email: str
    topics: tuple[Topic, ...]
    proof: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """What an import would do, in counts."""

    asked: int
    known: int
    unwanted: int


def read_rows(text: str) -> list[Row]:
    """Read a list in CSV. All or nothing: raises ImportRefusedError with every fault."""
    lines = csv.DictReader(StringIO(text.removeprefix("\ufeff")), strict=True)
    faults: list[str] = []
    rows: dict[str, Row] = {}
    topics = {topic.slug: topic for topic in Topic.objects.filter(active=True)}
    try:
        if tuple(name.strip() for name in lines.fieldnames or ()) != COLUMNS:
            raise ImportRefusedError([f"The first line has to be: {','.join(COLUMNS)}"])
        for line in lines:
            row = _row(line, topics, f"Line {lines.line_num}", faults)
            if row is not None and row.email in rows:
                faults.append(f"Line {lines.line_num}: this address stands in the list twice.")
            elif row is not None:
                rows[row.email] = row
    except csv.Error as error:
        raise ImportRefusedError([f"This is no list in CSV: {error}"]) from error
    if len(rows) > MOST_ROWS:
        faults.append(f"The list has more than {MOST_ROWS:,} rows: divide it.")
    if faults or not rows:
        raise ImportRefusedError(faults or ["The list has no rows."])
    return list(rows.values())


def _row(
    line: dict[str, str], topics: dict[str, Topic], where: str, faults: list[str]
) -> Row | None:
    if None in line or None in line.values():
        faults.append(f"{where}: it has not four columns.")
        return None
    said = {name.strip(): value.strip() for name, value in line.items()}
    found = list(_faults_of(said, topics))
    faults += [f"{where}: {fault}" for fault in found]
    if found:
        return None
    chosen = tuple(topics[slug] for slug in said["topics"].split())
    proof = f"Consented on {said['consented_on']}: {said['proof']}"
    return Row(canonical(said["email"]), chosen, proof)


def _faults_of(said: dict[str, str], topics: dict[str, Topic]) -> Iterator[str]:
    try:
        canonical(said["email"])
    except AddressError:
        yield "it has no email address."
    slugs = said["topics"].split()
    if unknown := [slug for slug in slugs if slug not in topics]:
        yield f"there is no topic {unknown[0]}; the topics are {' '.join(topics)}."
    elif not slugs:
        yield "it has no topic."
    if not _is_past_day(said["consented_on"]):
        yield "the day of consent has to be a day that is over, such as 2026-05-01."
    if not SHORTEST_PROOF <= len(said["proof"]) <= LONGEST_PROOF or "\x00" in said["proof"]:
        yield (
            "the proof has to say where the consent was given and where it is kept, in "
            f"{SHORTEST_PROOF} to {LONGEST_PROOF} signs."
        )


def _is_past_day(text: str) -> bool:
    try:
        return date.fromisoformat(text) <= timezone.localdate()
    except ValueError:
        return False


def prospect_of(rows: Iterable[Row]) -> Prospect:
    """Count what an import would do with each row."""
    held = held_addresses()
    counts = {"asked": 0, "known": 0, "unwanted": 0}
    for row in rows:
        counts[_becomes(row, held)] += 1
    return Prospect(**counts)


def _becomes(row: Row, held: frozenset[str]) -> str:
    if Subscriber.objects.filter(email=row.email).exists():
        return "known"
    unwanted = row.email in held or is_suppressed(row.email, purpose=NEWSLETTER)
    return "unwanted" if unwanted or not may_be_asked(row.email) else "asked"


@transaction.atomic
def import_rows(rows: Iterable[Row]) -> list[Subscriber]:
    """Store the sign-ups, and ask each address; return who was asked."""
    wording, version, held = keep_wording(words_shown()), policy_version_now(), held_addresses()
    asked = []
    for row in rows:
        if _becomes(row, held) != "asked":
            continue
        reader = Subscriber.objects.create(
            email=row.email,
            source=Subscriber.Source.IMPORT,
            proof=row.proof,
            wording=wording,
            policy_version=version,
            written_at=timezone.now(),
        )
        reader.topics.set(row.topics)
        mails.confirmation_mail(reader).send()
        asked.append(reader)
    return asked
