"""What the search holds: public texts, and words without a person. It knows nothing of the map."""

from privacy.datamap.periods import Period
from privacy.datamap.registry import Keep, known_table, not_about_people
from search.engines import tables

not_about_people(
    "search.IndexEntry",
    "what everybody can read on the site, once more for the search",
    "id", "source", "key", "path", "title", "description", "text", "numbers", "changed_on", "gated",
    "digest",
)  # fmt: skip
not_about_people("search.IndexedWord", "a word of public texts", "id", "word", "backwards")
not_about_people("search.IndexState", "of when the index is", "id", "content")
not_about_people("search.Synonym", "words that staff say mean the same", "id", "words")
not_about_people(
    "search.Miss",
    "words that found nothing, with a count by day; what looks like somebody's is not kept",
    "id", "day", "words", "count",
    keep=Keep("search.without-a-person", Period(months=12), after="day"),
)  # fmt: skip
for _name, _columns in tables().items():
    known_table(_name, _columns)
