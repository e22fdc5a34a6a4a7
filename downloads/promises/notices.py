"""The promise that nobody is told of a document unasked, and that one click ends it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings

from downloads.choices import GATED_KINDS, Kind, Language
from downloads.models import Document, Watch, WatchNotice
from downloads.promises.made_up import MadeUp, customer, document
from outbox.models import OutboxMail
from privacy.datamap.promises.purging import done_by_the_job, runs_daily
from privacy.promises.played_clock import later
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.written_tables import rows_written
from privacy.rights.promises.played_requests import hold

JOB = "tell watchers"
WATCHES = "downloads_watch"
ENDS = "/downloads/watch/"
"""Where the links stand that end it."""
ENDED_BY = ("by the page", "by the header", "by the button")
"""In which ways the notices end: two in each mail, and one at the document."""
TEN_YEARS = timedelta(days=3653)
OF_A_WATCH = re.compile(r"document-watch-(\d+)-")


def _asks(visitor: Visitor, made: MadeUp) -> None:
    path = f"{made.page}watch/"
    require(visitor.get(made.page).page.forms(path), "nobody can ask to be told of a change")
    answer = visitor.post(path, {})
    require(answer.status == 303, f"asking to be told of a change is answered with {answer.status}")


def _mails(user: object) -> list[OutboxMail]:
    return list(OutboxMail.objects.to_address(user.email).order_by("pk"))  # type: ignore[attr-defined]  # a user


@promise("downloads.notices", look=Look.REHEARSAL)
def who_asked_is_told_once_and_a_click_ends_it(site: RunningSite) -> Evidence:
    """Some ask and one downloads only; a version appears, and the worker does its work twice."""
    runs_daily(JOB)
    with site.rehearsal():
        ways = _reads_without_asking(site)
        read = _every_mail_says_how_to_end_it(site)
        first, beside = MadeUp(), [MadeUp(), MadeUp(document("drawing"))]
        people = {who: customer(site) for who in (*ENDED_BY, "unasked")}
        for who, (user, visitor) in people.items():
            first.fetched(visitor)
            if who != "unasked":
                _asks(visitor, first)
            _watches_alone(user, [first.document] if who != "unasked" else [])
        for label in ("2", "3"):
            newer = MadeUp(first.document, label)
            for other in beside:  # of which nobody asked to be told
                MadeUp(other.document, label)
            done_by_the_job(JOB)
            done_by_the_job(JOB)
            # Who has ended it gets not even the mail that waits still.
            told = int(label == "2")
            expected = dict.fromkeys(ENDED_BY, told) | {"unasked": 0}
            found = {who: len(_mails(user)) for who, (user, _) in people.items()}
            require(found == expected, f"after version {label} the mails are {found}")
            if label == "2":
                _ends_by_the_button(people["by the button"][1], newer)
                for who in ("by the page", "by the header"):
                    _ends(site, newer, who, _mails(people[who][0])[0])
    return Evidence(
        "Played through for this check: who had asked was written to once about a new version, "
        "nobody else was; the mail’s link and its header ended it without logging in, and so did "
        "the button at the document.",
        {
            "mails for a version": 1,
            "mails unasked": 0,
            "ways to read without asking": ways,
            "kinds of documents": read,
        },
    )


def _watches_alone(user: Any, documents: list[Document]) -> None:
    """Require that who asked about one document is told of it, and of no other like it."""
    watched = Watch.objects.filter(user=user).values_list("document", flat=True)
    asked = [one.pk for one in documents]
    require(sorted(watched) == asked, "who asks about one document is told of others, too")


def _reads_without_asking(site: RunningSite) -> int:
    """Have somebody read documents in each way, and require that nobody takes that for a wish."""
    for_all, for_registered = MadeUp(), MadeUp(document("drawing", "registered"))
    both = [one.document.number for one in (for_all, for_registered)]
    user, visitor = customer(site)
    ways: dict[str, Callable[[], bool]] = {
        "looks at documents": lambda: visitor.get("/downloads/").status == 200,
        "fetches a document": lambda: for_all.is_in(for_all.fetched(visitor)),
        "fetches one for registered customers": lambda: for_registered.is_in(
            for_registered.fetched(visitor)
        ),
        "fetches several at once": lambda: (
            visitor.post("/downloads/selection/", {"document": both}).status == 200
        ),
        "looks at what we hold": lambda: visitor.get("/accounts/data/").status == 200,
    }
    for way, act in ways.items():
        with rows_written() as tables:
            require(act(), f"who {way} does not get it")
        asked = WATCHES in tables or Watch.objects.filter(user=user).exists()
        require(not asked, f"who only {way} is taken for somebody who asks to be told")
    return len(ways)


def _ends_by_the_button(visitor: Visitor, newer: MadeUp) -> None:
    path = f"{newer.page}stop/"
    require(visitor.get(newer.page).page.forms(path), "who is told of a change cannot end it there")
    answer = visitor.post(path, {})
    require(answer.status == 303, f"ending it at the document is answered with {answer.status}")


def _every_mail_says_how_to_end_it(site: RunningSite) -> int:
    """Have somebody hear of documents of every kind, for all and for registered, with and without a note."""
    user, _ = customer(site)
    made = [document(kind) for kind in Kind.values]
    made += [document(kind, "registered") for kind in GATED_KINDS]
    for number, one in enumerate(made):
        language = Language.values[number % len(Language.values)]
        Document.objects.filter(pk=one.pk).update(language=language)
        Watch.objects.create(user=user, document=one)
        newer = MadeUp(one)
        note = "" if number % 2 else "A check has changed it."
        type(newer.version).objects.filter(pk=newer.version.pk).update(change_note=note)
    done_by_the_job(JOB)
    mails = _mails(user)
    require(len(mails) == len(made), f"of {len(made)} documents {len(mails)} mails are written")
    for mail in mails:
        _way_out(mail)
    return len(mails)


def _way_out(mail: OutboxMail) -> tuple[str, list[str]]:
    """Return the link that ends the mails about a document, in text and header, and the other links."""
    message = mail.as_message().message()
    body = message.get_payload(decode=True)
    text = body.decode() if isinstance(body, bytes) else ""
    addresses = re.findall(rf"{re.escape(settings.SITE_ORIGIN)}(/\S+)", text)
    links = [one for one in addresses if one.startswith(ENDS)]
    require(len(links) == 1, f"the mail has {len(links)} links to end it")
    header = str(message["List-Unsubscribe"] or "")
    require(
        links[0] in header and message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click",
        "the mail does not tell mail programs how to end it",
    )
    return links[0], [one for one in addresses if one not in links]


def _ends(site: RunningSite, newer: MadeUp, who: str, mail: OutboxMail) -> None:
    link, others = _way_out(mail)
    require(
        any(_leads_to(site, one, newer.page) for one in others),
        "the mail does not lead to the document",
    )
    watches = Watch.objects.filter(document=newer.document)
    before = watches.count()
    if who == "by the header":
        hold(mail.recipient)  # who is held by a restriction ends it all the same
    stranger = site.visitor()
    for made_up in _made_of(link.removeprefix(ENDS).rstrip("/")):
        stranger.post(f"{ENDS}{made_up}/", {})
    require(watches.count() == before, "who makes up a link ends the notices of others")
    with later(TEN_YEARS):  # no sentence says that the link runs out
        page = stranger.get(link)
        require(page.page.forms(), "the mail’s link leads to no button, or not for ever")
        require(watches.count() == before, "opening the mail’s link ends it already")
        if who == "by the page":
            answer = stranger.post(link, {})
        else:
            one_click = {"List-Unsubscribe": "One-Click"}
            answer = stranger.post(
                link, one_click, Origin="https://mail.example", Sec_Fetch_Site="cross-site"
            )
    require(answer.status == 200, f"ending it is answered with {answer.status}")
    require(watches.count() == before - 1, "one click does not end it")


def _made_of(token: str) -> set[str]:
    """Return what somebody may try who has one mailed link: other numbers, and a wrong end."""
    others = [str(pk) for pk in Watch.objects.values_list("pk", flat=True)]
    other_end = "A" if token[-1] != "A" else "B"
    return {
        token[:-1] + other_end,
        *others,
        *(f"{pk}:{other_end}" for pk in others),
        *(made for pk in others if (made := re.sub(r"^\d+", pk, token)) != token),
    }


def _leads_to(site: RunningSite, address: str, page: str) -> bool:
    """Tell whether an address is that of a page, or leads on to it, as the short one does."""
    answer = site.visitor().get(address)
    if answer.status == 302:
        address = answer.header("Location")
        answer = site.visitor().get(address)
    return address == page and answer.status == 200


@promise("downloads.notices", look=Look.ROWS)
def nobody_is_told_who_does_not_ask(site: RunningSite) -> Evidence:
    """Each mail that waits is of somebody who still asks, and of nobody who asked later."""
    keys = OutboxMail.objects.waiting().filter(dedupe_key__startswith="document-watch-")
    waiting = [
        int(found[1])
        for key in keys.values_list("dedupe_key", flat=True)
        if (found := OF_A_WATCH.match(str(key)))
    ]
    asking = set(Watch.objects.filter(pk__in=waiting).values_list("pk", flat=True))
    unasked = [one for one in waiting if one not in asking]
    require(not unasked, f"{len(unasked)} mails wait for people who do not ask to be told")
    early = sum(
        notice.at < notice.watch.since for notice in WatchNotice.objects.select_related("watch")
    )
    require(not early, f"{early} people were told before they asked")
    return Evidence(
        "Each stored notice is of somebody who asked for it before.",
        {"people who ask": Watch.objects.count(), "mails that wait": len(waiting)},
    )
