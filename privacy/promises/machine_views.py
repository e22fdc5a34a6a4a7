"""The promises for machines: how each stands, what has changed, and the chain of all runs."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import promise_ids
from privacy.promises.claim_states import Row, rows_of
from privacy.promises.claims import all_claims
from privacy.promises.days import Change, Stood, read_history
from privacy.promises.history import history_head
from privacy.promises.models import PromiseResult, PromiseRun
from sens_site.lib.atom_feed import AtomFeed
from sens_site.lib.http.cache_control import shared_page

SCRIPT = Path(__file__).parent / "outside" / "verify.py"
PYTHON = "text/x-python; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
FEED_SIZE = 100
# The year from which the policy has a record; part of the ids of feed entries, and so for ever.
RECORD_SINCE = 2020


@require_safe
@shared_page
def promises_json(request: HttpRequest) -> HttpResponse:
    """Give all promises of the policy in force: what each look saw, and each day but the kept."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    if version is None:
        raise Http404
    size, head = history_head()
    data = {
        "version": version.number,
        "time_zone": settings.TIME_ZONE,
        "runs": {"count": size, "head": head},
        "promises": [
            _entry(row) for row in rows_of(promise_ids(version.source_text), read_history())
        ],
    }
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_safe
@shared_page
def feed(request: HttpRequest) -> HttpResponse:
    """Give the newest breaks and mendings as an Atom feed whose entries never change.

    The last entry says since when there are any, so that an empty feed needs no clock.
    """
    first = PromiseRun.objects.values_list("at", flat=True).first()
    if first is None:
        raise Http404
    history, origin = read_history(), settings.SITE_ORIGIN
    atom = AtomFeed(
        title=f"Promises of the privacy policy: {settings.SITE_HOST}",
        description="Each promise that was found broken, and each that was mended.",
        link=origin + reverse("promises:promises"),
        feed_url=origin + reverse("promises:feed"),
        feed_guid=_tag("promises"),
        language="en-us",
    )
    for change in history.changes[: -FEED_SIZE - 1 : -1]:
        claim = all_claims().get(change.claim_id)
        atom.add_item(
            title=f"{change.turn.capitalize()}: {claim.claim if claim else change.claim_id}",
            link=origin + _page_of(change),
            description="\n".join(change.words) or f"Run {change.run} found this.",
            unique_id=_tag(f"promises/{change.run}/{change.claim_id}"),
            pubdate=change.at,
            updateddate=change.at,
        )
    atom.add_item(
        title="The checks began",
        link=origin + reverse("promises:promises"),
        description="From here on each break of a promise and each mending is an entry.",
        unique_id=_tag("promises/0"),
        pubdate=first,
        updateddate=first,
    )
    return HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


@require_safe
@shared_page
def log(request: HttpRequest) -> HttpResponse:
    """Give the hashes of all runs, oldest first: who keeps a copy can prove any later change."""
    runs = PromiseRun.objects.values_list("number", "at", "hash")
    lines = "".join(
        f"promises {number} {at:%Y-%m-%dT%H:%M:%SZ} sha256 {digest}\n"
        for number, at, digest in runs
    )
    return HttpResponse(lines, content_type=TEXT)


@require_safe
@shared_page
def run_json(request: HttpRequest, number: int) -> HttpResponse:
    """Give the record of a run in the bytes that were hashed."""
    record = PromiseRun.objects.filter(number=number).values_list("record", flat=True).first()
    if record is None:
        raise Http404
    return HttpResponse(record, content_type="application/json")


@require_safe
@shared_page
def verifier(request: HttpRequest) -> HttpResponse:
    """Give the script with which anybody can look at the site from outside."""
    return HttpResponse(SCRIPT.read_bytes(), content_type=PYTHON)


def _entry(row: Row) -> dict[str, Any]:
    return {
        "id": row.claim.id,
        "number": row.claim.number,
        "class": row.claim.kind,
        "claim": row.claim.claim,
        "page": settings.SITE_ORIGIN + reverse("promises:promise", args=[row.claim.number]),
        "state": row.state,
        "results": [_result(one) for one in row.results],
        "days": _days(row),
    }


def _result(result: PromiseResult) -> dict[str, Any]:
    return {
        "look": result.look,
        "strength": result.strength,
        "state": result.state,
        "words": result.words,
        "figures": result.figures,
        "checked_at": result.checked_at.isoformat(timespec="seconds"),
        "broken_since": result.broken_since and result.broken_since.isoformat(timespec="seconds"),
    }


def _days(row: Row) -> dict[str, Any] | None:
    """Return the days but the kept ones; a broken one with its minutes, null while it is broken."""
    days = row.days
    if days is None:
        return None
    kept, count = days.count(row.until)
    others = []
    for day, stood in sorted(days.stood.items()):
        other: dict[str, Any] = {"day": day.isoformat(), "state": stood}
        if stood is Stood.BROKEN:
            length = days.broken_for(day)
            other["minutes"] = None if length is None else int(length.total_seconds()) // 60
        others.append(other)
    return {
        "since": days.first.isoformat(),
        "last_looked_at": days.last.isoformat(),
        "kept": kept,
        "of": count,
        "others": others,
    }


def _page_of(change: Change) -> str:
    claim = all_claims().get(change.claim_id)
    if claim is None:
        return reverse("promises:promises")
    return reverse("promises:promise", args=[claim.number])


def _tag(path: str) -> str:
    return f"tag:{settings.SITE_HOST},{RECORD_SINCE}:{path}"
