"""Attach the visitor's decision to the request, and write what follows from it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from privacy.consent import withdrawal
from privacy.consent.decision import decision_of
from privacy.consent.enforcement import ConsentRequest, enforce, let_act, services_on


class ConsentMiddleware:
    """request.consent: read once, without a query. Headers and tags follow from it alone.

    Who may act on the page is known when the view is, and is nobody again as soon as something
    else than the view's own page is drawn.
    """

    def __init__(self, get_response: Callable[[ConsentRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsentRequest) -> HttpResponse:
        request.consent = decision_of(request)
        let_act(request, ())
        response = self.get_response(request)
        enforce(request, response, request.consent_services if response.status_code == 200 else ())
        let_act(request, ())
        if request.COOKIES and "Clear-Site-Data" not in response.headers:
            found = withdrawal.forget(request, response, request.consent.services)
            if found:
                kinds = [withdrawal.CACHE]
                if withdrawal.stores_more_than_cookies(found.values()):
                    kinds.append(withdrawal.STORAGE)
                withdrawal.clear_site_data(response, *kinds)
        return response

    def process_view(
        self,
        request: ConsentRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        """Let those act whom the view lets in and the visitor has allowed."""
        let_act(request, services_on(view, request.consent))

    def process_exception(self, request: ConsentRequest, exception: Exception) -> None:
        """Let nobody act on the error page."""
        let_act(request, ())
