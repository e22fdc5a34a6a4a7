"""How the site stands to whoever brings a session, told by one query before Django is entered.

For pages that look the same to all members. Nothing is written here, and whatever Django would do
more for this very person than show the page (end the session, correct a cookie, tell something)
gives None: then the request goes the whole way.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from allauth.core.context import request_context
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.session_lookup import session_with_user
from accounts.session_store import SessionAtHand, SessionStore
from privacy.consent.cookie_corrections import state_of_kept_pages
from privacy.consent.decision import ConsentDecision, decide
from privacy.consent.enforcement import let_act
from privacy.consent.refusals import refusals_of_person
from privacy.consent.withdrawal import left_over
from sens_site.lib.cache.member_page_cache import MESSAGES, waits_for_notice

_codec = SessionStore()
# What is asked below, and what tells whether there is news of the policy for this person.
COLUMNS = (
    "session_data", "user__password", "user__is_active", "user__date_joined",
    "user__refusals__groups",
)  # fmt: skip
# And all that a page may say of the account.
ALL_COLUMNS = (
    "session_data",
    *(f"user__{field.name}" for field in User._meta.concrete_fields),
    "user__refusals",
)


class Member(NamedTuple):
    """Who is behind a session, and what that means for a page."""

    user: User
    session: dict[str, Any]
    decision: ConsentDecision


def member_state(cookies: Mapping[str, str], gpc: bool) -> str | None:
    """Name the consent state of a member to whom a page may be shown that all members see."""
    member = member_behind(cookies, gpc, COLUMNS)
    return None if member is None else member.decision.key


def introduce(request: Any) -> str | None:
    """Give a request what the middleware would give it, and name the consent state of the member."""
    member = member_behind(request.COOKIES, request.META.get("HTTP_SEC_GPC") == "1", ALL_COLUMNS)
    if member is None:
        return None
    session = SessionAtHand(request.COOKIES[settings.SESSION_COOKIE_NAME], member.session)
    request.user, request.session, request.consent = member.user, session, member.decision
    request.allauth = SimpleNamespace()
    let_act(request, ())
    return member.decision.key


def ask(view: Callable[..., Any], request: Any) -> Any:
    """Ask a view for a page, as allauth has its own views asked."""
    with request_context(request):
        return view(request)


def member_behind(cookies: Mapping[str, str], gpc: bool, columns: tuple[str, ...]) -> Member | None:
    """Return the member who brings a session; None where Django has more to do than show a page."""
    session = session_with_user(cookies.get(settings.SESSION_COOKIE_NAME, ""), *columns)
    user = session.user if session else None
    if session is None or user is None:
        return None
    data: dict[str, Any] = _codec.decode(session.session_data)
    if not is_signed_in(user, data) or MESSAGES in data:
        return None
    consent = cookies.get(settings.COOKIE_CONSENT_NAME, "")
    decision = decide(consent, gpc=gpc, refusals=refusals_of_person(user))
    if left_over(cookies, decision.services) or state_of_kept_pages(consent, gpc) is None:
        return None
    # All that such a question reads; a request of Django's takes longer to make than to be asked.
    request: Any = SimpleNamespace(COOKIES=cookies, user=user, session=data)
    return None if waits_for_notice(request) else Member(user, data, decision)


def is_signed_in(user: User, data: Mapping[str, Any]) -> bool:
    """Tell whether a session is this person's, by the password of today and the key of today.

    One that was signed by an older key is signed anew by Django, which gives it a new cookie.
    """
    return (
        data.get(SESSION_KEY) == str(user.pk)
        and data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and user.is_active
        and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )
