"""The state of orders: a list that the company loads, of which each customer sees their own.

The site has no orders of its own. Of the list it keeps only what is addressed to a confirmed address
of an account: nobody else could see it here, and who was erased does not come back with the next
list.
"""

import csv
import io
import urllib.request
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from contact.departments import DETAIL_MAX
from contact.order_models import OrderState
from outbox.job_runs import note_done
from privacy.datamap.subjects import identity
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.email_address import AddressError, canonical
from sens_site.lib.forms.text_guard import is_unseen

ORDERS_LOADED = "orders: list loaded"
NEEDED = ("order_number", "email", "state")
DAYS = ("ordered_on", "ships_on", "shipped_on")
MOST_BYTES = 20 * 1024 * 1024
MOST_FAULTS = 10
SECONDS = 20
"""How long another machine may let us wait. Only the worker waits, in a process of its own."""


class OrdersError(Exception):
    """The list is not taken, and what was known stays. The message names lines, and nobody."""


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere, where the token would go along."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: the answer then counts as an error."""
        return


def fetch_orders() -> int:
    """Load the list from where the company keeps it. Returns how many rows are kept."""
    if not settings.ORDER_STATUS_URL:
        return 0
    headers = {"Accept": "text/csv"}
    if settings.ORDER_STATUS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.ORDER_STATUS_TOKEN}"
    request = urllib.request.Request(settings.ORDER_STATUS_URL, headers=headers)  # noqa: S310 - settings take https alone
    try:
        with urllib.request.build_opener(NoRedirects).open(request, timeout=SECONDS) as answer:
            content = answer.read(MOST_BYTES + 1)
    except OSError as error:
        raise OrdersError(
            f"The list of orders cannot be fetched: {type(error).__name__}."
        ) from None
    return load_orders(content)


def load_orders(content: bytes) -> int:
    """Put a whole list in the place of the one before, or refuse it whole."""
    if len(content) > MOST_BYTES:
        raise OrdersError("The list of orders is larger than 20 MB.")
    try:
        lines = io.StringIO(content.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError:
        raise OrdersError("The list of orders is not UTF-8 text.") from None
    now = timezone.now()
    rows = [OrderState(listed_at=now, **one) for one in _rows(csv.DictReader(lines))]
    known: dict[str, bool] = {}
    for row in rows:
        if row.email not in known:
            known[row.email] = identity().by_address(row.email) is not None
    kept = [row for row in rows if known[row.email]]
    with transaction.atomic():
        OrderState.objects.all().delete()
        OrderState.objects.bulk_create(kept, batch_size=500)
        note_done(ORDERS_LOADED)
        content_changed()
    return len(kept)


def _rows(reader: "csv.DictReader[str]") -> Iterator[dict[str, Any]]:
    """Yield each order once for each address. Raises OrdersError with the first faults at once."""
    try:
        lacking = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if lacking:
            raise OrdersError(f"The first line lacks {', '.join(lacking)}.")
        faults: list[str] = []
        seen: set[tuple[str, str]] = set()
        for line in reader:
            try:
                row = _row(line)
            except ValueError as error:
                faults.append(f"Line {reader.line_num}: {error}")
                if len(faults) == MOST_FAULTS:
                    break
                continue
            if (row["email"], row["order_number"]) in seen:
                faults.append(f"Line {reader.line_num}: the order stands there twice.")
            seen.add((row["email"], row["order_number"]))
            yield row
    except csv.Error as error:
        raise OrdersError(f"What follows line {reader.line_num} is no CSV.") from error
    if faults:
        raise OrdersError(" ".join(faults))


def _row(line: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {name: _words(line, name) for name in ("order_number", "state")}
    try:
        row["email"] = canonical(line["email"] or "")
    except AddressError:
        raise ValueError("email is no email address.") from None
    for name in DAYS:
        said = (line.get(name) or "").strip()
        try:
            row[name] = date.fromisoformat(said) if said else None
        except ValueError:
            raise ValueError(f"{name} is no day like 2026-03-31.") from None
    return row


def _words(line: dict[str, Any], name: str) -> str:
    said = (line[name] or "").strip()
    if not said or len(said) > DETAIL_MAX or any(is_unseen(one) for one in said.replace(" ", "")):
        raise ValueError(f"{name} is no line of 1 to {DETAIL_MAX} characters.")
    return said
