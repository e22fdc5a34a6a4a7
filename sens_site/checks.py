"""System checks that look at the composition of the whole site."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning

from sens_site.lib.content import (
    ContentError,
    missing_files,
    read_claims,
    read_topics,
    read_vendors,
    read_versions,
)
from sens_site.lib.content_gaps import not_filled_in
from sens_site.lib.http.forwarded import STANDARD

ORIGIN = "sens_site.lib.http.same_origin.SameOriginMiddleware"
CACHING = "sens_site.lib.http.cache_control.CacheControlMiddleware"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOWHERE = ("localhost", "localhost.localdomain", "127.0.0.1", "[127.0.0.1]")
ONE_YEAR = 365 * 24 * 3600
ENCRYPTED_MODES = {"require", "verify-ca", "verify-full"}
LEAST_KIB, LEAST_PASSES = 19 * 1024, 2


@register(Tags.security)
def check_origin_middleware(**kwargs: Any) -> list[CheckMessage]:
    """E001: the same-origin check is installed, in front of whatever knows the user."""
    order = list(settings.MIDDLEWARE)
    user = "django.contrib.auth.middleware.AuthenticationMiddleware"
    if ORIGIN in order and (user not in order or order.index(ORIGIN) < order.index(user)):
        return []
    return [
        Error(
            "Requests are not checked for the site they come from.",
            hint=f"Put {ORIGIN} into MIDDLEWARE, before {user}.",
            id="sens_site.E001",
        )
    ]


@register(Tags.caches)
def check_caching_outermost(**kwargs: Any) -> list[CheckMessage]:
    """E002: what decides on caching sees every cookie that any other middleware sets."""
    if settings.MIDDLEWARE and settings.MIDDLEWARE[0] == CACHING:
        return []
    return [
        Error(
            "Another middleware stands outside the one that writes Cache-Control.",
            hint=f"Put {CACHING} first in MIDDLEWARE.",
            id="sens_site.E002",
        )
    ]


@register()
def check_content(**kwargs: Any) -> list[CheckMessage]:
    """E003: what belongs to the company is all there. Page texts are looked at by `pages.E001`."""
    folder = settings.CONTENT_DIR
    found = [
        (f"{folder / name} is missing.", f"It holds {what}.")
        for name, what in missing_files(folder).items()
    ]
    for read in (read_claims, read_versions, read_vendors, read_topics):
        try:
            rows = read(folder)
        except ContentError as error:
            found.append((str(error), "See docs/content.md."))
            continue
        found += [
            (
                f"{folder / 'policy' / row['file']} is missing.",
                "It holds the text of a version that versions.toml names.",
            )
            for row in rows
            if "file" in row and not (folder / "policy" / row["file"]).is_file()
        ]
    return [Error(message, hint=hint, id="sens_site.E003") for message, hint in found]


@register(deploy=True)
def check_filled_in(**kwargs: Any) -> list[CheckMessage]:
    """E004: before others can reach the site, the company has said what only it can know."""
    try:
        gaps = not_filled_in(settings.COMPANY, read_vendors(settings.CONTENT_DIR))
    except ContentError:
        return []  # E003 says what is missing
    hint = "Write it there; until then public pages leave out what it belongs to."
    return [Error(f"Not filled in yet: {gap}.", hint=hint, id="sens_site.E004") for gap in gaps]


@register(Tags.security, deploy=True)
def check_https(**kwargs: Any) -> list[CheckMessage]:
    """W001: a site that others can reach speaks https."""
    if settings.SITE_IS_HTTPS or settings.SITE_HOST in LOOPBACK:
        return []
    return [
        CheckWarning(
            f"SITE_ORIGIN is {settings.SITE_ORIGIN}: cookies are neither Secure nor __Host-.",
            hint="Set SITE_ORIGIN to an https:// address.",
            id="sens_site.W001",
        )
    ]


@register(Tags.security, deploy=True)
def check_proxy_header(**kwargs: Any) -> list[CheckMessage]:
    """W002: no visitor can write what is taken for the word of the proxy."""
    if not settings.TRUSTED_PROXY_COUNT or settings.TRUSTED_PROXY_HEADER == STANDARD:
        return []
    return [
        CheckWarning(
            "Visitors are known by X-Forwarded-For, for which X_Forwarded_For passes as well.",
            hint="Let the proxy write Forwarded, or make sure that it drops names with underscores "
            "(nginx does), and silence this.",
            id="sens_site.W002",
        )
    ]


@register(Tags.security, deploy=True)
def check_hsts(**kwargs: Any) -> list[CheckMessage]:
    """W003: what browsers are told to remember can hold. That they are told nothing, Django says."""
    lasts, preload = settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_PRELOAD
    found = []
    if 0 < lasts < ONE_YEAR:
        found.append(f"HSTS_SECONDS is {lasts}: who comes back later than that may come by http.")
    if preload and not (settings.SECURE_HSTS_INCLUDE_SUBDOMAINS and lasts >= ONE_YEAR):
        found.append("HSTS_PRELOAD is on without what the list of browsers asks for.")
    hint = "Set HSTS_SECONDS to a year or more, and PRELOAD only with INCLUDE_SUBDOMAINS."
    return [CheckWarning(fault, hint=hint, id="sens_site.W003") for fault in found]


@register(deploy=True)
def check_sender(**kwargs: Any) -> list[CheckMessage]:
    """W004: mail of a site that others can reach has a sender who can be answered."""
    if settings.SITE_HOST in LOOPBACK:
        return []
    return [
        CheckWarning(
            f"{name} is {getattr(settings, name)}: no other machine can write there.",
            hint=f"Set {name} to a mailbox of the company.",
            id="sens_site.W004",
        )
        for name in ("DEFAULT_FROM_EMAIL", "WEBMASTER_EMAIL")
        if getattr(settings, name).rpartition("@")[2].strip("> ").lower() in NOWHERE
    ]


@register(deploy=True)
def check_ledger_apart(**kwargs: Any) -> list[CheckMessage]:
    """W005: the erasure ledger outlives the disk of the database, where that is on this machine."""
    database = urlsplit(settings.DATABASE_URL)
    # In its path a third stroke belongs to the address, a fourth begins the file; none is in memory.
    file, ledger = Path(unquote(database.path[1:])), Path(settings.ERASURE_LEDGER)
    if database.scheme != "sqlite" or not file.is_absolute() or _disk(file) != _disk(ledger):
        return []
    return [
        CheckWarning(
            "The erasure ledger lies on the disk of the database: both would be lost together, and a"
            " restored backup would bring people back who were erased.",
            hint="Let ERASURE_LEDGER name a file on another disk, or silence this where the ledger"
            " is copied to another machine at each change.",
            id="sens_site.W005",
        )
    ]


def _disk(path: Path) -> int:
    """Return on which disk a file lies, or would be made."""
    return next(parent for parent in (path, *path.parents) if parent.exists()).stat().st_dev


@register(Tags.security, deploy=True)
def check_mail_encryption(**kwargs: Any) -> list[CheckMessage]:
    """E005: mail leaves this machine encrypted."""
    if settings.EMAIL_HOST in LOOPBACK or settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL:
        return []
    return [
        Error(
            f"Mail is handed to {settings.EMAIL_HOST} in clear.",
            hint="Set EMAIL_USE_TLS=true (usually port 587) or EMAIL_USE_SSL=true (port 465).",
            id="sens_site.E005",
        )
    ]


@register(Tags.security, deploy=True)
def check_passwords(**kwargs: Any) -> list[CheckMessage]:
    """E008: whoever steals the stored passwords pays for each guess (OWASP: 19 MiB, two passes)."""
    hasher: Any = get_hasher("default")
    costs = getattr(hasher, "memory_cost", 0), getattr(hasher, "time_cost", 0)
    if hasher.algorithm == "argon2" and costs[0] >= LEAST_KIB and costs[1] >= LEAST_PASSES:
        return []
    return [
        Error(
            f"Passwords are stored by {hasher.algorithm} at a cost that is too low.",
            hint="Put Argon2PasswordHasher first in PASSWORD_HASHERS, with Django's own costs.",
            id="sens_site.E008",
        )
    ]


@register(Tags.security, deploy=True)
def check_encryption_to_stores(**kwargs: Any) -> list[CheckMessage]:
    """E006, E007, E009: what is stored on another machine travels there encrypted."""
    found: list[CheckMessage] = []
    database = urlsplit(settings.DATABASE_URL)
    options = parse_qs(database.query)
    hosts = [database.hostname, *",".join(options.get("host", [])).split(",")]
    elsewhere = [str(host) for host in hosts if _is_elsewhere(host)]
    if elsewhere and not set(options.get("sslmode", [])) & ENCRYPTED_MODES:
        found.append(
            Error(
                f"The database on {elsewhere[0]} may be spoken to in clear.",
                hint="Add ?sslmode=verify-full to DATABASE_URL (or require, within one network).",
                id="sens_site.E006",
            )
        )
    for what, address, setting, in_clear, encrypted, number in (
        ("cache", settings.CACHE_URL, "CACHE_URL", "redis", "rediss", "sens_site.E007"),
        ("collector of traces", settings.TRACES_TO, "OTEL_EXPORTER_OTLP_ENDPOINT", "http", "https",
         "sens_site.E009"),
    ):  # fmt: skip
        server = urlsplit(address)
        if server.scheme == in_clear and _is_elsewhere(server.hostname):
            said = f"The {what} on {server.hostname} is spoken to in clear."
            hint = f"Let {setting} begin with {encrypted}://."
            found.append(Error(said, hint=hint, id=number))
    return found


def _is_elsewhere(host: str | None) -> bool:
    """Tell whether a host is another machine: a path, or no name at all, is a socket on this one."""
    return bool(host) and host not in LOOPBACK and not unquote(str(host)).startswith("/")
