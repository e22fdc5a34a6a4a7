"""What a mail may have, whoever writes it: to whom it goes, what its headers say, where it leads.

One place knows it, and whatever mail arises while checks look passes it: those of the walk by the
rules, those that are written one by one by the checks that do so (`sens_site/promises/mails.py`).
"""

import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import resolve

from privacy.datamap.search import hits
from privacy.promises.witness.canary import MADE_UP
from privacy.promises.witness.exchange import Exchange, is_foreign
from privacy.promises.witness.mails import TABLE, Mail
from privacy.promises.witness.rules import ANSWER, MAIL, ROW, Judge, Known, rule
from privacy.promises.witness.tags import css_addresses, styles_of, tags_of
from privacy.promises.written_tables import Written
from sens_site.lib.email_address import as_stored

MAILS = "mails"
HEADERS = frozenset({
    "auto-submitted", "content-transfer-encoding", "content-type", "date", "from", "in-reply-to",
    "list-id", "list-unsubscribe", "list-unsubscribe-post", "message-id", "mime-version", "precedence",
    "references", "reply-to", "subject", "to", "x-auto-response-suppress",
})  # fmt: skip
"""All that a mail says of itself. A copy for others, or a receipt that is asked for, is none of them."""
LINKED = frozenset({"www.edpb.europa.eu"})
"""The one other site to which a mail leads: the list of authorities to complain to."""
QUERIES = frozenset({"", "inbox=held", "inbox=late", "state=parked"})
"""What may stand behind an address: which list of the desk is meant, and never who reads it."""
FRAGMENT = re.compile(r"[a-z]{0,20}(?:-[a-z]{1,20})*")
"""A part of a page, by its name."""
SAME_FOR_ALL = frozenset({
    "account_login", "account_reset_password", "account_signup", "accounts:delete",
    "accounts:passkeys", "contact:webmaster", "downloads:short", "mfa_index", "newsletter:issue",
    "newsletter:sign_up",  # from an issue that is sent to who writes it, as a test
    "pages:home", "policy:compare", "policy:history", "policy:policy", "policy:version",
})  # fmt: skip
"""Where mails lead, by the names of the pages: to what everybody finds under one address."""
READERS_OWN = frozenset({
    "account_confirm_email", "account_reset_password_from_key", "downloads:unwatch",
    "newsletter:confirm", "newsletter:preferences", "newsletter:refuse", "newsletter:unsubscribe",
    "rights:confirm_identity", "rights:fetch_export", "rights:request_status",
})  # fmt: skip
"""And to what is the reader's own: each does what its mail says, by a secret. None only counts."""
ENDING = frozenset({"downloads:unwatch", "newsletter:unsubscribe"})
"""Where mail programs lead. Whether the text of a mail says so, too, is for the promises about it."""
DESK = "admin:"
NOBODYS = ("@example.com", ".invalid")
"""Where made-up people have their mailboxes, and what stands for one that is not confirmed (RFC 2606)."""
MOST_LOOKED_FOR = 20
"""Looking for an address reads all that is stored."""
LOADING = frozenset({
    "img", "link", "script", "iframe", "object", "embed", "video", "audio", "form", "input", "image",
    "source", "svg", "base",
})  # fmt: skip


def desk(known: Known | None = None) -> frozenset[str]:
    """Return the mailboxes of the company and of its staff, which are told what customers say.

    Of who walks, members of staff have no account yet when this is asked.
    """
    staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
    walking = {*known.people} - {*known.outside.people} if known and known.outside else set()
    return company() | set(staff.values_list("email", flat=True)) | {one.email for one in walking}


def company() -> frozenset[str]:
    """Return the mailboxes from which mails come, and to which answers go."""
    named = (
        settings.WEBMASTER_EMAIL,
        settings.DEFAULT_FROM_EMAIL,
        *(one.recipient for one in settings.COMPANY.departments if one.recipient),
    )
    return frozenset(as_stored(one.rpartition("<")[2].rstrip("> ")) for one in named)


@rule(MAILS, of=MAIL)
def a_mail_is_for_its_reader_alone(mail: Mail, known: Known) -> Iterator[str]:
    """It has what a mail may have, and tells customers of nobody else."""
    yield from faults_in(mail, known.desk)
    if _is_for(known.desk, mail):
        return
    reader = known.told_by.get(mail.recipient.partition("@")[0].lower(), "")
    text = " ".join([mail.subject, *(text for _, text in mail.parts)]).lower()
    for word in sorted(set(MADE_UP.findall(text))):
        of = known.told_by.get(word, reader)
        if of != reader and of not in known.staff:
            yield f"the mail “{mail.subject[:60]}” tells {reader or 'somebody'} what {of} told"
            return


@rule(MAILS, of=ROW)
def a_stored_mail_stays_what_it_is(row: Written, known: Known) -> Iterator[str]:
    """Once it is stored, a mail gets no other reader and no other text: it is sent, or taken back."""
    if row.table != TABLE or not row.statement.lstrip().upper().startswith("UPDATE"):
        return
    said = row.statement.partition(" WHERE ")[0]
    if re.search(r"\brecipient\"? =", said):
        yield "a mail that is stored gets another reader"
    if any(isinstance(value, bytes | memoryview) and value for value in row.values):
        yield "a mail that is stored gets another text"


@rule(MAILS, of=ANSWER)
def may_be_written_to(seen: Exchange, known: Known) -> Iterator[str]:
    """Note whose address was typed: by some forms anybody asks for a mail to any address."""
    known.typed.update(str(one).lower() for one in seen.sent.values() if "@" in str(one))
    yield from ()


def judge_recipients(mails: Iterable[Mail], judge: Judge) -> None:
    """Judge which mails go to whom the site knows from nowhere: neither from forms nor from rows.

    To be done when all is taken back that was done: the log of mails is no place to know from.
    """
    known = judge.known
    subjects = {as_stored(one.recipient): one.subject for one in mails}
    typed = " ".join(known.typed)
    others = {
        one
        for one in subjects.keys() - known.desk
        if not one.endswith(NOBODYS) and one.lower() not in typed
    }
    for recipient in sorted(others)[:MOST_LOOKED_FOR]:
        if not {place for place in hits({recipient}) if not place.startswith(TABLE)}:
            judge.note(MAILS, f"the mail “{subjects[recipient][:60]}” goes to somebody else, too")


def faults_in(mail: Mail, at_the_desk: Collection[str]) -> Iterator[str]:
    """Say what a mail has that no mail may have."""
    for fault in (
        *_of_who_gets_it(mail, at_the_desk),
        *_of_headers(mail, at_the_desk),
        *_of_what_is_loaded(mail),
        *_of_links(mail),
    ):
        yield f"the mail “{mail.subject[:60]}” {fault}"


def _of_who_gets_it(mail: Mail, at_the_desk: Collection[str]) -> Iterator[str]:
    named, recipient = mail.addresses_in("to"), as_stored(mail.recipient)
    if mail.addresses_in("cc", "bcc", "resent-to", "resent-cc", "resent-bcc"):
        yield "goes to others, too"
    if recipient not in named:
        yield "is handed to somebody whom it does not name"
    if len(named) > 1 and set(named) - set(at_the_desk):
        yield "tells several people of each other"


def _of_headers(mail: Mail, at_the_desk: Collection[str]) -> Iterator[str]:
    unusual = {name.lower() for name, _ in mail.headers} - HEADERS
    if unusual:
        yield f"says {min(unusual)}"
    if set(mail.addresses_in("from")) - company():
        yield "does not come from the company"
    answers = mail.addresses_in("reply-to")
    # Who answers what somebody has written to the company, answers them.
    if set(answers) - company() and not (_is_for(at_the_desk, mail) and _speaks_of(mail, answers)):
        yield "has answers go elsewhere than to the company"
    ways = re.findall(r"<([^>]*)>", " ".join(mail.said_in("list-unsubscribe")))
    if len(ways) != bool(mail.said_in("list-unsubscribe")) or not all(map(_ends_it, ways)):
        yield "is ended by another way than a page of ours"
    for name, value in mail.headers:
        for link in re.findall(r"https?:[^\s<>\"]+", value, re.IGNORECASE):
            if is_foreign(link):
                yield f"leads to another site by {name}"


def _ends_it(way: str) -> bool:
    """Tell whether a mail program is led to where a reader ends such mails."""
    target = urlsplit(way)
    is_ours = f"{target.scheme}://{target.netloc}" == settings.SITE_ORIGIN and not target.query
    return is_ours and resolve(target.path or "/").view_name in ENDING


def _is_for(mailboxes: Collection[str], mail: Mail) -> bool:
    return as_stored(mail.recipient) in mailboxes


def _speaks_of(mail: Mail, addresses: Collection[str]) -> bool:
    """Tell whether a mail names addresses to its reader, too."""
    text = " ".join(text for _, text in mail.parts).lower()
    return all(one in text for one in addresses)


def _of_what_is_loaded(mail: Mail) -> Iterator[str]:
    for kind, text in mail.parts:
        if kind not in ("text/plain", "text/html"):
            yield f"carries {kind}"
        if kind != "text/html":
            continue
        for tag in tags_of(text):
            if tag.name in LOADING or tag.loaded or tag.runs or tag.beacon:
                yield f"loads something by <{tag.name}>"
        if any(css_addresses(style) for style in styles_of(text)):
            yield "loads something by a style"


def _of_links(mail: Mail) -> Iterator[str]:
    written = {
        tag.get("href") for k, text in mail.parts if k == "text/html" for tag in tags_of(text)
    }
    for link in sorted({*mail.links, *written} - {""}):
        yield from _of_a_link(link, mail)


def _of_a_link(link: str, mail: Mail) -> Iterator[str]:
    target = urlsplit(link)
    if link.startswith("#") or link.lower().startswith("tel:"):
        return
    if link.lower().startswith("mailto:"):
        if as_stored(target.path) not in company():
            yield "leads to somebody else’s mailbox"
        return
    if f"{target.scheme}://{target.netloc}" != settings.SITE_ORIGIN:
        if target.netloc not in LINKED:
            if not _has_words_of_staff(mail):
                yield f"links to {target.netloc}"
        elif target.query or target.fragment:
            yield "has a link that tells who follows it"
        return
    if target.query not in QUERIES or not FRAGMENT.fullmatch(target.fragment):
        yield "has a link that tells who follows it"
    page = resolve(target.path or "/").view_name
    if page not in SAME_FOR_ALL | READERS_OWN and not page.startswith(DESK):
        yield f"leads to {page or 'what is no page of the site'}"


def _has_words_of_staff(mail: Mail) -> bool:
    """Tell whether a member of staff wrote its text by hand: an answer, or an issue."""
    return "no" in mail.said_in("auto-submitted") or any(
        one.startswith("<newsletter.") for one in mail.said_in("list-id")
    )
