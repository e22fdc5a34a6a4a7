"""More rows than any page shows at once, in each state there is, all of one person; and of another.

A page that leaves out what is spam, what is old, or what comes after the fifth shows its person less
than is held. `own_account` looks whether each of them is shown, as the pages lead on, and none of
the same kinds that is somebody else's.
"""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from privacy.promises.registry import require
from privacy.promises.running_site import Visitor
from sens_site.lib.cache.fragment_cache import forget_fragments

MANY = 123
"""More than a page has room for, and no round number."""
SOME = 13
MARK = "check"
"""How words begin that stand nowhere else. Others, such as the name of a version, are of everybody."""
OLDEST = timedelta(days=700)
MESSAGES, DATA, ORDERS = "/contact/messages/", "/accounts/data/", "/contact/order-status/"
OF_ONE = (MESSAGES, DATA, ORDERS, "/newsletter/yours/")
"""Pages on which a customer finds what is held under an address."""
MOST_PAGES = 2 * MANY


def pages_of_one() -> tuple[str, ...]:
    """Return those of them that the site has: not every company lists its orders."""
    listed = any(one.path == ORDERS for one in settings.COMPANY.departments)
    return tuple(path for path in OF_ONE if listed or path != ORDERS)


def everything_is_shown(user: User, visitor: Visitor) -> int:
    """Store rows of each kind that has a page, and require each there; return how many. In a rehearsal."""
    kinds: dict[str, Callable[[User], Iterator[str]]] = {
        MESSAGES: _messages, DATA: _on_the_page_of_all, ORDERS: _orders,
    }  # fmt: skip
    number, name = 0, _word()
    other = User.objects.create_user(username=name, email=f"{name}@example.com")
    for path, stored in ((path, kinds[path]) for path in pages_of_one() if path in kinds):
        words, theirs = list(stored(user)), [word for word in stored(other) if MARK in word]
        forget_fragments()  # in one of them it stands whether there is a list of orders
        shown = "\n".join(_pages_from(path, visitor))
        unseen = [word for word in words if word not in shown]
        require(not unseen, f"{path} does not show {len(unseen)} of {len(words)} things held")
        foreign = [word for word in theirs if word in shown]
        require(
            not foreign, f"{path} shows {len(foreign)} of {len(theirs)} things of somebody else"
        )
        number += len(words)
    return number


def _pages_from(path: str, visitor: Visitor) -> Iterator[str]:
    """Yield the words of a list, page by page, as each leads to the next."""
    waiting, seen = [path], {path}
    while waiting and len(seen) < MOST_PAGES:
        here = waiting.pop()
        answer = visitor.get(here)
        require(answer.status == 200, f"{here} answers {answer.status} to its person")
        yield answer.page.text
        more = {f"{path}{link}" for link in answer.page.links if link.startswith("?page=")} - seen
        seen |= more
        waiting += sorted(more)


def _moments() -> Iterator[datetime]:
    """Yield times from today to almost two years ago."""
    now = timezone.now()
    return (now - OLDEST * number / MANY for number in range(MANY))


def _word() -> str:
    return f"{MARK}{secrets.token_hex(6)}"


def _messages(user: User) -> Iterator[str]:
    """Store messages to each department, in each state, with each reason for being held."""
    now, message = timezone.now(), apps.get_model("contact", "ContactMessage")
    topics = [one.topic for one in settings.COMPANY.departments if one.fields is not None]
    first = message.objects.filter(email=user.email).values_list("pk", flat=True).first()
    states: tuple[dict[str, Any], ...] = (
        {"state": "waiting"},
        {"state": "answered", "answered_at": now},
        {"state": "spam"},
        *({"state": "spam", "quarantined_because": why} for why in ("honeypot", "limit", "links")),
        {"duplicate_of_id": first},
        {"wants_contact": True, "acknowledged_at": now},
        {"alarmed_at": now, "remind_on": timezone.localdate(), "announced_at": now},
        {"assigned_to": user, "being_answered_by": user, "being_answered_until": now},
    )
    # So many of one as there are of the other, or each state met the same department again.
    of_each = zip(_moments(), cycle(states), cycle([*topics, "webmaster", "closed"]))
    rows = message.objects.bulk_create(
        message(
            name=user.username, email=user.email, message=_word(), received_at=at,
            topic=topic, fingerprint=secrets.token_hex(32), **state,
        )
        for at, state, topic in of_each
    )  # fmt: skip
    for row in rows:
        yield row.message
        yield row.reference


def _on_the_page_of_all(user: User) -> Iterator[str]:
    """Store downloads, followed documents, addresses, newsletters, devices and second factors."""
    yield from _downloads(user)
    for state in (True, False):
        yield from _addresses(user, verified=state)
    now = timezone.now()
    for number in range(SOME):
        device = _word()
        apps.get_model("accounts", "Session")._base_manager.create(
            session_key=_word(), session_data="", user=user, device=device,
            expire_date=now + timedelta(days=1), signed_in_at=now - timedelta(days=number),
            last_used_at=now - timedelta(days=number),
        )  # fmt: skip
        yield device
    for kind, words in (("totp", "Authenticator app"), ("webauthn", "Passkey"),
                        ("recovery_codes", "Recovery codes")):  # fmt: skip
        apps.get_model("mfa", "Authenticator").objects.create(user=user, type=kind, data={})
        yield words
    given = apps.get_model("accounts", "PolicyAcceptance").objects
    # Where there is one version of each, it was shown at the registration.
    versions = apps.get_model("policy", "PolicyVersion").objects.order_by("policy", "number")
    others = versions.exclude(pk__in=given.filter(user=user).values("version"))
    for kind, version in zip(("accepted", "shown"), others, strict=False):
        given.create(user=user, version=version, kind=kind)
    for one in given.filter(user=user).select_related("version"):
        yield f"version {one.version.number}, {one.kind} on"


def _downloads(user: User) -> Iterator[str]:
    """Let somebody have fetched versions in each state, of each kind, and follow other documents."""
    document, version = (apps.get_model("downloads", n) for n in ("Document", "DocumentVersion"))
    kinds = [key for key, _ in document._meta.get_field("kind").flatchoices]
    gates = [*((kind, "everyone") for kind in kinds), ("cad", "registered")]
    documents, followed = (
        document.objects.bulk_create(
            document(number=_word(), title=_word(), kind=kind, access=access)
            for kind, access in gates
        )
        for _ in range(2)
    )
    withdrawn: dict[str, Any] = {"withdrawn_at": timezone.now(), "withdrawn_reason": "A check."}
    versions = version.objects.bulk_create(
        version(
            document=one, label=_word(), file_name="check.pdf", size=1, sha256="0" * 64,
            content_type="application/pdf", publish_at=at, **more,
        )
        for at, one, more in zip(_moments(), cycle(documents), cycle(({}, withdrawn)))
    )  # fmt: skip
    record, watch = (apps.get_model("downloads", name) for name in ("DownloadRecord", "Watch"))
    record.objects.bulk_create(record(user=user, version=v, at=v.publish_at) for v in versions)
    watch.objects.bulk_create(watch(user=user, document=one) for one in followed)
    yield from (row.label for row in versions)
    yield from (one.title for one in followed)


def _addresses(user: User, *, verified: bool) -> Iterator[str]:
    """Add addresses; each that is confirmed has the newsletter."""
    address, reader = (
        apps.get_model("account", "EmailAddress"),
        apps.get_model("newsletter", "Subscriber"),
    )
    for _ in range(SOME):
        email = f"{_word()}@example.com"
        address.objects.create(user=user, email=email, verified=verified)
        if verified:
            now = timezone.now()
            reader.objects.create(
                email=email, state="confirmed", confirmed_at=now, confirmed_by="link"
            )
        yield f"{email} gets" if verified else email


def _orders(user: User) -> Iterator[str]:
    """Store orders in words of any kind, with and without days."""
    order, today = apps.get_model("contact", "OrderState"), timezone.localdate()
    days: tuple[dict[str, Any], ...] = ({}, {"ordered_on": today}, {"shipped_on": today})
    rows = order.objects.bulk_create(
        order(order_number=_word(), email=user.email, state=_word(), **more)
        for _, more in zip(range(MANY), cycle(days))
    )
    for row in rows:
        yield row.order_number
        yield row.state
