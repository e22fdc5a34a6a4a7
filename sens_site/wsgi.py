"""The WSGI entry point: ready pages in front of Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sens_site.settings")
django_application = get_wsgi_application()

# These need the settings and the apps, which the line above loads.
from django.conf import settings  # noqa: E402 - needs the loaded apps
from django.db import connection  # noqa: E402 - needs the loaded apps

from accounts.member_state import ask, introduce, member_state  # noqa: E402 - needs the loaded apps
from privacy.consent.cookie_corrections import state_of_kept_pages  # noqa: E402 - needs the loaded apps
from privacy.consent.offer.current import stamp_and_offer  # noqa: E402 - needs the loaded apps
from privacy.consent.withdrawal import has_left_over  # noqa: E402 - needs the loaded apps
from sens_site.lib.cache.page_cache import ReadyPages  # noqa: E402 - needs the loaded apps
from sens_site.lib.cache.ready_member_pages import ReadyMemberPages  # noqa: E402 - needs the loaded apps
from sens_site.lib.cache.ready_own_pages import MIDDLEWARE, ReadyOwnPages  # noqa: E402 - needs the loaded apps
from sens_site.lib.cache.shared_dictionary import shared_dictionary  # noqa: E402 - needs the loaded apps
from sens_site.lib.http.faults import with_known_charset  # noqa: E402 - needs the loaded apps
from sens_site.lib.http.forwarded import behind_proxies  # noqa: E402 - needs the loaded apps
from sens_site.lib.http.machine_addresses import machine_addresses  # noqa: E402 - needs the loaded apps
from sens_site.lib.request_id import with_request_id  # noqa: E402 - needs the loaded apps

if connection.vendor == "postgresql":  # pragma: postgresql - SQLite has no server
    from sens_site.lib.postgresql.base import watch_waits

    watch_waits()

ready_own_pages = ReadyOwnPages(
    with_known_charset(django_application),
    introduce=introduce,
    ask=ask,
    keep=tuple(settings.MIDDLEWARE) == MIDDLEWARE and not (settings.DEBUG or settings.TRACES_TO),
)
numbered = with_request_id(ready_own_pages)
ready_member_pages = ReadyMemberPages(
    numbered,
    state_of=member_state,
    session_cookie=settings.SESSION_COOKIE_NAME,
    keep=not settings.DEBUG,
)
ready_pages = ReadyPages(
    ready_member_pages,
    consent_state=state_of_kept_pages,
    left_over=has_left_over,
    read_stamp=stamp_and_offer,
    session_cookie=settings.SESSION_COOKIE_NAME,
    consent_cookie=settings.COOKIE_CONSENT_NAME,
    dictionary=shared_dictionary(),
    keep=not settings.DEBUG,
)
application = machine_addresses(
    behind_proxies(ready_pages), direct=numbered, before=ready_pages.tell_answers
)
