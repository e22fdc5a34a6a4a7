"""What the configuration hands data to: hosts and packages, whoever wrote them down.

Looks at all settings, and not at a list of known ones, so that a key that nobody thought of is
seen too. What is ours (this machine, a private network, a name without a dot) is no firm.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>,;]+", re.IGNORECASE)
OURS = ("django", "allauth", "outbox", "whitenoise", "logging", "cookie_consent", "crispy_forms")
ROOMS = (
    *("accounts", "audit_log", "contact", "downloads", "news", "newsletter", "pages"),
    *("privacy", "search", "sens_site", "tests", "visits"),
)
ADDRESS = re.compile(r"[\w.+-]+@((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
HOST_KEYS = re.compile(
    r"(?:^|[_.])(?:HOST|MAILHOST|LOCATION|SERVER|ENDPOINT|ADDRESS)$", re.IGNORECASE
)
"""Settings have capitals; what a handler of logs is told has small letters."""
HEARD_OTHERWISE = ("EMAIL_HOST", "DATABASES.default.HOST")
BARE_HOST = re.compile(r"(?P<host>(?:[a-z0-9-]+\.)+[a-z]{2,})(?::\d+)?", re.IGNORECASE)
"""A host without a scheme, as programs for mail and caches are told it."""
NAMED_IN_THE_POLICY = re.compile(r"\bwww\.((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
REPORTERS = frozenset(
    [
        "bugsnag",
        "ddtrace",
        "elasticapm",
        "honeybadger",
        "logtail",
        "newrelic",
        "raygun4py",
        "rollbar",
        "scout_apm",
        "sentry_sdk",
    ]
)
"""Packages that send what happens on a site to a firm as soon as they are loaded."""
LISTS_OF_CODE = ("INSTALLED_APPS", "MIDDLEWARE", "AUTHENTICATION_BACKENDS")
NETWORKS_OF_OURS = (".localhost", ".local", ".internal", ".lan")
AMAZON = "amazonaws.com"
"""Whom the client of a bucket asks that is told of no other."""
RESERVED = (".test", ".example", ".invalid", ".example.com", ".example.net", ".example.org")


def is_ours(host: str) -> bool:
    """Tell whether a host is this machine, a network of our own, or this site."""
    if host.startswith("/") or "." not in host.strip("."):
        return ":" not in host or _is_private(host)
    own = host in (settings.SITE_HOST, urlsplit(settings.SITE_ORIGIN).hostname)
    return own or host.endswith(NETWORKS_OF_OURS) or _is_private(host)


def _is_private(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_private
    except ValueError:
        return False


def is_public(host: str) -> bool:
    """Tell whether others can reach a host: no machine, network or name that is for examples."""
    dotted = f".{host}"
    return (
        "." in host
        and not _is_private(host)
        and not dotted.endswith((*NETWORKS_OF_OURS, *RESERVED))
    )


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(f"{name}.{key}", one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _texts(name, one)


def all_settings() -> Iterator[tuple[str, str]]:
    """Yield each text that a setting holds, with its key."""
    for name in dir(settings):
        if name.isupper():
            yield from _texts(name, getattr(settings, name))


def _package(path: str) -> str:
    root = path.partition(".")[0]
    return "" if root in (*OURS, *ROOMS) else root


def used_hosts() -> dict[str, str]:
    """Return the hosts and packages of others that the configuration names, and which key does."""
    found = [
        (urlsplit(url).hostname or "", key)
        for key, text in all_settings()
        for url in URL.findall(text)
    ]
    found += [
        (host, f"DATABASES.{name}")
        for name, one in settings.DATABASES.items()
        for host in str(one.get("HOST") or "").split(",")  # several, of which one is written to
    ]
    if settings.MAIL_TRANSPORT.endswith(".smtp.EmailBackend"):
        found.append((settings.EMAIL_HOST, "EMAIL_HOST"))
    found += [
        (bare["host"], key)
        for key, text in all_settings()
        if HOST_KEYS.search(key)
        and key not in HEARD_OTHERWISE
        and (bare := BARE_HOST.fullmatch(text))
    ]
    if settings.DOCUMENTS_S3_BUCKET and not settings.DOCUMENTS_S3_ENDPOINT:
        found.append((AMAZON, "DOCUMENTS_S3_BUCKET"))
    hosts = {host: key for host, key in found if host and not is_ours(host)}
    return hosts | _used_packages()


def strange_mailboxes(policy: str, known: Iterable[str]) -> dict[str, str]:
    """Return the domains to which the configuration mails, and that are neither ours nor known.

    Ours are the host of the site and what the policy itself calls our website.
    """
    ours = {settings.SITE_HOST.removeprefix("www."), *NAMED_IN_THE_POLICY.findall(policy.lower())}
    company = _texts("COMPANY", asdict(settings.COMPANY))
    found = {
        domain.lower(): key
        for key, text in (*all_settings(), *company)
        for domain in ADDRESS.findall(URL.sub("", text))
    }
    return {
        domain: key
        for domain, key in found.items()
        if is_public(domain) and not any(f".{domain}".endswith(f".{o}") for o in (*ours, *known))
    }


def _used_packages() -> dict[str, str]:
    code = [
        (_package(text), key)
        for key, text in all_settings()
        if key.split(".")[-1] in ("BACKEND", "class") or key in LISTS_OF_CODE
    ]
    code.append((_package(settings.MAIL_TRANSPORT), "MAIL_TRANSPORT"))
    code += [(name, "a package that is loaded") for name in REPORTERS & set(sys.modules)]
    return {package: key for package, key in code if package}
