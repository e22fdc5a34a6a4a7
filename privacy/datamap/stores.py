"""The places that are no tables: how each is searched and erased, or why it cannot be."""

import base64
from collections.abc import Iterator
from typing import Any

from django.core.cache import caches
from django.db import connection

from privacy.datamap.ledger import BACKUP_LIFE
from privacy.datamap.periods import Period
from privacy.datamap.registry import ASK_US, Keep, Store, activity, register_store
from privacy.datamap.subjects import Subject
from privacy.datamap.terms import Category, OnErase, People, Purpose, Recipient, Source
from sens_site.lib.cache.rehearsal_cache import RehearsalCache
from sens_site.lib.cache.served_cache import ServedCache
from sens_site.lib.email_address import found_in

SAFETY = activity(
    "safety",
    title="Keeping the site up and attacks away",
    purpose=Purpose.SECURITY,
    people=(People.VISITORS, People.CUSTOMERS),
    source=Source.YOUR_USE,
)
CONSENT = activity(
    "cookie-choice",
    title="Remembering what you decided about cookies",
    purpose=Purpose.PREFERENCES,
    people=(People.VISITORS, People.CUSTOMERS),
    source=Source.YOU,
)
ANALYTICS = activity(
    "analytics",
    title="Website analytics, only after you allowed it",
    purpose=Purpose.PREFERENCES,
    people=(People.VISITORS,),
    source=Source.YOUR_USE,
    recipients=(Recipient.ANALYTICS_VENDORS,),
)
ADVERTISING = activity(
    "advertising",
    title="Advertising elsewhere, only after you allowed it",
    purpose=Purpose.PROMOTION,
    people=(People.VISITORS,),
    source=Source.YOUR_USE,
    recipients=(Recipient.MARKETING_VENDORS,),
)
ANSWERING = activity(
    "product-support",
    title="Answering technical questions that come as messages",
    purpose=Purpose.SUPPORT,
    people=(People.WRITERS,),
    source=Source.YOU,
)
PROMOTION = activity(
    "promotional-mail",
    title="Promotional email that you signed up for",
    purpose=Purpose.PROMOTION,
    people=(People.CUSTOMERS, People.SUBSCRIBERS),
    source=Source.YOU,
)
NOTICES = activity(
    "policy-notices",
    title="Notices of changes to the privacy policy",
    purpose=Purpose.POLICY_CHANGES,
    people=(People.CUSTOMERS, People.SUBSCRIBERS),
    source=Source.US,
)


def _server() -> Any:
    """Return the client of the cache server, or None where there is no server."""
    backend: Any = caches["default"]
    if not isinstance(backend, ServedCache):
        return None
    server: Any = backend.server
    return server._cache.get_client()  # noqa: SLF001 - Django has no way to list keys


def _table_name() -> str:
    backend: Any = caches["default"]
    return connection.ops.quote_name(backend._table)  # noqa: SLF001 - Django has no way to list keys


def cached_items() -> Iterator[tuple[str, bytes]]:
    """Yield each key of the shared cache with its value, as bytes that can be searched."""
    if isinstance(caches["default"], RehearsalCache):
        yield from caches["default"].held()
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT cache_key, value FROM {_table_name()}")  # noqa: S608 - our own setting
        for key, value in cursor.fetchall():
            yield key, base64.b64decode(value)
    client = _server()
    for key in client.scan_iter() if client else ():
        yield key.decode(), client.get(key) or b""


def _cached_about(subject: Subject) -> list[str]:
    return [
        key
        for key, value in cached_items()
        for text in (f"{key}\n{value.decode(errors='replace')}",)
        if any(found_in(name, text) for name in subject.names)
    ]


def erase_cached(subject: Subject) -> int:
    """Delete what the shared cache holds with one of the person's addresses in it."""
    keys = _cached_about(subject)
    if keys and isinstance(caches["default"], RehearsalCache):
        caches["default"].drop(keys)
    elif keys:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"DELETE FROM {_table_name()} WHERE cache_key = %s",  # noqa: S608 - our own setting
                [(key,) for key in keys],
            )
        if client := _server():
            client.delete(*keys)
    return len(keys)


register_store(
    Store(
        name="cache",
        title="Short-lived notes of the server",
        holds="Counts of attempts, under hashes of addresses.",
        keep=Keep("retention.access-logs", Period(days=30), at_most=True),
        reason="",
        on_erase=OnErase.DELETE,
        activity=SAFETY,
        categories=(Category.DEVICE,),
        find=lambda subject: len(_cached_about(subject)),
        erase=erase_cached,
        samples=lambda: (key.encode() + b"\0" + value for key, value in cached_items()),
    )
)
register_store(
    Store(
        name="access-logs",
        title="Access logs",
        holds="Which page was asked for and when, with a shortened address.",
        keep=Keep("retention.access-logs", Period(days=30), at_most=True),
        reason="They name nobody, so nobody can be found in them.",
        on_erase=OnErase.KEEP,
        activity=SAFETY,
        categories=(Category.DEVICE, Category.USAGE),
    )
)
register_store(
    Store(
        name="backups",
        title="Backups",
        holds="Encrypted copies of the database and of the files beside it.",
        keep=Keep("retention.backups", BACKUP_LIFE, at_most=True),
        reason="Backups are not edited. If one is restored, you are erased again.",
        on_erase=OnErase.KEEP,
        activity=SAFETY,
        categories=(Category.ACCOUNT, Category.CONTACT),
    )
)
register_store(
    Store(
        name="ledger",
        title="Erasure ledger",
        holds="A keyed hash and the time of each erasure, outside the database.",
        keep=Keep("retention.backups", BACKUP_LIFE),
        reason="With it, a restored backup is erased again.",
        on_erase=OnErase.KEEP,
        activity=SAFETY,
        categories=(Category.ERASURE,),
    )
)
register_store(
    Store(
        name="cookies",
        title="Cookies in your browser",
        holds="Your answer about cookies; that you are logged in.",
        keep=Keep("retention.account", said="while you keep it"),
        reason="They are in your browser, where you can delete them.",
        on_erase=OnErase.KEEP,
        ours=False,
        activity=CONSENT,
        categories=(Category.CONSENT,),
    )
)
register_store(
    Store(
        name="analytics-vendors",
        title="Website analytics vendors",
        holds="How you used the site, if you allowed analytics cookies.",
        keep=Keep("retention.other-records", said=ASK_US),
        reason="Held by the vendor without your name; withdrawing your consent ends it.",
        on_erase=OnErase.KEEP,
        ours=False,
        activity=ANALYTICS,
        categories=(Category.USAGE, Category.DEVICE),
    )
)
register_store(
    Store(
        name="marketing-vendors",
        title="Marketing vendors",
        holds="That you visited the site, if you allowed marketing cookies.",
        keep=Keep("retention.other-records", said=ASK_US),
        reason="Held by the vendor without your name; withdrawing your consent ends it.",
        on_erase=OnErase.KEEP,
        ours=False,
        activity=ADVERTISING,
        categories=(Category.USAGE, Category.MARKETING),
    )
)
