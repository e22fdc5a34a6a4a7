"""The promises as readers see them: all by section, and each by itself."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import promise_ids
from privacy.promises.claim_states import BROKEN, KEPT, STATES, last_checked, rows_of, totals_of
from privacy.promises.claims import CLASSES, SECTIONS, claims_by_number
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.http.cache_control import shared_page


@require_safe
@shared_page
@alike_for_members
def promise_board(request: HttpRequest) -> HttpResponse:
    """List the promises of the policy in force by section, with totals and a filter."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    if version is None:
        raise Http404
    state, kind = request.GET.get("state", ""), request.GET.get("class", "")
    if (state and state not in STATES) or (kind and kind not in CLASSES):
        raise Http404
    rows = rows_of(promise_ids(version.source_text))
    shown = [
        row
        for row in rows
        if (not state or row.state == state) and (not kind or row.claim.kind == kind)
    ]
    order = list(SECTIONS)
    totals = totals_of(rows)
    context = {
        "version": version,
        "rows": sorted(shown, key=lambda row: order.index(row.claim.section)),
        "shown": len(shown),
        "total": len(rows),
        "checked": totals[KEPT] + totals[BROKEN],
        "checked_at": last_checked(rows),
        "totals": [(key, STATES[key], count) for key, count in totals.items()],
        "classes": [
            (key, words, sum(row.claim.kind == key for row in rows))
            for key, words in CLASSES.items()
            if key != "O"
        ],
        "state": state,
        "kind": kind,
    }
    return render(request, "privacy/promises/board.html", context)


@require_safe
@shared_page
@alike_for_members
def promise_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show one promise: what it means in practice, the evidence, and when it was last checked."""
    claim = claims_by_number().get(number)
    if claim is None:
        raise Http404
    version = PolicyVersion.objects.in_force(PRIVACY)
    in_force = version is not None and claim.id in promise_ids(version.source_text)
    context = {"row": rows_of([claim.id])[0], "claim": claim, "in_force": in_force}
    return render(request, "privacy/promises/promise.html", context)
