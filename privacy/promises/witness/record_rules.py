"""What may be written down: in logs, sessions, rows and caches, in mails, and to others."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from privacy.promises.witness.exchange import is_foreign
from privacy.promises.witness.mails import Mail
from privacy.promises.witness.recorder import Line
from privacy.promises.witness.rules import (
    CACHE,
    CONNECTION,
    FILE,
    LINE,
    MAIL,
    ROW,
    SESSION,
    Known,
    rule,
)
from privacy.promises.witness.tags import css_addresses, tags_of
from privacy.promises.written_tables import Written

LOGGED_WORDS, LOGGED_TRACES, LOGGED_SECRETS = "logged words", "logged traces", "logged secrets"
KEPT_TRACES, KEPT_WORDS, PASSWORDS = "kept traces", "kept words", "passwords"
MAILS, OUTSIDE, FILES = "mails", "outside", "files"
ADDRESS, BROWSER = "IP address", "browser’s name"
TRACES = (ADDRESS, BROWSER)
WRITTEN = ("email address", "telephone number", "text", "password")
SAID = ("user name", "name", "company", "position", *WRITTEN)
MAIL_HEADERS = frozenset({
    "auto-submitted", "content-transfer-encoding", "content-type", "date", "from", "list-unsubscribe",
    "list-unsubscribe-post", "message-id", "mime-version", "reply-to", "subject", "to", "precedence",
    "x-auto-response-suppress",
})  # fmt: skip


@rule(LOGGED_WORDS, of=LINE)
def no_words_in_a_log(line: Line, known: Known) -> Iterator[str]:
    """No log says who somebody is or what they wrote (law 10)."""
    found = known.in_text(" ".join((line.text, *line.written)), *SAID)
    if found:
        yield f"the log of {line.source} holds a {found[0]}"


@rule(LOGGED_TRACES, of=LINE)
def no_traces_in_a_log(line: Line, known: Known) -> Iterator[str]:
    """No log holds a whole address or the name of a browser."""
    found = known.in_text(" ".join((line.text, *line.written)), *TRACES)
    if found:
        yield f"the log of {line.source} holds an {found[0]}"


@rule(LOGGED_SECRETS, of=LINE)
def no_secrets_in_a_log(line: Line, known: Known) -> Iterator[str]:
    """No handler writes the secret part of an address or the key of a session."""
    if any(known.secrets_in(text) for text in line.written):
        yield f"the log of {line.source} holds a secret"


@rule(KEPT_TRACES, of=SESSION)
def no_traces_in_a_session(session: dict[str, Any], known: Known) -> Iterator[str]:
    """A session knows neither address nor browser."""
    for key, value in session.items():
        for what in known.in_text(str(value), *TRACES):
            yield f"a session holds an {what} under {key}"


@rule(KEPT_WORDS, of=SESSION)
def no_words_in_a_session(session: dict[str, Any], known: Known) -> Iterator[str]:
    """A session holds nothing that somebody wrote."""
    for key, value in session.items():
        for what in known.in_text(str(value), *WRITTEN):
            yield f"a session holds a {what} under {key}"


@rule(KEPT_TRACES, of=ROW)
def no_traces_in_a_row(row: Written, known: Known) -> Iterator[str]:
    """No table holds an address or the name of a browser."""
    for what in known.in_text(_values(row), *TRACES):
        yield f"the table {row.table} holds an {what}"


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


@rule(KEPT_TRACES, of=CACHE)
def no_traces_in_a_cache(entry: tuple[str, Any], known: Known) -> Iterator[str]:
    """Neither key nor value of the shared cache tells an address or a browser."""
    for what in known.in_text(f"{entry[0]} {entry[1]!r}", *TRACES):
        yield f"the cache holds an {what}"


@rule(KEPT_WORDS, of=CACHE)
def no_words_in_a_cache(entry: tuple[str, Any], known: Known) -> Iterator[str]:
    """Neither key nor value of the shared cache tells who somebody is or what they wrote."""
    for what in known.in_text(f"{entry[0]} {entry[1]!r}", *SAID):
        yield f"the cache holds a {what}"


@rule(MAILS, of=MAIL)
def a_mail_reports_nothing(mail: Mail, known: Known) -> Iterator[str]:
    """No part of a mail loads anything or asks for a receipt, whatever it looks like."""
    for kind, text in mail.parts:
        if kind not in ("text/plain", "text/html"):
            yield f"the mail “{mail.subject[:60]}” carries {kind}"
        if kind == "text/html":
            for tag in tags_of(text):
                if tag.name in (
                    "img",
                    "link",
                    "script",
                    "iframe",
                    "object",
                    "embed",
                    "video",
                    "audio",
                ) or tag.get("background"):
                    yield f"the mail “{mail.subject[:60]}” loads something by <{tag.name}>"
            if any(is_foreign(one) for one in css_addresses(text)):
                yield f"the mail “{mail.subject[:60]}” loads something by a style"
    unusual = {name.lower() for name, _ in mail.headers} - MAIL_HEADERS
    if unusual:
        yield f"the mail “{mail.subject[:60]}” says {min(unusual)}"


@rule(OUTSIDE, of=CONNECTION)
def nothing_leaves(event: str, known: Known) -> Iterator[str]:
    """No request makes the site ask another machine or start another program."""
    yield f"a request reaches out: {event.partition(' ')[0]}"


@rule(FILES, of=FILE)
def nothing_is_written_beside(path: str, known: Known) -> Iterator[str]:
    """No request writes a file but into the folders that a rehearsal has put in their place."""
    if not path.startswith(settings.PRIVATE_ROOT):
        yield f"a request writes the file {path}"
