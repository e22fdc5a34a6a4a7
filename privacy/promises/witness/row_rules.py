"""Where rows arise: what a visitor or a customer does is written down where it belongs, only.

The witness hears into which table each request writes. Each table knows here by which acts it is
written into; whatever is written elsewhere is a note about somebody of which no sentence speaks.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.rules import ANSWER, SESSION, Known, rule

OF_USE, OF_WORDS, OF_ACCOUNTS = "rows of use", "rows of words", "rows of accounts"
OF_AREAS = "pages that were opened"
OF_CONSENT, OF_DOWNLOADS, OF_NOTICES = "rows of consent", "rows of downloads", "rows of notices"
NOBODY: tuple[str, ...] = ()
ACCOUNTS, LEAVING = "accounts/", "accounts/delete/"


def _each(tables: str, of: str, *places: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    return dict.fromkeys(tables.split(), (of, places))


WRITTEN_BY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    **_each(
        "account_emailaddress account_emailconfirmation accounts_confirmedaddress"
        " accounts_idlenotice accounts_policyacceptance accounts_registration accounts_user"
        " accounts_user_groups accounts_user_user_permissions mfa_authenticator",
        OF_ACCOUNTS, ACCOUNTS,
    ),
    **_each("accounts_session", OF_ACCOUNTS, ACCOUNTS, "admin/login/"),
    **_each(
        "consent_consentreceipt consent_dailychoice consent_noticesnapshot consent_receiptseal",
        OF_CONSENT, "cookies/",
    ),
    **_each("consent_personalrefusals", OF_CONSENT, "cookies/", ACCOUNTS),
    **_each("contact_contactmessage contact_messagephoto", OF_WORDS, "contact/"),
    **_each("downloads_downloadcount downloads_downloadrecord", OF_DOWNLOADS, "downloads/"),
    **_each("downloads_watch downloads_watchnotice", OF_NOTICES, "downloads/"),
    **_each(
        "newsletter_subscriber newsletter_subscription newsletter_wording",
        OF_CONSENT, "newsletter/",
    ),
    **_each("newsletter_suppression", OF_CONSENT, "newsletter/", LEAVING),
    **_each(
        "outbox_outboxmail",
        OF_USE, ACCOUNTS, "contact/", "downloads/", "newsletter/", "privacy/",
    ),
    **_each(
        "rights_exportfile rights_mailedlink rights_requestevent rights_requestnote"
        " rights_requestseal rights_subjectrequest",
        OF_WORDS, "contact/", "privacy/", "accounts/data/",
    ),
    **_each("visits_pageview", OF_USE, "visits/"),
}  # fmt: skip
"""Of what each table tells, and where it is written into: by its whole name, as a table that comes to
a room is one that no sentence knows."""
ERASED = frozenset({"DELETE", "UPDATE"})
"""How the end of an account reaches every table; what it adds beside is its number and a keyed hash."""
AT_THE_END = frozenset({"INSERT datamap_erasure"})
UNTIL_WHEN = "UPDATE accounts_session"
"""What any request of somebody logged in may write."""
LOG_INS = ("accounts/login/", "accounts/2fa/authenticate/", "accounts/passkey/login/")
OF_A_LOG_IN = frozenset({
    "accounts_session", "accounts_user", "consent_personalrefusals", "outbox_outboxmail",
})  # fmt: skip
"""The session, the last log-in, refusals that a browser brings along, and the mail to confirm by."""

PAGE = re.compile(r"(?:/[\w.-]+)*/(?:\?\S*)?")
SHOWN_ONCE = "_messages"
"""Under which a session holds what the next page says: at the desk it may lead to several rows."""


@rule(OF_AREAS, of=SESSION)
def no_history_in_a_session(session: dict[str, Any], known: Known) -> Iterator[str]:
    """A session says to which page it is to lead, and never which pages somebody has opened."""
    for key, value in session.items():
        if key != SHOWN_ONCE and len({one for one in _texts(value) if PAGE.fullmatch(one)}) > 1:
            yield f"a session holds which pages were opened, under {key}"


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for one in value.values() for text in _texts(one))
        case list() | tuple():
            yield from (text for one in value for text in _texts(one))


def rows_where_they_belong(seen: Exchange, known: Known, *, subject: str) -> Iterator[str]:
    """No table tells of an act that it is not there for: neither which pages somebody opens, nor when.

    What staff do, they do for the company.
    """
    if seen.who in known.staff or seen.route is None:
        return
    pattern = seen.route.pattern
    for deed in sorted(seen.wrote - {UNTIL_WHEN}):
        act, _, table = deed.partition(" ")
        of, places = _belongs(table)
        if pattern.startswith(LEAVING) and (act in ERASED or deed in AT_THE_END):
            continue
        belongs = pattern.startswith(places)
        if belongs and pattern.startswith(LOG_INS) and table not in OF_A_LOG_IN:
            of, belongs = OF_USE, False
        if of == subject and not belongs:
            yield f"{seen.said} leaves a trace: {deed}"


def _belongs(table: str) -> tuple[str, tuple[str, ...]]:
    """Return of what a table tells, and where; one that is not known tells of use, and nobody writes it."""
    return WRITTEN_BY.get(table, (OF_USE, NOBODY))


for _subject in (OF_USE, OF_WORDS, OF_ACCOUNTS, OF_CONSENT, OF_DOWNLOADS, OF_NOTICES):
    rule(_subject, of=ANSWER)(partial(rows_where_they_belong, subject=_subject))
