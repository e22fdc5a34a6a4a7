"""Promises about security: what protects the information on the running site."""

import secrets
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.urls import URLResolver, get_resolver
from django.utils.regex_helper import normalize

from privacy.consent.promises.all_services_on import choose
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin",  # alone, or of what leads to other sites
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=()",
}
STAFF_ONLY = "/admin/"
OWN_PAGES = "/accounts/"
ATTEMPTS = 8


@promise("security.technical", look=Look.REHEARSAL)
def measures_are_in_force(site: RunningSite) -> Evidence:
    """Transport, headers, cookies and limits, each looked at on the running site."""
    encrypted = settings.SITE_IS_HTTPS
    require(
        encrypted or settings.SITE_HOST in LOOPBACK,
        "the site can be reached by others and does not encrypt",
    )
    if encrypted:
        found = checks.run_checks(include_deployment_checks=True, tags=[checks.Tags.security])
        serious = [
            f"{one.id} {one.msg}"
            for one in found
            if one.level >= checks.WARNING and not one.is_silenced()
        ]
        require(not serious, f"the check before deployment says: {serious[0] if serious else ''}")
    for answer in site.pages:
        for name, expected in HEADERS.items():
            require(expected in answer.header(name), f"{answer.path} lacks {name}: {expected}")
        if encrypted:
            hsts = answer.header("Strict-Transport-Security")
            require("max-age=" in hsts, f"{answer.path} does not insist on encryption")
    _require_guarded_cookies(site)
    _require_limits(site)
    words = "Encryption, headers" if encrypted else "On this machine alone: headers"
    return Evidence(
        f"{words}, protected cookies and limits on repeated attempts are all in force.",
        {"pages": len(site.pages), "headers on each": len(HEADERS) + encrypted},
    )


def _require_guarded_cookies(site: RunningSite) -> None:
    with site.rehearsal():
        visitor = site.visitor()
        choose(visitor, "accept")
    for name in ("SESSION", "CSRF"):
        require(getattr(settings, f"{name}_COOKIE_HTTPONLY"), f"scripts can read a {name} cookie")
        secure = getattr(settings, f"{name}_COOKIE_SECURE")
        require(secure or not settings.SITE_IS_HTTPS, f"a {name} cookie travels in clear")
    same_site = settings.SESSION_COOKIE_SAMESITE in ("Lax", "Strict")
    require(same_site, "other sites can use a session")
    if settings.SITE_IS_HTTPS:
        names = [settings.SESSION_COOKIE_NAME, *visitor.cookies]
        loose = [one for one in names if not one.startswith(("__Host-", "__Secure-"))]
        require(not loose, f"the cookie {loose[:1]} is not bound to this site")


def _require_limits(site: RunningSite) -> None:
    message = {"name": "A check", "email": "check@example.com"}
    with site.rehearsal():
        visitor = site.visitor()
        statuses = [
            visitor.post("/contact/webmaster/", {**message, "message": f"Check {n}"}).status
            for n in range(ATTEMPTS)
        ]
        require(429 in statuses, f"{ATTEMPTS} messages in a row are all taken")
        guessing, login = site.visitor(), f"check-{secrets.token_hex(6)}"
        statuses = [
            guessing.post("/accounts/login/", {"login": login, "password": f"guess {n}"}).status
            for n in range(ATTEMPTS)
        ]
        require(429 in statuses, f"{ATTEMPTS} passwords in a row can be tried")


@promise("security.against-misuse", look=Look.REHEARSAL)
def nobody_sees_what_is_not_theirs(site: RunningSite) -> Evidence:
    """Every address is tried by a stranger and by a customer: what is staff's stays staff's."""
    paths = sorted(set(_paths(get_resolver().url_patterns, "/")))
    staffs = [path for path in paths if path.startswith(STAFF_ONLY)]
    owns = [path for path in paths if path.startswith(OWN_PAGES)]
    require(len(staffs) > 10, "the addresses of staff were not found")
    with site.rehearsal():
        users = get_user_model().objects
        other = users.create_user(username="check-other", email="check-other@example.com")
        mine = users.create_user(username="check-mine", email="check-mine@example.com")
        stranger, customer = site.visitor(), site.visitor()
        customer.sign_in(mine)
        for path in staffs:
            for who, visitor in (("a stranger", stranger), ("a customer", customer)):
                answer = visitor.get(path)
                shut = answer.status in (301, 302, 403, 404)
                require(shut, f"{path} answers {answer.status} to {who}")
        for path in owns:
            answer = stranger.get(path)
            require("check-mine" not in answer.text, f"{path} shows an account to a stranger")
            answer = customer.get(path)
            require("check-other" not in answer.text, f"{path} shows another account")
            held = "no-store" in answer.header("Cache-Control")
            require(held, f"{path} may be stored by machines in between")
        require(other.pk != mine.pk, "one account was made twice")
    return Evidence(
        "Strangers and customers tried every address: none showed what is for staff or for "
        "somebody else.",
        {"addresses for staff": len(staffs), "addresses of accounts": len(owns), "roles": 2},
    )


def _paths(patterns: list[Any], start: str) -> Iterator[str]:
    """Yield an address for each route, with a made-up value where one is needed."""
    for entry in patterns:
        piece = _example(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _paths(entry.url_patterns, start + piece)
        else:
            yield start + piece


def _example(pattern: Any) -> str:
    template, names = normalize(pattern.regex.pattern)[0]
    return str(template % dict.fromkeys(names, "1")).lstrip("/")
