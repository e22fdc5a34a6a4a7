"""Attach the visitor's decision to the request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from privacy.consent.decision import decision_of


class ConsentMiddleware:
    """request.consent: read once, without a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.consent = decision_of(request)  # type: ignore[attr-defined]
        return self.get_response(request)
