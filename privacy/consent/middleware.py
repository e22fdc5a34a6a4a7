"""Attach the visitor's decision to the request, and write what follows from it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from privacy.consent.cookie_corrections import correct_by_signal
from privacy.consent.decision import decision_of, signals_opt_out
from privacy.consent.enforcement import ConsentRequest, enforce, services_on, tags_of
from privacy.consent.personal_services import bind_signal


class ConsentMiddleware:
    """request.consent: read once, without a query. Headers and tags follow from it alone."""

    def __init__(self, get_response: Callable[[ConsentRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsentRequest) -> HttpResponse:
        decision = decision_of(request)
        services = services_on(request.path, decision)
        request.consent = decision
        request.consent_tags = tags_of(services, decision)
        response = self.get_response(request)
        enforce(request, response, services)
        _hear_signal(request, response)
        return response


def _hear_signal(request: HttpRequest, response: HttpResponse) -> None:
    """Let an opt-out signal outlast this request. An account is written only where a form was sent."""
    if not signals_opt_out(request.headers.get("Sec-GPC")):
        return
    if request.method == "POST":
        bind_signal(request)
    correct_by_signal(request, response)
