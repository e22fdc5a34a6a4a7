"""What may be written down: in logs, sessions, rows and caches, in mails, and to others."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.contrib.auth import SESSION_KEY

from privacy.promises.witness.canary import BEGINNINGS, MADE_UP
from privacy.promises.witness.cast import SUPERUSER
from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.recorder import Entry, Line
from privacy.promises.witness.rules import (
    ANSWER,
    CACHE,
    CONNECTION,
    FILE,
    LINE,
    ROW,
    SESSION,
    Known,
    rule,
)
from privacy.promises.written_tables import Written

LOGGED_WORDS, LOGGED_SECRETS, KEPT_WORDS = "logged words", "logged secrets", "kept words"
ADDRESSES, BROWSERS, PASSWORDS = "addresses", "browsers", "passwords"
PAGES_BEFORE = "pages before"
OUTSIDE, FILES, PERIODS = "outside", "files", "periods"
LOOKS, OTHERS, LOG_INS = "looks", "others", "log-ins"
NOTED_BY_A_LOOK = frozenset({"UPDATE accounts_session"})
"""What a look may leave: until when a session lasts, and to which page it is to lead."""
SESSION_ENDED = "DELETE accounts_session"
ENDED_BY_A_LOOK = ("/accounts/login/",)
"""Where somebody is led whose password was changed just now, and with it every session ended."""
HANDED_OUT = ":token>"
"""What the site gave to whom it concerns, in the address to which a form led."""
ENDLESS = frozenset({"content-stamp"})
"""What is about nobody and ends with the next of its kind, by its key: since when pages are made anew."""
FILES_OF_ROWS = re.compile(
    r"(?:/exports(?:/[0-9a-f]{32}\.zip)?|/scans(?:/[0-9a-f]{32})?"
    r"|/files(?:/[0-9a-f]{20}(?:/[^/]+)?)?|/documents(?:/.+)?)?"
)
"""Copies and scans under names drawn by chance, what staff bring for pages, and documents: of each a
row tells, and goes with it. Whatever lies beside them no erasure finds, and no purge."""
MOST_SECONDS = 30 * 24 * 3600
LOGS_IN = (
    "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/passkey/login/", "/admin/login/",
)  # fmt: skip
"""Where somebody shows who they are. That they can read a mail is not enough."""
ADDRESS, BROWSER, PAGE_BEFORE = "IP address", "browser’s name", "page before"
WRITTEN = ("email address", "telephone number", "text", "password")
SAID = ("user name", "name", "company", "position", *WRITTEN)
ABOUT_NOBODY = (
    "audit_log_", "auth_", "consent_", "contact_cannedanswer", "cookie_consent_", "datamap_",
    "django_content_type", "downloads_", "news_", "newsletter_issue", "newsletter_topic",
    "newsletter_wording", "outbox_jobrun", "outbox_massmailprogress", "pages_", "policy_",
    "promises_", "rights_outsidesystem", "rights_requestseal", "search_", "visits_",
)  # fmt: skip
"""How the names of the tables begin in which nobody's words are to stand but staff's."""
SHOWN_TO_ROLES = {
    "a Editor": ("search/miss",),
    "a Newsletter editor": ("newsletter/subscriber",),
    "a Webmaster": ("contact/contactmessage", "outbox/outboxmail"),
    "a Privacy officer": (
        "accounts/user", "consent/consentreceipt", "outbox/outboxmail", "rights/subjectrequest",
    ),
}  # fmt: skip
"""On the pages of which tables of the desk each role meets what customers and strangers have told."""
DESK = "admin/"


@rule(LOGGED_WORDS, of=LINE)
def no_words_in_a_log(line: Line, known: Known) -> Iterator[str]:
    """No log says who somebody is or what they wrote (law 10)."""
    found = known.in_text(" ".join((line.text, *line.written)), *SAID)
    if found:
        yield f"the log of {line.source} holds a {found[0]}"


@rule(LOGGED_SECRETS, of=LINE)
def no_secrets_in_a_log(line: Line, known: Known) -> Iterator[str]:
    """No handler writes the secret part of an address or the key of a session."""
    if any(known.secrets_in(text) for text in line.written):
        yield f"the log of {line.source} holds a secret"


def _texts(thing: Any) -> Iterator[tuple[str, str]]:
    """Yield where something is written down, and what is written there."""
    match thing:
        case Line():
            yield f"the log of {thing.source}", " ".join((thing.text, *thing.written))
        case Written():
            yield f"the table {thing.table}", _values(thing)
        case dict():
            yield from ((f"a session, under {key},", str(value)) for key, value in thing.items())
        case _:
            yield "the shared cache", f"{thing[0]} {thing[1]!r}"


def no_address(thing: Any, known: Known) -> Iterator[str]:
    """Nothing that is kept holds the whole address of a visitor."""
    yield from (
        f"{place} holds an IP address"
        for place, text in _texts(thing)
        if known.in_text(text, ADDRESS)
    )


def no_browser(thing: Any, known: Known) -> Iterator[str]:
    """Nothing that is kept holds the name by which a browser tells itself from others."""
    yield from (
        f"{place} holds a browser’s name"
        for place, text in _texts(thing)
        if known.in_text(text, BROWSER)
    )


def no_page_before(thing: Any, known: Known) -> Iterator[str]:
    """Nothing that is kept holds from which page somebody came, whatever the browser says of it."""
    yield from (
        f"{place} holds from which page somebody came"
        for place, text in _texts(thing)
        if known.in_text(text, PAGE_BEFORE)
    )


for _kind in (LINE, SESSION, ROW, CACHE):
    rule(ADDRESSES, of=_kind)(no_address)
    rule(BROWSERS, of=_kind)(no_browser)
    rule(PAGES_BEFORE, of=_kind)(no_page_before)


@rule(KEPT_WORDS, of=SESSION)
def no_words_in_a_session(session: dict[str, Any], known: Known) -> Iterator[str]:
    """A session holds nothing that somebody wrote."""
    for key, value in session.items():
        for what in known.in_text(str(value), *WRITTEN):
            yield f"a session holds a {what} under {key}"


@rule(KEPT_WORDS, of=ANSWER)
def no_words_in_an_address(seen: Exchange, known: Known) -> Iterator[str]:
    """No answer leads on to an address that says who somebody is: histories and logs keep those.

    At the desk staff name pages and documents in words of their own, and so do the addresses there.
    """
    if seen.path.startswith("/admin/"):
        return
    for what in known.in_text(unquote_plus(seen.answer.header("Location")), *SAID):
        yield f"{seen.said} leads on to an address with a {what}"


@rule(LOOKS, of=ANSWER)
def a_look_changes_nothing(seen: Exchange, known: Known) -> Iterator[str]:
    """Whoever opens an address, whatever stands after its question mark: it writes nothing (law 3)."""
    if seen.method == "POST":
        return
    noted = NOTED_BY_A_LOOK | ({SESSION_ENDED} if seen.path in ENDED_BY_A_LOOK else set())
    for deed in sorted(seen.wrote - noted):
        yield f"{seen.said} writes: {deed}"


@rule(LOG_INS, of=SESSION)
def is_somebodys(session: dict[str, Any], known: Known) -> Iterator[str]:
    """Note that a session is somebody's, which only the answer tells whether it may be."""
    if session.get(SESSION_KEY):
        known.arisen.add(LOG_INS)
    yield from ()


@rule(LOG_INS, of=ANSWER)
def nobody_is_logged_in_by_a_mail(seen: Exchange, known: Known) -> Iterator[str]:
    """Whoever gets hold of a mail has no account by it: where nothing is shown, nobody is logged in."""
    arisen = set(known.arisen)
    known.arisen.clear()
    logs_in = LOG_INS in arisen and seen.method == "POST" and not seen.is_signed_in
    if logs_in and seen.path not in LOGS_IN:
        yield f"{seen.said} logs in whoever sends it"


@rule(OTHERS, of=ANSWER)
def nobody_else_is_shown(seen: Exchange, known: Known) -> Iterator[str]:
    """What one person told is in no answer to another, but to staff by their role.

    Who fills in a form sees it again, and a mailed address shows what it is about to who has it.
    """
    if seen.who in known.staff or any(secret in seen.path for secret in known.secrets):
        return
    if seen.route is not None and HANDED_OUT in seen.route.pattern:
        return
    for of in _told_by_others(seen, known):
        yield f"{seen.said} shows what {of} told"
        return


@rule(OTHERS, of=ANSWER)
def a_role_sees_people_where_its_work_is(seen: Exchange, known: Known) -> Iterator[str]:
    """A list of documents says nothing of who reads them to who only publishes them."""
    pattern = seen.route.pattern if seen.route is not None else ""
    if seen.who not in known.staff - {SUPERUSER} or not pattern.startswith(DESK):
        return
    if not pattern.removeprefix(DESK).startswith(SHOWN_TO_ROLES.get(seen.who, ())):
        for of in _told_by_others(seen, known):
            if of not in known.staff:
                yield f"{seen.said} shows what {of} told"
                return


def _told_by_others(seen: Exchange, known: Known) -> Iterator[str]:
    """Yield who has told what stands in an answer, but whoever has sent those words just now."""
    text = seen.answer.text.lower()
    # A search for one word takes a tenth of the time of one by a pattern, and most pages hold none.
    told = set(MADE_UP.findall(text)) if any(one in text for one in BEGINNINGS) else set()
    typed = " ".join(map(str, seen.sent.values())).lower()
    for word in sorted(told):
        of = known.told_by.get(word, seen.who)
        if of not in (seen.who, seen.signed_in_as) and word not in typed:
            yield of


@rule(KEPT_WORDS, of=ROW)
def no_words_in_a_table_about_nobody(row: Written, known: Known) -> Iterator[str]:
    """What customers and strangers say stands where the policy says that it is kept, only."""
    if known.outside is not None and row.table.startswith(ABOUT_NOBODY):
        for what in known.outside.in_text(_values(row), *SAID):
            yield f"the table {row.table} holds a {what}"


@rule(PASSWORDS, of=ROW)
def no_password_in_a_row(row: Written, known: Known) -> Iterator[str]:
    """No table holds a password as it was typed."""
    if known.in_text(_values(row), "password"):
        yield f"the table {row.table} holds a password as it was typed"


def _values(row: Written) -> str:
    return " ".join(
        bytes(value).decode(errors="replace")
        if isinstance(value, bytes | memoryview)
        else str(value)
        for value in row.values
    )


@rule(KEPT_WORDS, of=CACHE)
def no_words_in_a_cache(entry: Entry, known: Known) -> Iterator[str]:
    """Neither key nor value of the shared cache tells who somebody is or what they wrote."""
    text = f"{entry.key} {entry.value!r}"
    for what in known.in_text(text, *SAID):
        yield f"the cache holds a {what}"
    for what in known.digests_in(text):
        yield f"the cache holds a {what} under a number that anybody can work out"


@rule(PERIODS, of=CACHE)
def no_entry_outlasts_its_time(entry: Entry, known: Known) -> Iterator[str]:
    """What is noted ends by itself within 30 days, but what is about nobody."""
    ends = entry.seconds is not None and entry.seconds <= MOST_SECONDS
    if not ends and entry.key.rpartition(":")[2] not in ENDLESS:
        time = "for ever" if entry.seconds is None else f"for {entry.seconds} seconds"
        yield f"the cache holds “{entry.key[:40]}” {time}"


@rule(OUTSIDE, of=CONNECTION)
def nothing_leaves(event: str, known: Known) -> Iterator[str]:
    """No request makes the site ask another machine or start another program."""
    yield f"a request reaches out: {event.partition(' ')[0]}"


@rule(FILES, of=FILE)
def nothing_is_written_beside(path: str, known: Known) -> Iterator[str]:
    """No request writes a file but those that are known, into what a rehearsal has for folders."""
    inside = path.removeprefix(settings.PRIVATE_ROOT)
    if inside == path:
        yield f"a request writes the file {path}"
    elif not FILES_OF_ROWS.fullmatch(inside):
        yield f"a request writes a file that no row knows, below {inside.split('/')[1]}"
