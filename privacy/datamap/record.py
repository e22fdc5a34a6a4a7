"""The public record of processing (GDPR Article 30), derived from the data map.

One structure for both readers: people get it as a page, machines as JSON-LD with the terms of the
W3C Data Privacy Vocabulary.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from privacy.datamap.registry import (
    Activity,
    Entry,
    Keep,
    Store,
    activities,
    personal_entries,
    stores,
)
from privacy.datamap.terms import Category, OnErase
from privacy.datamap.vendors import Firm, firms

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "dct": "http://purl.org/dc/terms/",
}
ERASURE_WORDS = {
    OnErase.DELETE: "Deleted",
    OnErase.BLANK: "Blanked",
    OnErase.KEEP: "Kept",
}


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of record that an activity keeps."""

    title: str
    categories: tuple[Category, ...]
    periods: tuple[str, ...]
    erasure: str

    @property
    def category_words(self) -> str:
        """The categories as a list in words."""
        return ", ".join(category.title for category in self.categories)

    @property
    def period_words(self) -> str:
        """The periods as a list in words."""
        return "; ".join(self.periods)


@dataclass(frozen=True, slots=True)
class Record:
    """One processing activity with all that it keeps."""

    activity: Activity
    holdings: tuple[Holding, ...]

    @property
    def anchor(self) -> str:
        """The id of its heading."""
        return self.activity.name

    @property
    def people(self) -> str:
        """Whom it is about, in words."""
        return ", ".join(people.title for people in self.activity.people)


def records() -> list[Record]:
    """Return every activity, in the order of their titles."""
    return [
        Record(activity, tuple(_holdings(activity)))
        for activity in sorted(activities().values(), key=lambda a: a.title)
    ]


def _holdings(activity: Activity) -> Iterable[Holding]:
    for entry in personal_entries():
        mine = _categories(entry, activity)
        if mine:
            yield Holding(entry.title, mine, _periods(entry.keep), _on_erase(entry))
    for store in sorted(stores().values(), key=lambda s: s.title):
        if store.activity is activity:
            words = _on_erase(store)
            yield Holding(store.title, store.categories, _periods((store.keep,)), words)


def _categories(entry: Entry, activity: Activity) -> tuple[Category, ...]:
    own = entry.activity.name if entry.activity else ""
    found = {
        column.category
        for column in entry.columns.values()
        if column.category and (column.activity or own) == activity.name
    }
    return tuple(sorted(found, key=lambda category: category.title))


def _periods(rules: Iterable[Keep]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keep.words for keep in rules))


def _on_erase(place: Entry | Store) -> str:
    why = place.ground if isinstance(place, Entry) else place.reason
    words = ERASURE_WORDS[place.on_erase]
    return f"{words}: {why}" if why and place.on_erase is not OnErase.DELETE else words


def as_json() -> dict[str, Any]:
    """Return the record in DPV terms."""
    return {
        "@context": CONTEXT,
        "@type": "dpv:RecordOfProcessingActivities",
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dpv:hasName": settings.COMPANY.legal_name,
            "dpv:hasAddress": settings.COMPANY.address_line,
            "dpv:hasContact": settings.COMPANY.phone,
        },
        "dpv:hasProcess": [_process(record) for record in records()],
        "dpv:hasDataProcessor": [_processor(firm) for firm in firms()],
    }


def _processor(firm: Firm) -> dict[str, Any]:
    if firm.ground is None:
        return {"@type": "dpv:DataProcessor", "dct:description": f"{firm.does}: {firm.nobody}"}
    return {
        "@type": "dpv:DataProcessor",
        "dpv:hasName": firm.name,
        "dct:description": firm.does,
        "dpv:hasCountry": firm.country,
        "dpv:hasLegalBasis": firm.ground.dpv,
        "dpv:hasTechnicalOrganisationalMeasure": firm.safeguard,
        "dpv:DataProcessingAgreement": firm.agreement,
    }


def _process(record: Record) -> dict[str, Any]:
    activity = record.activity
    return {
        "@id": f"#{record.anchor}",
        "@type": "dpv:Process",
        "dct:title": activity.title,
        "dpv:hasPurpose": {"@type": activity.purpose.dpv, "dct:title": activity.purpose.title},
        "dpv:hasLegalBasis": {
            "@type": activity.purpose.basis.dpv,
            "dct:title": activity.purpose.basis.title,
        },
        "dpv:hasDataSubject": [
            {"@type": people.dpv, "dct:title": people.title} for people in activity.people
        ],
        "dpv:hasDataSource": activity.source.value,
        "dpv:hasRecipient": [
            {
                "@type": "dpv:Recipient",
                "dct:title": recipient.title,
                "dpv:hasLegalBasis": recipient.transfer.dpv,
            }
            for recipient in activity.recipients
        ],
        "dpv:hasPersonalData": [
            {
                "dct:title": holding.title,
                "@type": [category.dpv for category in holding.categories],
                "dpv:hasStorageCondition": [
                    {"@type": "dpv:StorageDuration", "dct:description": period}
                    for period in holding.periods
                ],
                "dpv:hasRight": holding.erasure,
            }
            for holding in record.holdings
        ],
    }
