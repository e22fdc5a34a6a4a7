"""Promises about security: what protects the information on the running site."""

import secrets
from collections.abc import Callable, Mapping

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks

from privacy.consent.promises.all_services_on import choose
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.encrypted_ways import nobody_elses_certificate_will_do
from sens_site.promises.folders import nothing_private_is_served
from sens_site.promises.forged_addresses import nobody_says_from_where_they_come
from sens_site.promises.front_server import it_guards
from sens_site.promises.machines import machines_are_told_to_shut
from sens_site.promises.odd_headers import no_header_makes_a_page_weaker
from sens_site.promises.protective_settings import nothing_protective_is_weaker
from sens_site.promises.settings_elsewhere import settings_protect_everywhere
from sens_site.promises.warned_deployments import whoever_deploys_is_warned

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin",  # alone, or of what leads to other sites
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=()",
}
ATTEMPTS = 8
GUESSED: Mapping[str, Callable[[str], str]] = {
    "of eight characters": lambda email: "k7#Qz!p2",
    "that many people have": lambda email: "qwerty123456",
    "that is the email address": lambda email: f"{email}!",
}
"""Passwords that are tried first by whoever guesses, made of what others know."""


@promise("security.technical", look=Look.REHEARSAL)
def measures_are_in_force(site: RunningSite) -> Evidence:
    """Transport, headers, cookies and limits, each looked at on the running site."""
    encrypted = settings.SITE_IS_HTTPS
    nothing_private_is_served()
    it_guards()
    machines_are_told_to_shut()
    nothing_protective_is_weaker()
    settings_protect_everywhere()
    whoever_deploys_is_warned()
    nobody_says_from_where_they_come()
    nobody_elses_certificate_will_do()
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
    odd = no_header_makes_a_page_weaker(site, HEADERS)
    _require_guarded_cookies(site)
    _require_limits(site)
    words = "Encryption, headers" if encrypted else "On this machine alone: headers"
    return Evidence(
        f"{words}, protected cookies and limits on repeated attempts are all in force.",
        {
            "pages": len(site.pages),
            "headers on each": len(HEADERS) + encrypted,
            "odd requests": odd,
        },
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
        for which, guessed in GUESSED.items():
            username, email = (f"check{secrets.token_hex(6)}" for _ in range(2))
            email += "@example.com"
            typed = {"username": username, "email": email, "password1": guessed(email)}
            site.visitor().fill_in("/accounts/register/", typed)
            taken = get_user_model().objects.filter(username=username)
            require(not taken.exists(), f"a password {which} is taken")
