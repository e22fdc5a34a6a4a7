"""Attach the visitor's decision to the request, and write what follows from it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from privacy.consent import withdrawal
from privacy.consent.cookie_corrections import correct_by_signal
from privacy.consent.decision import decision_when_asked, signals_opt_out
from privacy.consent.enforcement import ConsentRequest, enforce, let_act, services_on
from privacy.consent.personal_services import bind_signal


class ConsentMiddleware:
    """request.consent: read once, without a query of its own. Headers and tags follow from it.

    Who may act on the page is known when the view is, and is nobody again as soon as something
    else than the view's own page is drawn.
    """

    def __init__(self, get_response: Callable[[ConsentRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsentRequest) -> HttpResponse:
        request.consent = decision_when_asked(request)
        let_act(request, ())
        response = self.get_response(request)
        enforce(request, response, request.consent_services if response.status_code == 200 else ())
        let_act(request, ())
        if "Clear-Site-Data" not in response.headers and withdrawal.may_be_left_over(
            request.COOKIES
        ):
            found = withdrawal.forget(request, response, request.consent.services)
            if found:
                kinds = [withdrawal.CACHE]
                if withdrawal.stores_more_than_cookies(found.values()):
                    kinds.append(withdrawal.STORAGE)
                withdrawal.clear_site_data(response, *kinds)
        _hear_signal(request, response)
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


def _hear_signal(request: HttpRequest, response: HttpResponse) -> None:
    """Let an opt-out signal outlast this request. An account is written only where a form was sent."""
    if not signals_opt_out(request.headers.get("Sec-GPC")):
        return
    if request.method == "POST":
        bind_signal(request)
    correct_by_signal(request, response)
