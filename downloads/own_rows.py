"""What the page "What we hold about you" lists of the downloads, which it knows nothing of."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from downloads.models import DownloadRecord, Watch, url_of
from sens_site.lib.own_rows import Columns, OwnRow, Person, own_rows


class OwnWatch(NamedTuple):
    """A document that somebody follows."""

    title: str
    url: str
    since: object


@own_rows("downloads")
def fetched(person: Person) -> tuple[QuerySet[DownloadRecord], Columns]:
    """Return what somebody has fetched: all of it, as the page promises."""
    return DownloadRecord.objects.filter(user=person.user_id), {
        "title": "version__document__title",
        "detail": "version__label",
        "number": "pk",
        "at": "at",
    }


@own_rows("watches")
def followed(person: Person) -> tuple[QuerySet[Watch], Columns]:
    """Return of which documents somebody wants to hear."""
    columns: Columns = {"title": "document__title", "detail": "document__number", "at": "since"}
    return Watch.objects.filter(user=person.user_id), columns


def newest_first(rows: Iterable[OwnRow]) -> list[OwnRow]:
    return sorted(rows, key=lambda row: (row.at, row.number), reverse=True)


def by_title(rows: Iterable[OwnRow]) -> list[OwnWatch]:
    return [
        OwnWatch(row.title, url_of(row.detail), row.at)
        for row in sorted(rows, key=lambda row: row.title)
    ]
