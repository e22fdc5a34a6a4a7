"""Promises about who sees that a mail was sent: its subject and its recipient tell of somebody.

Expected values are written out here, from the document on messages, and never read from the code
that registers purposes.
"""

import secrets
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from sens_site.promises.access import DESK, new_mark, people_at_the_desk, played_member

EVERYBODYS = frozenset({"service", "notice"})
SEEN: Mapping[str, frozenset[str]] = {
    "Webmaster": EVERYBODYS | {"message"},
    "Privacy officer": EVERYBODYS | {"request", "request-answer", "desk", "farewell"},
}
"""The mails of which purposes each role is shown. All other staff are shown none."""
UNKNOWN = "check-of-its-own"
"""A purpose that no room has named is shown to no role."""


LIST = f"{DESK}outbox/outboxmail/"
CODE, LINK, WORD = "code", "link", "word"


def _body() -> dict[str, str]:
    """Return what a mail says: a code, a secret address and a word, on short lines of plain signs."""
    code = "".join(secrets.choice("23456789") for _ in range(12))
    return {CODE: code, LINK: secrets.token_hex(16), WORD: new_mark()}


@promise("security.against-misuse", look=Look.REHEARSAL)
def each_role_sees_the_mails_of_its_own_work_alone(site: RunningSite) -> Evidence:
    """A mail of each purpose is stored, and looked for by each kind of staff; none reads what it says."""
    purposes = {UNKNOWN}.union(*SEEN.values())
    with people_at_the_desk(site) as (_, staff):
        staff["staff with every right"] = played_member(site, [], is_superuser=True)
        seen = {**SEEN, "staff with every right": purposes}
        words, bodies, rows = {purpose: new_mark() for purpose in purposes}, {}, {}
        for purpose, word in words.items():
            to, headers = [f"{word}@example.com"], {"X-Purpose": purpose}
            bodies[purpose] = _body()
            EmailMessage(word, "\n".join(bodies[purpose].values()), to=to, headers=headers).send()
            rows[purpose] = OutboxMail.objects.get(subject=word)
        OutboxMail.objects.filter(subject__in=words.values()).update(parked_at=timezone.now())
        for who, visitor in staff.items():
            _no_act_shows_others(who, visitor, rows, seen.get(who, frozenset()))
            for purpose, word in words.items():
                # The list repeats what was searched for.
                page = visitor.get(f"{LIST}?purpose={purpose}")
                may = purpose in seen.get(who, frozenset())
                require(
                    (word in page.text) is may, f"{who}: mails of the purpose {purpose}, not {may}"
                )
                _is_found_by_those_alone(who, visitor, rows[purpose], may=may)
                if may:
                    _says_nothing(who, visitor, rows[purpose], bodies[purpose], page)
    return Evidence(
        "Played through for this check, each role saw which mails had been sent for its own work, "
        "and none about privacy requests beside the officers; nobody read what a mail said.",
        {"purposes": len(purposes), "kinds of staff": len(staff)},
    )


def _is_found_by_those_alone(who: str, visitor: Visitor, mail: OutboxMail, *, may: bool) -> None:
    """Require it of the mail however it is looked for, by each question that the list answers."""
    own = f"{LIST}{mail.pk}/"
    for asked in (f"q={mail.subject}", "state=parked", "all=1", "o=-1"):
        found = own in visitor.get(f"{LIST}?{asked}").text
        require(found is may, f"{who} finds a mail of the purpose {mail.purpose} by {asked}")


def _no_act_shows_others(
    who: str, visitor: Visitor, rows: Mapping[str, OutboxMail], may: AbstractSet[str]
) -> None:
    """Require that nobody opens, or chooses by a form of their own, a mail that is not shown to them."""
    listed = visitor.get(LIST)
    others = [mail for purpose, mail in rows.items() if purpose not in may]
    if listed.status != 200 or not others:
        return
    tried = [_try_again(listed, *others), {**_try_again(listed, *others), "select_across": "1"}]
    answers = [visitor.post(LIST, data) for data in tried]
    for mail in others:
        answers += [visitor.get(f"{LIST}{mail.pk}/{page}/") for page in ("change", "history")]
    for answer in answers:
        told = [mail.purpose for mail in others if mail.subject in answer.text]
        require(not told, f"{answer.path} shows {who} a mail of the purpose {told[:1]}")


def _try_again(listed: Answer, *mails: OutboxMail) -> dict[str, Any]:
    """Return what the list sends for the one thing that can be done with mails."""
    tokens = [
        box.get("value")
        for box in listed.page.all("input")
        if box.get("name") == "csrfmiddlewaretoken"
    ]
    return {
        "csrfmiddlewaretoken": tokens[0] if tokens else "",
        "action": "try_again",
        "_selected_action": [str(mail.pk) for mail in mails],
    }


def _says_nothing(
    who: str, visitor: Visitor, mail: OutboxMail, body: Mapping[str, str], listed: Answer
) -> None:
    """Require that no page of a waiting mail tells of its text, nor is it found by what it says."""
    pages = [
        listed,
        visitor.get(f"{LIST}{mail.pk}/change/"),
        visitor.get(f"{LIST}{mail.pk}/history/"),
        visitor.post(LIST, _try_again(listed, mail)),
    ]
    for page in pages:
        require(page.status == 200, f"{who} finds no page of a mail but {page.status}")
        told = [what for what, word in body.items() if word in page.text]
        require(not told, f"{page.path} shows {who} the text of a mail, and in it a {told[:1]}")
    found = visitor.get(f"{LIST}?q={body[CODE]}").text
    require(mail.subject not in found, f"{who} finds a mail by a code that stands in it")
