"""What a response corrects in the consent cookie although nobody has chosen anything.

A grant that is older than the browser's opt-out signal is written down as refused, so that it does
not come back when the signal goes. And a yes against a person's own refusals is that person's: in
a browser where somebody else logs in, it goes on counting as the browser's, and for nobody.

A browser does not tell how long a cookie has left to live, so one that is corrected counts for
182 days from then. This happens once: nothing in it is left to be corrected.
"""

from dataclasses import replace

from cookie_consent.util import dict_to_cookie_str, set_cookie_dict_to_response
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from privacy.consent.decision import read_cookie, state_key
from privacy.consent.grants import DECLINED, Grant
from privacy.consent.offer.building import Offer
from privacy.consent.offer.catalogue import GROUP_BY_KEY
from privacy.consent.offer.current import current_offer
from privacy.consent.withdrawal import CACHE, STORAGE, clear_site_data


def under_signal(stored: dict[str, str], offer: Offer) -> dict[str, str]:
    """Return a cookie's entries with what the signal overtakes refused."""
    return {
        key: DECLINED if _is_overtaken(key, entry, offer) else entry
        for key, entry in stored.items()
    }


def _is_overtaken(key: str, entry: str, offer: Offer) -> bool:
    grant = Grant.read(entry)
    if grant is None or grant.override or key not in GROUP_BY_KEY:
        return False
    offered = offer.by_key.get(key)
    # What is not offered now may be again once the signal has gone.
    return offered.gpc_covered if offered else GROUP_BY_KEY[key].gpc_covered


def of_nobody(stored: dict[str, str]) -> dict[str, str]:
    """Return a cookie's entries with no yes in them that overrides a person's refusals."""
    return {
        key: str(replace(grant, after=0)) if (grant := Grant.read(entry)) else entry
        for key, entry in stored.items()
    }


def correct_by_signal(request: HttpRequest, response: HttpResponse) -> None:
    """Refuse in the cookie what the browser's signal overtakes."""
    name = settings.COOKIE_CONSENT_NAME
    sent = response.cookies[name].value if name in response.cookies else None
    stored = read_cookie(request.COOKIES.get(name, "") if sent is None else sent)
    corrected = under_signal(stored, current_offer())
    if corrected != stored:
        set_cookie_dict_to_response(response, corrected)
        clear_site_data(response, CACHE, STORAGE)  # a consent ends, and Back shows no page from it


def correct_for_newcomer(request: HttpRequest, response: HttpResponse) -> None:
    """Keep nobody's own yes for the person who has just logged in after somebody else.

    The request shows it too from now on: whoever reads it next reads for the newcomer.
    """
    name = settings.COOKIE_CONSENT_NAME
    stored = read_cookie(request.COOKIES.get(name, ""))
    corrected = of_nobody(stored)
    if corrected != stored:
        set_cookie_dict_to_response(response, corrected)
        request.COOKIES[name] = dict_to_cookie_str(corrected)


def state_of_kept_pages(cookie: str, gpc: bool) -> str | None:
    """Name the consent state by which pages are kept; None where a response corrects the cookie."""
    if gpc and cookie:
        stored = read_cookie(cookie)
        if under_signal(stored, current_offer()) != stored:
            return None
    return state_key(cookie, gpc)
