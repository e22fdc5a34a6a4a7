"""The cookies page, the one address at which a visitor decides, and the receipt of it."""

import json
import re

from cookie_consent.util import set_cookie_dict_to_response
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from privacy.consent import personal_services, services, withdrawal
from privacy.consent.choice import Choice
from privacy.consent.cookie_check import by_way_of_check
from privacy.consent.decision import decision_of
from privacy.consent.enforcement import allow
from privacy.consent.idempotency import act_id
from privacy.consent.offer.catalogue import RECEIPT_COOKIE, RECEIPT_PATH, embed_service
from privacy.consent.outcome import outcome_of
from privacy.consent.own_page import from_own_page
from privacy.consent.receipt_check import number_in, report_on
from privacy.policy.addresses import PRIVACY
from privacy.policy.models import PolicyVersion
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.safe_next import safe_path

MAX_TITLE_LENGTH = 200
SAVED = "cookies-saved"


@require_safe
@shared_page
def cookies_page(request: HttpRequest) -> HttpResponse:
    """Explain every group, show how it stands, and let the visitor decide."""
    decision = decision_of(request)
    context = {
        "decision": decision,
        "required": decision.offer.required,
        "groups": decision.rows,
    }
    return render(request, "privacy/consent/cookies.html", context)


@require_POST
@from_own_page
def choose(request: HttpRequest) -> HttpResponse:
    """Record a decision about every group and go back to where it was made."""
    before = decision_of(request)
    choice = Choice.read(request.POST, before.offer)
    outcome = outcome_of(choice, personal_services.bind_choice(request, choice, before))
    held = number_in(request.COOKIES.get(RECEIPT_COOKIE, ""))
    recorded = services.record_choice(outcome, receipt_id=act_id(request), held=held)
    location = by_way_of_check(request, with_notice(outcome.choice.next, SAVED))
    response = HttpResponse(status=303, headers={"Location": location})
    set_cookie_dict_to_response(response, outcome.cookie)
    if recorded.receipt is not None:
        _hand_over(response, str(recorded.receipt))
    elif RECEIPT_COOKIE in request.COOKIES:
        response.delete_cookie(RECEIPT_COOKIE, path=RECEIPT_PATH, samesite="Strict")
    deleted = withdrawal.forget(request, response, outcome.declined)
    if outcome.withdrawn or deleted:
        withdrawal.clear_storage(response)
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
        _, service = embed_service(request.POST.get("service", ""))
    except LookupError as error:
        raise BadRequest(str(error)) from error
    reference = request.POST.get("reference", "")
    offered = service.key in decision_of(request).offer.identifiers
    if service.embed is None or not offered or not re.fullmatch(service.embed.reference, reference):
        raise BadRequest("That cannot be shown here.")
    context = {
        "service": service,
        "shown_title": request.POST.get("title", "")[:MAX_TITLE_LENGTH] or service.name,
        "frame": service.embed.frame.format(reference),
        "back": safe_path(request.POST.get("next", "/")),
    }
    response = render(request, "privacy/consent/once.html", context)
    allow(response, (service,), base=settings.SECURE_CSP)
    response.headers["Cross-Origin-Embedder-Policy"] = "unsafe-none"
    return response


@require_safe
@shared_page
def gpc_support(request: HttpRequest) -> HttpResponse:
    """Say in the standard's own place that the opt-out preference signal is honored.

    The day is that since which our policy says so.
    """
    since = PolicyVersion.objects.says_since(PRIVACY, "signals.gpc-honored")
    return JsonResponse({"gpc": True} | ({"lastUpdate": since.isoformat()} if since else {}))
