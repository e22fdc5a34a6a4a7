"""Promises about what a copy says of each of its items: what for, from where, to whom, how long."""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from weakref import WeakKeyDictionary

from django.utils.html import escape

from privacy.datamap.export import MANIFEST, PAGE
from privacy.datamap.promises.export_and_erasure import archive_of
from privacy.datamap.promises.played_people import Played
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

PURPOSES = {
    "account.EmailAddress": "To give you the account, the files and the information that you ask for",
    "accounts.Session": "To keep the site and its accounts safe and working",
    "accounts.User": "To give you the account, the files and the information that you ask for",
    "consent.ConsentReceipt": "To show the site in the way you chose",
    "contact.ContactMessage": "To answer what you write to us",
    "rights.SubjectRequest": "To answer privacy requests in time",
    "visits.PageView": "To show the site in the way you chose",
}
USES = (
    "To give you the account, the files and the information that you ask for",
    "To answer what you write to us",
    "To look into questions or problems with our products",
    "To send news and promotional messages that you signed up for",
    "To tell you when the privacy policy changes in a material way",
    "To show the site in the way you chose",
    "To keep the site and its accounts safe and working",
    "To answer privacy requests in time",
    "To prove what was agreed, asked or erased",
)
SOURCES = {
    "accounts.User": "You, in a form on this site",
    "contact.ContactMessage": "You, in a form on this site",
    "outbox.OutboxMail": "Us, while we handle your matter",
    "rights.SubjectRequest": "You, in a form on this site",
    "visits.PageView": "Your use of this site",
}
WHERE_FROM = (
    "You, in a form on this site", "Your use of this site", "Us, while we handle your matter",
)  # fmt: skip
ON_THE_PAGE = ("purpose", "retention")
"""What stands below the name of an item where people read the copy."""
PROVIDERS = "Service providers that run our servers and deliver our email"
KEPT = {
    "accounts.User": ["while you keep it"],
    "consent.ConsentReceipt": ["three years after the consent ends"],
    "contact.ContactMessage": ["24 months after the matter is closed"],
    "contact.MessageNote": ["24 months after the matter is closed"],
    "contact.MessagePhoto": ["24 months after the matter is closed"],
    "contact.MessageReply": ["24 months after the matter is closed"],
    "outbox.OutboxMail": ["14 days"],
    "rights.RequestEvent": ["36 months after closing"],
    "rights.RequestNote": ["12 months after closing"],
    "rights.SubjectRequest": ["12 months after closing", "36 months after closing"],
    "visits.PageView": ["30 days"],
}
"""The periods of the policy, as the copy has to say them."""
_copied: "WeakKeyDictionary[RunningSite, list[dict[str, Any]]]" = WeakKeyDictionary()


def items_of(site: RunningSite) -> list[dict[str, Any]]:
    """Return what the copy of a made-up person says of each item: to machines, and on its page.

    Made once a run: what is said of an item is asked of the same copy each time.
    """
    if site not in _copied:
        _copied[site] = _items_of_a_copy(site)
    return _copied[site]


def _items_of_a_copy(site: RunningSite) -> list[dict[str, Any]]:
    with site.rehearsal():
        archive = archive_of(Played(site).subject)
    items: list[dict[str, Any]] = json.loads(archive[MANIFEST])["items"]
    require(items, "the copy says nothing of its items")
    told = dict(re.findall(r"<h2>(.*?)</h2><p>(.*?)</p>", archive[PAGE]))
    return [{**one, PAGE: unescape(told.get(escape(one["title"]), ""))} for one in items]


def says_of_every_item(
    site: RunningSite, key: str, words: str, named: Mapping[str, Any], known: tuple[str, ...] = ()
) -> Evidence:
    """Require that the copy says one thing of each item, and of some what the policy says."""
    items = items_of(site)
    for item in items:
        said, title = item.get(key), item["title"]
        require(said, f"the copy does not say {words} of “{title}”")
        fits = not known or said in known
        expected = named.get(item["table"], said)
        require(fits and said == expected, f"the copy says “{said}” of “{title}”")
        if key in ON_THE_PAGE:
            parts: list[str] = [said] if isinstance(said, str) else said or []
            read = all(one in item[PAGE] for one in parts)
            require(read, f"the page of the copy does not say {words} of “{title}”")
    return Evidence(
        f"Played through for this check, a copy said {words} for every item.",
        {"items": len(items)},
    )


@promise("rights.purposes", look=Look.REHEARSAL)
def the_copy_says_what_for(site: RunningSite) -> Evidence:
    """Purposes."""
    return says_of_every_item(site, "purpose", "what it is used for", PURPOSES, USES)


@promise("rights.source", look=Look.REHEARSAL)
def the_copy_says_where_from(site: RunningSite) -> Evidence:
    """Sources."""
    return says_of_every_item(site, "source", "where we got it", SOURCES, WHERE_FROM)


@promise("rights.recipients", look=Look.REHEARSAL)
def the_copy_says_who_receives_it(site: RunningSite) -> Evidence:
    """Recipients: the servers and the mail are run by others, whatever the item."""
    evidence = says_of_every_item(site, "recipients", "who may receive it", {})
    for item in items_of(site):
        require(PROVIDERS in item["recipients"], f"“{item['title']}” names no service provider")
    return evidence


@promise("rights.retention", look=Look.REHEARSAL)
def the_copy_says_how_long(site: RunningSite) -> Evidence:
    """Periods, as the policy has them."""
    return says_of_every_item(site, "retention", "how long it is kept", KEPT)
