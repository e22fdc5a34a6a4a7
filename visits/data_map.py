"""What this room holds about people: single views, found by a number in their browser alone."""

from privacy.datamap.columns import not_personal, personal
from privacy.datamap.periods import Period
from privacy.datamap.registry import Keep, activity, classify, not_about_people
from privacy.datamap.subjects import ByRule, Subject
from privacy.datamap.terms import Category, OnErase, People, Purpose, Source

STATISTICS = activity(
    "visit-statistics",
    title="Our own visit statistics, only after you allowed them",
    purpose=Purpose.PREFERENCES,
    people=(People.VISITORS,),
    source=Source.YOUR_USE,
)


def _by_the_number_in_the_cookie(subject: Subject) -> None:
    """Tell that a view cannot be found from a person: only their browser knows its number."""


classify(
    "visits.PageView",
    "Visit statistics",
    activity=STATISTICS,
    subject=ByRule(_by_the_number_in_the_cookie),
    keep=Keep("retention.visits", Period(days=30), after="seen_at"),
    on_erase=OnErase.KEEP,
    ground="They name nobody. Rejecting analytics at /cookies/ deletes those of your browser.",
    fields={
        "id": not_personal("number of the row"),
        "visit": personal(Category.USAGE, "held by the visitor's browser alone"),
        "visitor": personal(Category.USAGE, "held by the visitor's browser alone"),
        "path": personal(Category.USAGE),
        "entry": personal(Category.USAGE),
        "referring_host": personal(Category.USAGE),
        "seen_at": personal(Category.USAGE),
        "seconds": personal(Category.USAGE),
    },
)
not_about_people(
    "visits.DailyCount",
    "counts by day, shown only where they are of five people or more",
    "id", "day", "kind", "key", "views", "visits", "visitors", "seconds",
)  # fmt: skip
not_about_people(
    "visits.Reach", "counts of people by page and site", "id", "day", "days", "kind", "key",
    "people",
)  # fmt: skip
