"""The line that tells a signed-in person of a material change until they have acknowledged it.

Costs no query while there is nothing to tell. Whoever has acknowledged is known by the session,
so that their pages can be kept again; in another session one query finds it out.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest

from privacy.policy.models import PolicyAcknowledgement, PolicyVersion
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.cache.member_page_cache import personal_notice

SESSION_KEY = "policy_read"


class News(NamedTuple):
    """What there is to tell of a version."""

    pk: int
    slug: str
    number: int
    posted_at: datetime
    version: PolicyVersion


def news() -> tuple[News, ...]:
    """The newest material version of each policy that was sealed on this site. Kept."""
    return fragment("policy-news", _read_news)


def _read_news() -> tuple[News, ...]:
    found: dict[str, News] = {}
    versions = PolicyVersion.objects.material_news()
    for version in versions:
        slug = version.policy.slug
        item = News(version.pk, slug, version.number, version.posted_at, version)
        found.setdefault(slug, item)
    return tuple(found.values())


def unread(request: HttpRequest) -> tuple[News, ...]:
    """What this session has not acknowledged and was posted since the person registered."""
    user: Any = getattr(request, "user", None)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or getattr(user, "pk", None) is None:
        return ()
    items = [item for item in news() if item.posted_at > user.date_joined]
    if not items:
        return ()
    read = request.session.get(SESSION_KEY, [])
    return tuple(item for item in items if item.pk not in read)


@personal_notice
def has_unread(request: HttpRequest) -> bool:
    """Tell whether a page may have something to say to this very person. No query."""
    return bool(unread(request))


def to_show(request: HttpRequest) -> tuple[News, ...]:
    """What the person has acknowledged in no session. One query, where there is anything."""
    items = unread(request)
    if not items or request.user.pk is None:
        return ()
    read = set(
        PolicyAcknowledgement.objects.filter(
            user_id=request.user.pk, version__in=[item.pk for item in items]
        ).values_list("version_id", flat=True)
    )
    return tuple(item for item in items if item.pk not in read)


def remember(request: HttpRequest, version: PolicyVersion) -> None:
    """Let the session know what was acknowledged."""
    read = {*request.session.get(SESSION_KEY, []), version.pk}
    request.session[SESSION_KEY] = sorted(read)
