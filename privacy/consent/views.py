"""The cookies page, and the one address at which a visitor decides."""

import re
from typing import Any

from cookie_consent.util import set_cookie_dict_to_response
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from privacy.consent import personal_services, services, withdrawal
from privacy.consent.choice import SHOWN, Choice
from privacy.consent.cookie_check import by_way_of_check
from privacy.consent.decision import ConsentDecision, decision_of
from privacy.consent.enforcement import allow
from privacy.consent.idempotency import RECENT
from privacy.consent.offer.catalogue import RECEIPT_COOKIE, RECEIPT_PATH, embed_service
from privacy.consent.offer.loading import signal_honored_since
from privacy.consent.outcome import Outcome, outcome_of
from privacy.consent.own_page import from_own_page
from privacy.consent.questions import Row, rows_again, rows_of
from privacy.consent.receipt_check import number_in
from privacy.consent.receipt_views import hand_over, too_many
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.csp import widen
from sens_site.lib.http.done_notice import notice_in, with_notice
from sens_site.lib.http.safe_next import safe_path

MAX_TITLE_LENGTH = 200
SAVED, PARTLY = "cookies-saved", "cookies-partly"
CHANGED, TOO_MANY, NO_COOKIES = "changed", "too-many", "no-cookies"


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

    A banner below a form names no page to go back to: its answer comes in a frame beside it, so
    that nothing is lost of what was typed above it.
    """
    before = decision_of(request)
    choice = Choice.read(request.POST, before)
    outcome = outcome_of(choice, personal_services.bind_choice(request, choice, before))
    if outcome.asks_again:
        response = _ask_again(request, before, outcome)
        if outcome.changes_nothing:
            return response
    else:
        said = PARTLY if outcome.held_back else SAVED
        if choice.next:
            location = by_way_of_check(request, with_notice(choice.next, said))
        else:
            location = _answer_address(request, said)
        response = HttpResponse(status=303, headers={"Location": location})
    held = number_in(request.COOKIES.get(RECEIPT_COOKIE, ""))
    try:
        recorded = services.record_choice(outcome, act=RECENT.of(request), held=held)
    except services.TooManyReceiptsError as error:
        if choice.next:
            return too_many(request, error.wait)
        refused = _in_frame(request, TOO_MANY, status=429)
        refused.headers["Retry-After"] = str(error.wait)
        return refused
    set_cookie_dict_to_response(response, outcome.cookie)
    if recorded.receipt is not None:
        hand_over(response, recorded.receipt)
    elif RECEIPT_COOKIE in request.COOKIES:
        response.delete_cookie(RECEIPT_COOKIE, path=RECEIPT_PATH, samesite="Strict")
    _end(request, response, outcome)
    return response


def _answer_address(request: HttpRequest, said: str) -> str:
    """Return where the answer in the frame stands: in view and focus of who pressed a button.

    A program that refuses for the visitor must not move the page, nor take the focus from a field.
    """
    address = with_notice(reverse("consent:answer"), said)
    pressed = request.headers.get("Sec-Fetch-User") == "?1"
    return address if pressed else address.partition("#")[0]


def _ask_again(request: HttpRequest, before: ConsentDecision, outcome: Outcome) -> HttpResponse:
    choice = outcome.choice
    if not choice.next:
        return _in_frame(request, CHANGED, status=409)
    return _page(
        request,
        before,
        rows_again(outcome),
        next=choice.next,
        again=outcome,
        status=409 if choice.stale else 422,
    )


@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """Say in a frame of the page with the banner that the choice is saved.

    Only right after a choice: nobody else has a use for it, and no other page may be framed.
    """
    said = notice_in(request)
    if said not in (SAVED, PARTLY):
        return redirect("consent:cookies")
    return _in_frame(request, said if request.COOKIES else NO_COOKIES)


def _in_frame(request: HttpRequest, said: str, status: int = 200) -> HttpResponse:
    response = render(request, "privacy/consent/answer.html", {"said": said}, status=status)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    widen(response, "frame-ancestors")
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
    return response


@require_safe
@shared_page
def gpc_support(request: HttpRequest) -> HttpResponse:
    """Say in the standard's own place that the opt-out preference signal is honored.

    The day is that since which our policy says so.
    """
    since = signal_honored_since()
    return JsonResponse({"gpc": True} | ({"lastUpdate": since.isoformat()} if since else {}))
