"""What the page "What we hold about you" lists of the newsletter, which it knows nothing of."""

from collections.abc import Iterable

from django.db.models import QuerySet

from newsletter.links import OwnReader, readers_in
from newsletter.models import Subscriber
from sens_site.lib.own_rows import Columns, OwnRow, Person, own_rows


@own_rows("newsletter")
def subscribed(person: Person) -> tuple[QuerySet[Subscriber], Columns]:
    """Return what the confirmed ones of somebody's addresses get, a row for each topic."""
    rows = Subscriber.objects.confirmed().filter(email__in=person.addresses)
    return rows, {
        "title": "email",
        "detail": "key",
        "more": "topics__title",
        "number": "topics__position",
        "at": "created_at",
    }


def readers_of(rows: Iterable[OwnRow]) -> list[OwnReader]:
    """Return the readers, the newest first, each with its topics in their order."""
    by_place = sorted(rows, key=lambda row: row.number or 0)
    newest = sorted(by_place, key=lambda row: (row.at, row.detail), reverse=True)
    return readers_in((row.title, row.detail, row.more) for row in newest)
