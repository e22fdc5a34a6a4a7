"""The cookies page, and the one address at which a visitor decides."""

from cookie_consent.util import set_cookie_dict_to_response
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from privacy.consent.choice import ANCHOR, Choice
from privacy.consent.decision import decision_of, write_cookie
from privacy.consent.offer import current_offer
from privacy.consent.provenance import from_own_page
from privacy.consent.services import grants_of
from sens_site.lib.caching import shared_page


@require_safe
@shared_page
def cookies_page(request: HttpRequest) -> HttpResponse:
    """Explain every group, show how it stands, and let the visitor decide."""
    decision = decision_of(request)
    groups = [(offered, decision.states[offered.key]) for offered in decision.offer.groups]
    context = {"decision": decision, "required": decision.offer.required, "groups": groups}
    return render(request, "privacy/consent/cookies.html", context)


@require_POST
@from_own_page
def choose(request: HttpRequest) -> HttpResponse:
    """Record a decision about every group and go back to where it was made."""
    offer = current_offer()
    choice = Choice.read(request.POST, offer)
    grants = grants_of(choice, offer, gpc=decision_of(request).gpc)
    response = HttpResponse(status=303, headers={"Location": choice.next_path + ANCHOR})
    set_cookie_dict_to_response(response, write_cookie(grants, offer))
    return response
