"""The receipt that a browser holds: seen, saved, and checked by anybody who has it saved."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from privacy.consent.forms import ReceiptForm
from privacy.consent.models import ConsentReceipt
from privacy.consent.offer.catalogue import GROUP_BY_KEY, RECEIPT_COOKIE, RECEIPT_PATH
from privacy.consent.receipt_check import check, number_in, report_on, taken_back_by
from sens_site.lib.canonical_json import canonical_json
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.local_limit import LocalLimit

CHECKS = LocalLimit((30, 60), (300, 3600))


def hand_over(response: HttpResponse, receipt: UUID) -> None:
    """Have the browser keep the number of its receipt."""
    response.set_cookie(
        RECEIPT_COOKIE,
        str(receipt),
        max_age=settings.COOKIE_CONSENT_MAX_AGE,
        path=RECEIPT_PATH,
        secure=settings.COOKIE_CONSENT_SECURE,
        httponly=True,
        samesite="Strict",
    )


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """Say that nothing was allowed, because nothing could have shown it."""
    context = {"minutes": -(-wait // 60)}
    response = render(request, "privacy/consent/too_many.html", context, status=429)
    response.headers["Retry-After"] = str(wait)
    return response


@require_safe
def receipt_page(request: HttpRequest) -> HttpResponse:
    """Show the receipt that the browser holds, those before it, and whether it is unchanged."""
    report = report_on(number_in(request.COOKIES.get(RECEIPT_COOKIE, "")))
    if report.receipt is None:
        return render(request, "privacy/consent/receipt.html", _why_there_is_none(request))
    context = {
        "report": report,
        "shown": facts_of(report.receipt),
        "taken_back": taken_back_by(report.receipt),
        "before": [facts_of(one) for one in ConsentReceipt.objects.before(report.receipt)],
    }
    return render(request, "privacy/consent/receipt.html", context)


def _why_there_is_none(request: HttpRequest) -> dict[str, bool]:
    """Tell a browser that holds none from one that was led here and left the number at home."""
    strict = request.headers.get("Sec-Fetch-Site") == "cross-site"
    return {"led_here": strict and RECEIPT_COOKIE not in request.COOKIES}


def facts_of(receipt: ConsentReceipt) -> dict[str, Any]:
    """Return what a receipt says, in words for its page."""
    document, notice = json.loads(receipt.document), json.loads(receipt.notice.content)

    def names(keys: list[str]) -> list[str]:
        return [GROUP_BY_KEY[key].name if key in GROUP_BY_KEY else key for key in keys]

    version = document["notice"]["policy_version"]
    return {
        "receipt": receipt,
        "document": document,
        "policy": notice["policy_policy"] + (f"v/{version}/" if version else ""),
        "allowed": [
            {
                "group": names([purpose["group"]])[0],
                "services": [notice["services"][key]["name"] for key in purpose["services"]],
            }
            for purpose in document["purposes"]
        ],
        "declined": names(document["declined"]),
        "withdrawn": names(document["withdrawn"]),
        "signal": names(document["opt_out_signal"]["overridden"]),
        "account": names(document["account_refusal_overridden"]),
    }


@require_safe
def receipt_file(request: HttpRequest) -> HttpResponse:
    """Hand over the receipt itself, in the very bytes whose SHA-256 stands in the chain."""
    receipt = report_on(number_in(request.COOKIES.get(RECEIPT_COOKIE, ""))).receipt
    if receipt is None:
        return _no_file(request)
    return _file(receipt.document, "consent-receipt.json")


@require_safe
def receipt_with_notice(request: HttpRequest) -> HttpResponse:
    """Hand over the receipt with the notice that it names and its link of the chain."""
    report = report_on(number_in(request.COOKIES.get(RECEIPT_COOKIE, "")))
    receipt, seal = report.receipt, report.seal
    if receipt is None:
        return _no_file(request)
    whole = {
        "receipt": json.loads(receipt.document),
        "notice": json.loads(receipt.notice.content),
        "seal": seal
        and {
            "number": seal.number,
            "receipt_id": str(seal.receipt_id),
            "digest": seal.digest,
            "keep_until": seal.keep_until.isoformat(),
            "previous_hash": seal.previous_hash,
            "hash": seal.hash,
        },
    }
    return _file(canonical_json(whole), "consent-receipt-with-notice.json")


def _file(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _no_file(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy/consent/receipt.html", _why_there_is_none(request), status=404)


@require_http_methods(["GET", "HEAD", "POST"])
@shared_page
def check_page(request: HttpRequest) -> HttpResponse:
    """Tell anybody whether a receipt that they bring is ours and unchanged. Stores nothing."""
    if request.method != "POST":
        return render(request, "privacy/consent/receipt_check.html", {"form": ReceiptForm()})
    wait = CHECKS.take(CHECKS.client(request))
    form = ReceiptForm(request.POST, request.FILES)
    if wait:
        form = ReceiptForm(initial={"text": request.POST.get("text", "")})
        context = {"form": form, "wait": wait}
        response = render(request, "privacy/consent/receipt_check.html", context, status=429)
        response.headers["Retry-After"] = str(wait)
        return response
    if not form.is_valid():
        return render(request, "privacy/consent/receipt_check.html", {"form": form}, status=422)
    context = {"form": ReceiptForm(), "finding": check(form.brought)}
    return render(request, "privacy/consent/receipt_check.html", context)
