"""Promises about searching: what is searched for stays with nobody, and what is kept is a count."""

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from string import ascii_lowercase
from urllib.parse import quote_plus

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from privacy.datamap.promises.stored import told_by
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.written_tables import rows_written
from search.misses import write_down

TABLE = "search_miss"
ITEMS = {"id", "words", "count", "day"}
"""What the sentence allows: the words, and how often on which day. The number is the row's own."""
FINDS = "privacy policy"
SOMEBODYS = (
    "+1 303 555 0134", "555 0134", "555-0134", "5550134", "call 555.0134", "+49 30 1234",
    "a@b.co", "a%40b.co", "ada at customer dot test", "198.51.100.7", "2001:db8::7", "::1",
    "https://other.test/ada", "www.other.test",
)  # fmt: skip
"""Telephone numbers down to the shortest, of seven digits, addresses of mail however they are spelled,
addresses of machines, and pages of somebody's own."""
NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
"""The name of the form in which browsers are told, which they do not open (OpenSearch 1.1)."""
FEWEST_DIGITS = 7
"""Of a telephone number."""


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """Collect what is logged meanwhile, by whatever logger."""
    lines: list[str] = []
    listening = logging.Handler()
    listening.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]  # all that it does
    logging.getLogger().addHandler(listening)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(listening)


def search_for(visitor: Visitor, words: str) -> str:
    """Search as a visitor does, by the form's own address; return the page."""
    answer = visitor.get(f"/search/?q={quote_plus(words)}")
    require(answer.status == 200, f"a search answers {answer.status}")
    require(not answer.set_cookies, "a search sets a cookie")
    kept = answer.header("Cache-Control")
    require("no-store" in kept, f"what was searched for may be stored on the way: {kept}")
    return answer.text


def stored_for(words: str) -> list[tuple[object, ...]]:
    """Return day and count of what is stored of some words, read past every model."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, count FROM search_miss WHERE words = %s", [words])
        return [(str(day), count) for day, count in cursor.fetchall()]


@promise("search.without-a-person", look=Look.REHEARSAL)
def what_was_searched_for_is_a_count(site: RunningSite) -> Evidence:
    """A stranger and a member search; of all of it the words that found nothing are counted."""
    with site.rehearsal():
        word = "".join(secrets.choice(ascii_lowercase) for _ in range(14))
        email = f"{word}@example.com"
        user = get_user_model().objects.create_user(username=word, email=email)
        stranger, member = site.visitor(), site.visitor()
        member.sign_in(user)
        today = str(timezone.localdate())
        with rows_written() as tables, log_lines() as lines:
            for one in (stranger, member):
                require("<mark>" in search_for(one, FINDS), f"“{FINDS}” finds nothing")
                for words in (word, email):
                    search_for(one, words)
            for words in SOMEBODYS:
                search_for(stranger, words)
        require(not tables, f"a search writes into {tables[:1]}")
        require(not any(word in line for line in lines), "words that were searched for are logged")
        _browsers_search_here(stranger)
        cache = caches["default"]
        held = b" ".join(value for _, value in cache.held())  # type: ignore[attr-defined]  # a rehearsal's own
        require(word.encode() not in held, "words that were searched for lie in the shared cache")
        with rows_written() as tables:
            write_down()
        require(set(tables) == {TABLE}, f"what found nothing is written into {sorted(set(tables))}")
        counted = stored_for(word)
        require(counted == [(today, 2)], f"two searches for nothing are counted as {counted}")
        for words in (FINDS, email, *SOMEBODYS):
            require(not stored_for(words), f"words are kept that {_why(words)}")
    return Evidence(
        "Played through for this check: a stranger and a member searched. Nothing was written; "
        "later the words that had found nothing were counted, and of nobody.",
        {"searches": 6 + len(SOMEBODYS), "rows written": 1},
    )


def _browsers_search_here(visitor: Visitor) -> None:
    """Require that what is typed into a browser's own box for this site is told to no other."""
    told = visitor.get("/opensearch.xml")
    require(told.status == 200, f"how browsers search here is answered with {told.status}")
    asked = re.findall(r"https?:[^\s\"'<>]+", told.text.replace(NAMESPACE, ""), re.IGNORECASE)
    others = [one for one in asked if not one.startswith(f"{settings.SITE_ORIGIN}/")]
    require(asked and not others, f"browsers tell {others[:1]} what is searched for")


def _why(words: str) -> str:
    return "have found something" if words == FINDS else "look like somebody’s"


@promise("search.without-a-person", look=Look.ROWS)
def no_stored_words_tell_of_anybody(site: RunningSite) -> Evidence:
    """The table has the items of the sentence alone, and no words in it are like somebody's."""
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, TABLE)
        cursor.execute("SELECT words FROM search_miss")
        stored = [words for (words,) in cursor.fetchall()]
    columns = {column.name for column in described}
    require(columns == ITEMS, f"with the words are stored {sorted(columns ^ ITEMS)}")
    telling = [what for words in stored if (what := told_by(words))]
    require(not telling, f"among the words that found nothing is {telling[:1]}")
    numbers = sum(sum(map(str.isdigit, words)) >= FEWEST_DIGITS for words in stored)
    require(not numbers, f"{numbers} of the words that found nothing may be telephone numbers")
    return Evidence(
        "Words that found nothing are stored with a day and a count alone, and none of them is an "
        "email address, a telephone number or an IP address.",
        {"words stored": len(stored)},
    )
