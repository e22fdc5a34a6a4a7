"""Attach the visitor's decision to the request, and write what follows from it."""

from collections.abc import Callable

from django.http import HttpResponse

from privacy.consent.decision import decision_of
from privacy.consent.enforcement import ConsentRequest, enforce, services_on, tags_of


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
        return response
