"""Looks into the database of the server that the browser speaks to."""

import re
from email import message_from_bytes, policy

from django.db import connection

from outbox.models import OutboxMail
from outbox.worker import Worker

# The shared cache holds no records; how often a choice was made in a day is a number about nobody.
ABOUT_NOBODY = {"shared_cache", "consent_dailychoice"}


def count_all() -> dict[str, int]:
    """Return how many rows each table has that could be about somebody."""
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor)) - ABOUT_NOBODY
        result = {}
        for name in sorted(names):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608 - a table's own name
            result[name] = cursor.fetchone()[0]
    return result


def tables_that_hold(text: str) -> list[str]:
    """Return the tables in which any column of any row holds the text, in any case."""
    found = []
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608 - a table's own name
            if any(text.lower() in str(row).lower() for row in cursor.fetchall()):
                found.append(name)
    return found


def mails_to(address: str) -> list[OutboxMail]:
    """Return the stored mails to an address, oldest first."""
    return list(OutboxMail.objects.filter(recipient__iexact=address).order_by("pk"))


def text_of(mail: OutboxMail) -> str:
    """Return a mail's text as its reader sees it."""
    parsed = message_from_bytes(bytes(mail.message), policy=policy.default)
    body = parsed.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def link_in(mail: OutboxMail) -> str:
    """Return the one link of a mail."""
    links = re.findall(r"https?://\S+/accounts/\S+", text_of(mail))
    assert len(links) == 1, links
    link: str = links[0]
    return link


def send_waiting_mails() -> None:
    """Do once what the worker does all day."""
    Worker([]).deliver()
