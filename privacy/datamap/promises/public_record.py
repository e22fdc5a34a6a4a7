"""The promise of a public record: what this site holds, why, on what basis and for how long."""

import json
from collections.abc import Iterator

from django.db import connection

from privacy.datamap.registry import entries
from privacy.policy.promises.text import linked
from privacy.promises.page_reader import Element
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
    _machines_read_the_same(site, held)
    return Evidence(
        "Anybody can open the record; each activity has its purpose and one of the four bases, and "
        "each kind of record the period of the policy. Machines get the same.",
        {"activities": len(facts), "kinds of records": len(held)},
    )


def _machines_read_the_same(site: RunningSite, held: dict[str, str]) -> None:
    answer = site.get(FOR_MACHINES)
    require(answer.status == 200, f"the record for machines answers {answer.status}")
    told = {
        one["dct:title"].lower()
        for process in json.loads(answer.text)["dpv:hasProcess"]
        for one in process["dpv:hasPersonalData"]
    }
    require(
        told == set(held), f"people and machines read other records: {sorted(told ^ set(held))[:1]}"
    )


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
