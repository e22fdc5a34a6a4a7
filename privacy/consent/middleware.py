"""Attach the visitor's decision to the request, and write what follows from it."""

from collections.abc import Callable

from django.http import HttpResponse

from privacy.consent import withdrawal
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
        request.third_parties = any(service.origins for service in services)
        response = self.get_response(request)
        enforce(request, response, services)
        if request.COOKIES and "Clear-Site-Data" not in response.headers:
            found = withdrawal.forget(request, response, decision.services)
            if found:
                kinds = [withdrawal.CACHE]
                if withdrawal.stores_more_than_cookies(found.values()):
                    kinds.append(withdrawal.STORAGE)
                withdrawal.clear_site_data(response, *kinds)
        return response
