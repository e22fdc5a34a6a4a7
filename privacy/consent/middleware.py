"""Attach the visitor's decision to the request, and write what follows from it."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from privacy.consent import withdrawal
from privacy.consent.cookie_corrections import correct_by_signal
from privacy.consent.decision import decision_when_asked, signals_opt_out
from privacy.consent.enforcement import ConsentRequest, enforce, services_on, tags_of
from privacy.consent.personal_services import bind_signal


class ConsentMiddleware:
    """request.consent: read once, without a query of its own. Headers and tags follow from it."""

    def __init__(self, get_response: Callable[[ConsentRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsentRequest) -> HttpResponse:
        decision = decision_when_asked(request)
        services = cast("Any", SimpleLazyObject(lambda: services_on(request.path, decision)))
        request.consent = decision
        request.consent_tags = cast("Any", SimpleLazyObject(lambda: tags_of(services, decision)))
        request.third_parties = cast(
            "Any", SimpleLazyObject(lambda: any(service.origins for service in services))
        )
        response = self.get_response(request)
        enforce(request, response, services)
        if "Clear-Site-Data" not in response.headers and withdrawal.may_be_left_over(
            request.COOKIES
        ):
            found = withdrawal.forget(request, response, decision.services)
            if found:
                kinds = [withdrawal.CACHE]
                if withdrawal.stores_more_than_cookies(found.values()):
                    kinds.append(withdrawal.STORAGE)
                withdrawal.clear_site_data(response, *kinds)
        _hear_signal(request, response)
        return response


def _hear_signal(request: HttpRequest, response: HttpResponse) -> None:
    """Let an opt-out signal outlast this request. An account is written only where a form was sent."""
    if not signals_opt_out(request.headers.get("Sec-GPC")):
        return
    if request.method == "POST":
        bind_signal(request)
    correct_by_signal(request, response)
