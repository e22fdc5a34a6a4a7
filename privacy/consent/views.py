"""The cookies page, the one address at which a visitor decides, and the receipt of it."""

import json
import re
from typing import Any

from cookie_consent.util import set_cookie_dict_to_response
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from privacy.consent import services, withdrawal
from privacy.consent.choice import SHOWN, Choice
from privacy.consent.cookie_check import by_way_of_check
from privacy.consent.decision import ConsentDecision, decision_of
from privacy.consent.enforcement import allow
from privacy.consent.idempotency import act_id
from privacy.consent.offer.catalogue import RECEIPT_COOKIE, RECEIPT_PATH, embed_service
from privacy.consent.outcome import Outcome, outcome_of
from privacy.consent.own_page import from_own_page
from privacy.consent.questions import Row, rows_again, rows_of
from privacy.consent.receipt_check import number_in, report_on
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.safe_next import safe_path

GPC_SINCE = "2026-11-22"
MAX_TITLE_LENGTH = 200
SAVED = "cookies-saved"


@require_safe
@shared_page
def cookies_page(request: HttpRequest) -> HttpResponse:
    """Explain every group, show how it stands, and let the visitor decide."""
    decision = decision_of(request)
    return _page(request, decision, rows_of(decision))


def _page(
    request: HttpRequest, decision: ConsentDecision, rows: tuple[Row, ...], **more: Any
) -> HttpResponse:
    context = {
        "decision": decision,
        "required": decision.offer.required,
        "rows": rows,
        "next": reverse("consent:cookies"),
        "asked_here": True,
        **more,
    }
    status = more.get("status", 200)
    return render(request, "privacy/consent/cookies.html", context, status=status)


@require_POST
@from_own_page
def choose(request: HttpRequest) -> HttpResponse:
    """Record a decision about what the form showed, and go back to where it was made.

    Where the form can grant nothing, because the offer has changed since or because its answers do
    not go together, its refusals hold at once and the page comes back with what was typed.
    """
    before = decision_of(request)
    choice = Choice.read(request.POST, before)
    outcome = outcome_of(choice, before)
    if outcome.asks_again:
        response = _page(
            request,
            before,
            rows_again(outcome),
            next=choice.next,
            again=outcome,
            status=409 if choice.stale else 422,
        )
        if outcome.changes_nothing:
            return response
    else:
        location = by_way_of_check(request, with_notice(choice.next, SAVED))
        response = HttpResponse(status=303, headers={"Location": location})
    held = number_in(request.COOKIES.get(RECEIPT_COOKIE, ""))
    recorded = services.record_choice(outcome, receipt_id=act_id(request), held=held)
    set_cookie_dict_to_response(response, outcome.cookie)
    if recorded.receipt is not None:
        _hand_over(response, str(recorded.receipt))
    elif RECEIPT_COOKIE in request.COOKIES:
        response.delete_cookie(RECEIPT_COOKIE, path=RECEIPT_PATH, samesite="Strict")
    _end(request, response, outcome)
    return response


def _end(request: HttpRequest, response: HttpResponse, outcome: Outcome) -> None:
    """Have the browser and the rooms forget what is no longer allowed.

    Every answer empties the cache, so that Back shows no page from before it: none with a tag that
    is still alive, and none that asks again what has been answered.
    """
    found = withdrawal.forget(request, response, outcome.services)
    withdrawal.forget_rows(request, response, outcome.ended | found.keys())
    kinds = [withdrawal.CACHE]
    if outcome.withdrawn or found:
        kinds.append(withdrawal.STORAGE)
    withdrawal.clear_site_data(response, *kinds)


@require_safe
def empty_cache(request: HttpRequest) -> HttpResponse:
    """An empty style sheet of the page after a choice, which has the browser forget older pages.

    The answer to the form empties the cache too, but the page with the form enters it only when
    the next one is shown. Without this, Back would ask again what has been answered.
    """
    response = HttpResponse(content_type="text/css")
    withdrawal.clear_site_data(response, withdrawal.CACHE)
    return response


def _hand_over(response: HttpResponse, receipt: str) -> None:
    response.set_cookie(
        RECEIPT_COOKIE,
        receipt,
        max_age=settings.COOKIE_CONSENT_MAX_AGE,
        path=RECEIPT_PATH,
        secure=settings.COOKIE_CONSENT_SECURE,
        httponly=True,
        samesite="Strict",
    )


@require_safe
def receipt_page(request: HttpRequest) -> HttpResponse:
    """Show a visitor the receipt that the browser holds, and whether it is unchanged."""
    report = report_on(number_in(request.COOKIES.get(RECEIPT_COOKIE, "")))
    receipt = report.receipt
    context = {
        "receipt": receipt,
        "report": report,
        "document": json.loads(receipt.document) if receipt else None,
    }
    return render(request, "privacy/consent/receipt.html", context)


@require_safe
def receipt_file(request: HttpRequest) -> HttpResponse:
    """Hand over the receipt itself, in the very bytes whose SHA-256 stands in the chain."""
    receipt = report_on(number_in(request.COOKIES.get(RECEIPT_COOKIE, ""))).receipt
    if receipt is None:
        return render(request, "privacy/consent/receipt.html", {"receipt": None}, status=404)
    return HttpResponse(
        receipt.document,
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="consent-receipt.json"'},
    )


@require_POST
@from_own_page
def load_once(request: HttpRequest) -> HttpResponse:
    """Show one embedded thing because the visitor asked for it. Nothing is kept of that."""
    try:
        group, service = embed_service(request.POST.get("service", ""))
    except LookupError as error:
        raise BadRequest(str(error)) from error
    reference = request.POST.get("reference", "")
    offer = decision_of(request).offer
    offered = service.key in offer.identifiers
    if service.embed is None or not offered or not re.fullmatch(service.embed.reference, reference):
        raise BadRequest("That cannot be shown here.")
    question = offer.question_of(group)
    title = request.POST.get("title", "")[:MAX_TITLE_LENGTH] or service.name
    back = safe_path(request.POST.get("next", "/"))
    context = {
        "service": service,
        "shown_title": title,
        "frame": service.embed.frame.format(reference),
        "back": back,
        "after_choice": back,
    }
    if request.POST.get(SHOWN) != question.shown:
        context |= {
            "offered": True,
            "changed": question.groups[0].changed,
            "title": title,
            "reference": reference,
            "link": service.embed.link.format(reference),
            "path": back,
            "shown": question.shown,
        }
        return render(request, "privacy/consent/once.html", context, status=409)
    response = render(request, "privacy/consent/once.html", context)
    allow(response, (service,), base=settings.SECURE_CSP)
    response.headers["Cross-Origin-Embedder-Policy"] = "unsafe-none"
    return response


@require_safe
@shared_page
def gpc_support(request: HttpRequest) -> HttpResponse:
    """Say in the standard's own place that the opt-out preference signal is honored."""
    return JsonResponse({"gpc": True, "lastUpdate": GPC_SINCE})
