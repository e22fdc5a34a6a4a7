"""The promise of a public record: what this site holds, why, on what basis and for how long."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.db import connection

from privacy.datamap.registry import entries
from privacy.policy.promises.text import linked
from privacy.promises.page_reader import Element, Page
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

RECORD, FOR_MACHINES = "/privacy/record/", "/privacy/record.json"
BASES = {
    "your consent",
    "a contract with you, or steps you asked for before one",
    "a legal obligation",
    "our legitimate interest",
}
"""The four of the policy."""
PERIODS = {
    "account and profile": "while you keep it",
    "messages to us": "24 months",
    "your privacy requests": "36 months",
    "what we wrote about your requests": "12 months",
    "consent receipts": "three years",
    "visit statistics": "30 days",
    "access logs": "30 days",
    "backups": "35 days",
}
"""How long the policy says that each is kept."""
SAID = frozenset({
    "while you keep it", "24 months", "24 months after the matter is closed",
    "12 months after closing", "36 months after closing", "until you unsubscribe", "seven days",
    "only a keyed hash of your address", "14 days", "three years after the consent ends", "30 days",
    "up to 30 days", "35 days", "up to 35 days", "ask us",
})  # fmt: skip
"""All that the policy says of how long something is kept, and that the rest is told on request."""
TO = re.compile(r"([^;]+); to the United States \(ground: [^;]*?\)(?=[A-Z]|$)")
"""Who receives something, and where."""


def _rows_of(table: Element) -> Iterator[tuple[str, ...]]:
    for row in table.all("tr"):
        cells = tuple(cell.text for cell in row.all("th", "td"))
        if not any(cell.get("scope") == "col" for cell in row.all("th")):
            yield cells


@promise("gdpr.public-record", look=Look.NOW)
def the_record_lists_what_why_on_what_basis_and_how_long(site: RunningSite) -> Evidence:
    """Anybody can open it; each activity has purpose and basis, each holding its period."""
    linked(site, RECORD, "the record of processing")
    answer = site.get(RECORD)
    require(answer.status == 200, f"the record answers {answer.status} to a stranger")
    held: dict[str, str] = {}
    facts = list(answer.page.all("dl"))
    for fact in facts:
        terms = dict(zip([t.text for t in fact.all("dt")], fact.all("dd"), strict=False))
        told = {term: value.text for term, value in terms.items()}
        require(told.get("Why"), "an activity of the record has no purpose")
        basis = told.get("Lawful basis", "").lower()
        require(basis in BASES, f"an activity of the record rests on “{basis}”")
        require(told.get("About whom"), "an activity of the record is about nobody")
    for table in answer.page.all("table"):
        if "How long" not in [cell.text for cell in table.all("th")]:
            continue
        for cells in _rows_of(table):
            require(
                len(cells) == 4 and all(cells),
                f"a line of the record is not filled in: {cells[:1]}",
            )
            held[cells[0].lower()] = cells[2].lower()
    for what, period in PERIODS.items():
        require(what in held, f"the record does not list {what}")
        require(period in held[what], f"by the record {what} are kept “{held[what]}”, not {period}")
    _machines_read_the_same(site, answer.page)
    return Evidence(
        "Anybody can open the record; each activity has its purpose and one of the four bases, and "
        "each kind of record the period of the policy. Machines get the same, line by line.",
        {"activities": len(facts), "kinds of records": len(held)},
    )


def _told_to_people(page: Page) -> Iterator[tuple[str, ...]]:
    """Yield what the record says, line by line, in the order in which it says it."""
    heading = ""
    for one in page.all("h2", "dl", "table"):
        if one.tag == "h2":
            heading = one.text
        elif one.tag == "dl":
            value = {t.text: v.text for t, v in zip(one.all("dt"), one.all("dd"), strict=True)}
            whom = value["Who receives it"]
            to = TO.findall(whom)
            require(
                to or not whom, f"the record does not say to which country {heading} goes: {whom}"
            )
            yield (
                heading, value["Why"], value["Lawful basis"], value["From whom"], *map(str.strip, to)
            )  # fmt: skip
        elif "How long" in [cell.text for cell in one.all("th")]:
            yield from ((heading, what, *rest) for what, _, *rest in _rows_of(one))
        else:
            # Firm, what for, where; beside a part that nobody plays, what that part is.
            yield from (row[:3] for row in _rows_of(one))


def _told_to_machines(record: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the same of what machines are told."""
    for process in record["dpv:hasProcess"]:
        heading = process["dct:title"]
        purpose, basis = process["dpv:hasPurpose"], process["dpv:hasLegalBasis"]
        to = [recipient["dct:title"] for recipient in process["dpv:hasRecipient"]]
        yield (heading, purpose["dct:title"], basis["dct:title"], process["dpv:hasDataSource"], *to)
        for one in process["dpv:hasPersonalData"]:
            periods = [kept["dct:description"] for kept in one["dpv:hasStorageCondition"]]
            strange = {period.lower() for period in periods} - SAID
            require(not strange, f"the policy does not say “{', '.join(strange)}” of anything")
            yield heading, one["dct:title"], "; ".join(periods), one["dpv:hasRight"]
    for firm in record["dpv:hasDataProcessor"]:
        part, _, nobody = firm["dct:description"].rpartition(": ")
        named = (firm.get("dpv:hasName"), firm["dct:description"], firm.get("dpv:hasCountry"))
        yield named if "dpv:hasName" in firm else (nobody, part)


def _machines_read_the_same(site: RunningSite, page: Page) -> None:
    answer = site.get(FOR_MACHINES)
    require(answer.status == 200, f"the record for machines answers {answer.status}")
    people = [_words(line) for line in _told_to_people(page)]
    machines = [_words(line) for line in _told_to_machines(json.loads(answer.text))]
    other = sorted({*people} ^ {*machines})
    require(people == machines, f"people and machines read other records: {other[:1]}")


def _words(line: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in line)


@promise("gdpr.public-record", look=Look.ROWS)
def each_table_about_people_stands_in_the_record(site: RunningSite) -> Evidence:
    """Each table of the database that holds rows and is about people is listed."""
    page = site.get(RECORD).page
    listed = {cell.text for row in page.all("tr") for cell in row.all("th")}
    by_table = {entry.model._meta.db_table: entry for entry in entries().values()}
    looked = 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            entry = by_table.get(table)
            if entry is None or not entry.personal:
                continue
            require(
                entry.title in listed, f"the record does not list {table}, which is about people"
            )
            looked += 1
    return Evidence(
        "Each table of the database that is about people stands in the record.", {"tables": looked}
    )
