"""Promises about who sees that a mail was sent: its subject and its recipient tell of somebody.

Expected values are written out here, from the document on messages, and never read from the code
that registers purposes.
"""

from collections.abc import Mapping

from django.core.mail import EmailMessage

from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.access import DESK, new_mark, people_at_the_desk

EVERYBODYS = frozenset({"service", "notice"})
SEEN: Mapping[str, frozenset[str]] = {
    "Webmaster": EVERYBODYS | {"message"},
    "Privacy officer": EVERYBODYS | {"request", "request-answer", "desk", "farewell"},
}
"""The mails of which purposes each role is shown. All other staff are shown none."""
UNKNOWN = "check-of-its-own"
"""A purpose that no room has named is shown to no role."""


@promise("security.against-misuse", look=Look.REHEARSAL)
def each_role_sees_the_mails_of_its_own_work_alone(site: RunningSite) -> Evidence:
    """A mail of each purpose is stored, and looked for by each kind of staff."""
    purposes = {UNKNOWN}.union(*SEEN.values())
    with people_at_the_desk(site) as (_, staff):
        words = {purpose: new_mark() for purpose in purposes}
        for purpose, word in words.items():
            to, headers = [f"{word}@example.com"], {"X-Purpose": purpose}
            EmailMessage(word, "Rolled back.", to=to, headers=headers).send()
        for who, visitor in staff.items():
            for purpose, word in words.items():
                # The list repeats what was searched for.
                page = visitor.get(f"{DESK}outbox/outboxmail/?purpose={purpose}").text
                may = purpose in SEEN.get(who, frozenset())
                require((word in page) is may, f"{who}: mails of the purpose {purpose}, not {may}")
    return Evidence(
        "Played through for this check, each role saw which mails had been sent for its own work, "
        "and none about privacy requests beside the officers.",
        {"purposes": len(purposes), "kinds of staff": len(staff)},
    )
