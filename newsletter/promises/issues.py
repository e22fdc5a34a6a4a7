"""Promises about issues: what is asked of one before it leaves, what its mail holds, and the archive.

What is expected is written out here, and mails are read by another reader than the one that decides
what may leave.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from newsletter import issue_services
from newsletter.models import Issue, Subscriber, Topic
from newsletter.rehearsal import whatever_their_mail_holds
from outbox.models import OutboxMail
from privacy.datamap.promises.purging import done_by_the_job
from privacy.promises.page_reader import read
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite
from privacy.promises.seen_in_mail import link_is_seen
from sens_site.lib.cache.content_stamp import content_changed

ARCHIVE = "/newsletter/issues/"
SEND = "send newsletter issues"
PURPOSE = "newsletter"
CHECKLIST = ("readers", "practical", "facts", "links")
"""What a person has looked at: for whom it is, what it brings them, its facts, its links."""
ONE_CLICK = "List-Unsubscribe=One-Click"
ENDS, CHANGES = "/newsletter/unsubscribe/", "/newsletter/preferences/"
ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
HARMFUL = "Read [more](https://www.example.com/?utm_source=us)."
"""A link by which others count who comes from a mail."""
MOST = 200
TEN_YEARS = timedelta(days=3653)


@dataclass
class Sent:
    """An issue of a rehearsal, and the mails that came of it."""

    issue: Issue
    mails: list[OutboxMail]


COUNTING = re.compile(
    r"[?&#](?:(?:utm|mc|hsa|pk|mtm|matomo|trk|hs)_|_hs|(?:gcl|fbcl|mscl|ycl|dcl)id\b"
    r"|(?:ref|campaign|track|tracking|reader|subscriber|recipient|click|open|e?mail)(?:_?id)?=)",
    re.IGNORECASE,
)
"""How a link says who follows it, or from which mail: by the usual names."""
BEHIND = re.compile(r"[?#].*")
LINKING = "Read [more](/privacy/), and [there](https://www.example.com/manual?page=2&part=b).\n"
"""What an issue may lead to: as it was written, and with nothing more behind it."""


def addresses_of(word: str) -> list[str]:
    """Return the addresses of the two readers of a rehearsal."""
    return [f"{word}-{number}@example.com" for number in range(2)]


@contextmanager
def an_issue(site: RunningSite, **changes: object) -> Iterator[Issue]:
    """Write an issue for two readers who do not exist. Others are set aside, and all is undone."""
    word = f"check-{secrets.token_hex(6)}"
    with site.rehearsal():
        Issue.objects.filter(state="sending").update(state="paused")
        Issue.objects.filter(state="scheduled").update(state="draft", scheduled_at=None)
        topic = Topic.objects.create(slug=word, title="A check of the promises")
        for email in addresses_of(word):
            reader = Subscriber.objects.create(
                email=email,
                state="confirmed",
                confirmed_at=timezone.now(),
                confirmed_by="link",
            )
            reader.subscriptions.create(topic=topic)
        issue = Issue.objects.create(
            **{
                "title": word,
                "slug": word,
                "summary": "Rolled back.",
                "body": "Read [more](/privacy/).\n\n![A picture](/static/img/icon.svg)\n",
                "checklist": list(CHECKLIST),
                **changes,
            }
        )
        issue.topics.set([topic])
        yield issue


def sent(issue: Issue, *, checked: bool = False) -> Sent:
    """Plan an issue and let the worker write its mails. Whether it may leave is decided there.

    What its mail holds is no matter but of the promise that it is `checked`.
    """
    let = nullcontext() if checked else whatever_their_mail_holds()
    with let, suppress(issue_services.IssueError):  # it is looked at what has become of it
        issue_services.schedule(issue)
        done_by_the_job(SEND)
    issue.refresh_from_db()
    mails = OutboxMail.objects.filter(recipient__in=addresses_of(issue.slug)).order_by("pk")
    return Sent(issue, list(mails))


def parts_of(mail: OutboxMail) -> tuple[EmailMessage, str, str]:
    """Return a mail, its text and its HTML."""
    message = message_from_bytes(bytes(mail.message), policy=policy.default)
    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    require(kinds == ["text/plain", "text/html"], f"the mail of an issue consists of {kinds}")
    texts = [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return message, texts[0], texts[1]


def is_own(address: str) -> bool:
    """Tell whether an address is the reader's own: where the subscription is changed or ended."""
    return address.startswith(tuple(f"{settings.SITE_ORIGIN}{one}" for one in (ENDS, CHANGES)))


def must_be_as_written(addresses: list[str], body: str) -> None:
    """Require that nothing stands behind the links of an issue but what its writer has put there.

    Under whatever name: what is added on the way can only say who follows, or from where.
    """
    for address in addresses:
        added = BEHIND.search(address.rstrip(".,:;)!?"))
        written = added is None or added[0] in unescape(body)
        require(written, f"behind a link of an issue stands what nobody wrote: {address}")


def must_tell_nothing(mails: list[OutboxMail], body: str) -> None:
    """Require that issues load nothing, and have no other link of a reader's own."""
    shared = set()
    for mail in mails:
        _, text, html = parts_of(mail)
        page = read(html)
        require(not page.loaded, f"an issue loads {page.loaded[:1]}")
        loads = re.search(
            r"url\s*\(|@import|<(?:img|iframe|object|embed|script|link)\b", html, re.IGNORECASE
        )
        require(not loads, "an issue holds something that is loaded")
        addresses = [*page.links, *ADDRESS.findall(text)]
        others = [one for one in addresses if not is_own(one)]
        counting = [one for one in others if COUNTING.search(one)]
        require(not counting, f"a link of an issue counts who follows it: {counting[:1]}")
        must_be_as_written(others, body)
        shared.add(tuple(others))
    require(len(shared) == 1, "a link of an issue is different from reader to reader")


@promise("newsletter.archive", look=Look.NOW)
def past_issues_can_be_read(site: RunningSite) -> Evidence:
    """A stranger opens the list, and each issue that was sent, with what its check found."""
    front = site.get(ARCHIVE)
    require(front.status == 200, f"{ARCHIVE} answers {front.status} to a stranger")
    begun = list(Issue.objects.exclude(started_at=None).order_by("-started_at")[:MOST])
    if not begun:
        require("No issue has been sent yet" in front.shown, "an empty archive does not say so")
        return Evidence("The archive is open to everybody. No issue has been sent yet.")
    for issue in begun:
        shown = site.get(f"{ARCHIVE}{issue.slug}/")
        require(shown.status == 200, f"the issue “{issue.title}” answers {shown.status}")
        _must_say_what_was_found(shown)
    return Evidence(
        "Past issues open to everybody, each with what the check of its mail found.",
        {"issues": len(begun)},
    )


def _must_say_what_was_found(shown: Answer) -> None:
    terms = [one.text for one in shown.page.all("dt")]
    values = [one.text for one in shown.page.all("dd")]
    said = dict(zip(terms, values, strict=True))
    for name in ("Remote references", "Tracking links"):
        require(
            said.get(name) == "0", f"{shown.path} does not say that there are no {name.lower()}"
        )


@promise("newsletter.archive", look=Look.REHEARSAL)
def an_issue_is_checked_and_then_stays_readable(site: RunningSite) -> Evidence:
    """One is sent to two readers and read; one with a link that counts is not sent at all."""
    with an_issue(site, body=LINKING) as issue:
        found = sent(issue, checked=True)
        require(len(found.mails) == 2, f"an issue for two readers makes {len(found.mails)} mails")
        must_tell_nothing(found.mails, issue.body)
        names = {mail.message_id for mail in found.mails}
        require(len(names) == 2, "the mails of two readers bear one name")
        shown = site.get(f"{ARCHIVE}{issue.slug}/")
        require(shown.status == 200, f"an issue that was sent answers {shown.status}")
        _must_say_what_was_found(shown)
        listed = site.get(ARCHIVE)
        require(f"{ARCHIVE}{issue.slug}/" in listed.page.links, "an issue is missing in the list")
        _must_stay_readable(site, issue)
    with an_issue(site, body=HARMFUL) as issue:
        found = sent(issue, checked=True)
        require(not found.mails, "an issue with a link that counts its readers is sent")
    return Evidence(
        "Played through for this check: an issue was sent, loaded nothing and followed nobody, and "
        "stood in the archive with what its check found. One with a link that counts was not sent.",
        {"mails read": 2, "remote references": 0, "tracking links": 0},
    )


def _must_stay_readable(site: RunningSite, issue: Issue) -> None:
    """Require that an issue is listed and opens ten years later, however its sending has ended."""
    long_ago = timezone.now() - TEN_YEARS
    others = Issue.objects.exclude(pk=issue.pk).exclude(started_at=None)
    # The list shows twenty at a time.
    others.update(state="draft", scheduled_at=None, started_at=None)
    for state in ("sent", "stopped", "paused"):
        Issue.objects.filter(pk=issue.pk).update(
            state=state, scheduled_at=long_ago, started_at=long_ago, finished_at=long_ago
        )
        content_changed()
        for address in (f"{ARCHIVE}{issue.slug}/", ARCHIVE):
            shown = site.visitor().get(address)
            require(
                shown.status == 200 and issue.title in shown.shown,
                f"an issue of ten years ago ({state}) is not readable any more",
            )


@promise("newsletter.archive", look=Look.ROWS)
def stored_issues_were_found_in_order(site: RunningSite) -> Evidence:
    """Each issue that was sent has its findings, and mails that wait are read as they are stored."""
    begun = Issue.objects.exclude(started_at=None)
    for issue in begun.only("title", "findings", "body"):
        counting = COUNTING.search(issue.body)
        require(not counting, f"a link of “{issue.title}” counts who follows it")
        for name in ("remote_references", "tracking_links"):
            found = (issue.findings or {}).get(name)
            require(found == 0, f"the check of “{issue.title}” has found {found} {name}")
    waiting = list(OutboxMail.objects.waiting().filter(purpose=PURPOSE).order_by("-pk")[:MOST])
    bodies = " ".join(begun.values_list("body", flat=True)) if waiting else ""
    for mail in waiting:
        must_tell_nothing([mail], bodies)
    return Evidence(
        "Every issue that was sent had been checked, and no mail of one that waits loads anything.",
        {"issues": begun.count(), "mails read": len(waiting)},
    )


def must_have_a_way_out(mail: OutboxMail) -> str:
    """Require the link in both parts, and the headers for mail programs; return its path."""
    message, text, html = parts_of(mail)
    header = str(message["List-Unsubscribe"] or "")
    way_out = header.strip("<>")
    require(
        way_out.startswith(f"{settings.SITE_ORIGIN}{ENDS}") and header == f"<{way_out}>",
        "an issue has no header by which a mail program can end the newsletter",
    )
    require(
        message["List-Unsubscribe-Post"] == ONE_CLICK, "a mail program cannot end it by one press"
    )
    require(way_out in ADDRESS.findall(text), "the text of an issue lacks the link")
    links = {link.text.lower(): link.get("href") for link in read(html).all("a")}
    require(links.get("unsubscribe") == way_out, "the HTML of an issue has no link “unsubscribe”")
    link_is_seen(html, way_out, "the link to unsubscribe")
    return urlsplit(way_out).path


@promise("mail.unsubscribe-link", look=Look.ROWS)
def waiting_issues_have_a_way_out(site: RunningSite) -> Evidence:
    """The newest of the mails that wait are read as they are stored."""
    waiting = list(OutboxMail.objects.waiting().filter(purpose=PURPOSE).order_by("-pk")[:MOST])
    for mail in waiting:
        must_have_a_way_out(mail)
    return Evidence(
        "Every issue that waits to be sent has the link to unsubscribe.",
        {"mails read": len(waiting)},
    )


@promise("newsletter.scope", look=Look.REHEARSAL)
def an_issue_needs_topics_and_a_checklist(site: RunningSite) -> Evidence:
    """What lacks topics, or one line of the checklist, is not sent; what lacks nothing is."""
    for left_out in CHECKLIST:
        ticked = [one for one in CHECKLIST if one != left_out]
        with an_issue(site, checklist=ticked) as issue:
            require(not sent(issue).mails, f"an issue is sent without “{left_out}” being ticked")
    with an_issue(site) as issue:
        issue.topics.clear()
        found = sent(issue)
        require(found.issue.state == "draft", "an issue without topics is planned")
    with an_issue(site) as issue:
        require(len(sent(issue).mails) == 2, "an issue that lacks nothing is not sent")
    return Evidence(
        "Played through for this check: no issue was sent without topics, or before each line of "
        "its checklist was ticked.",
        {"lines of the checklist": len(CHECKLIST)},
    )


@promise("newsletter.scope", look=Look.ROWS)
def sent_issues_had_topics_and_a_checklist(site: RunningSite) -> Evidence:
    """Of each issue that was sent it is stored for whom it was, and that all was looked at."""
    begun = Issue.objects.exclude(started_at=None)
    for issue in begun.prefetch_related("topics"):
        require(issue.topics.all(), f"the issue “{issue.title}” has no topics")
        missing = set(CHECKLIST) - set(issue.checklist)
        require(not missing, f"“{issue.title}” was sent without {sorted(missing)[:1]}")
    return Evidence(
        "Every issue that was sent has topics, and a checklist with each line ticked.",
        {"issues": begun.count()},
    )
