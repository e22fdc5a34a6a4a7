"""What an answer may do to a browser: which cookies it sets, what it loads, and which headers.

The list of cookies is the one that the cookies page shows to everybody.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from privacy.promises.visitor import SetCookie
from privacy.promises.witness.exchange import Exchange, is_foreign, plain_name
from privacy.promises.witness.other_forms import drawn
from privacy.promises.witness.rules import ANSWER, Known, rule
from privacy.promises.witness.tags import css_addresses, doing_tags_of, scripts_of, styles_of
from sens_site.lib.cache.content_stamp import generation

FAILURES = "failures"
"""No rule: what ended in an error has hardly an answer to judge (law 9)."""
COOKIES, FIRST_VISIT, LOADS, BEACONS, SCRIPTS, ORIGINS, HEADERS, CACHES = (
    "cookies", "first visit", "loads", "beacons", "scripts", "origins", "headers", "caches",
)  # fmt: skip
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Listed:
    """A cookie of the list: how long it lives, and by which act it is set."""

    seconds: int
    set_below: tuple[str, ...]
    """The beginnings of the addresses to which something is sent when it is set."""
    path: str = "/"
    or_until_closed: bool = False
    """Whether it may also end with the browser, which is sooner."""


LIST = {
    "session": Listed(14 * DAY, ("/accounts/", "/admin/"), or_until_closed=True),
    "cookie_consent": Listed(182 * DAY, ("/cookies/choose/",)),
    "consent_receipt": Listed(182 * DAY, ("/cookies/choose/",), "/cookies/"),
    "known_device": Listed(182 * DAY, ("/accounts/",), "/accounts/"),
    "csrftoken": Listed(364 * DAY, ("/admin/",)),
    "visit": Listed(30 * 60, ("/visits/",)),
    "visitor": Listed(90 * DAY, ("/visits/",)),
}
BY_A_LOOK = ("csrftoken", "session")
"""What staff's pages may renew as they are looked at by who is signed in."""
ANYWHERE = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ON_PAGES = {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin",  # alone, or of what leads to other sites
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=()",
}
VALIDATORS = ("ETag", "Last-Modified")
"""What a browser keeps with an answer and says when it comes again: as good as a cookie."""
IN_A_FRAME_OF_OURS = (
    ("GET", "/cookies/answer/"),
    ("HEAD", "/cookies/answer/"),
    ("POST", "/cookies/choose/"),
)
"""The banner's answer, shown in a frame of the page on which it was given; at once where it is refused."""
USUAL_HEADERS = frozenset({
    "accept-ranges", "allow", "cache-control", "clear-site-data", "content-disposition",
    "content-encoding", "content-length", "content-range", "content-security-policy",
    "content-type", "cross-origin-opener-policy",
    "cross-origin-resource-policy", "date", "etag", "expires", "last-modified", "link", "location",
    "permissions-policy", "referrer-policy", "retry-after", "set-cookie",
    "strict-transport-security", "vary", "x-content-type-options", "x-frame-options",
    "x-robots-tag",
})  # fmt: skip
"""All that an answer says. A header that reports, fetches or asks the device is none of them, and a
link says of which page of ours this is another form, and nothing else."""
WHERE_SWITCHED_ON: Mapping[str, tuple[str, object, str]] = {
    "speculation-rules": ("SPECULATION_RULES", True, r'"/speculation-rules\.json"'),
    "use-as-dictionary": (
        "COMPRESSION_DICTIONARY",
        True,
        r'match="/\*", match-dest=\("document"\)',
    ),
    "x-accel-redirect": ("SENDFILE", "nginx", r"/stored-documents/[\w./-]+"),
}
"""What an answer says besides where an operator has switched it on: by which setting, and in which words."""
DICTIONARY = r'</static/dictionary\.[0-9a-f]{12}\.dat>; rel="compression-dictionary"'
ADDRESS = re.compile(r"(?:https?|wss?):[^\s\"'<>,;]+", re.IGNORECASE)
NAMING = frozenset({"content-security-policy", "location", "refresh"})
"""Headers in which an address is looked at by rules of their own."""
SOURCES = frozenset({"'none'", "'self'"})
STAFFS_SCRIPTS = ("/static/admin/", "/admin/jsi18n/")
PASSKEY_SCRIPTS = ("/static/passkey/", "/static/mfa/")


@rule(COOKIES, of=ANSWER)
def set_as_listed(seen: Exchange, known: Known) -> Iterator[str]:
    """Each cookie stands in the list, lives as long as it says, and is set by the act it names."""
    for cookie in seen.answer.cookies:
        if not cookie.is_taken_back:
            yield from (f"{seen.said} sets {fault}" for fault in _against_the_list(cookie, seen))


def _against_the_list(cookie: SetCookie, seen: Exchange) -> Iterator[str]:
    name = plain_name(cookie.name)
    listed = LIST.get(name)
    if listed is None:
        yield f"“{cookie.name}”, which is not listed"
        return
    if cookie.seconds != listed.seconds and not (cookie.seconds is None and listed.or_until_closed):
        yield f"{name} for {cookie.seconds} seconds, not {listed.seconds}"
    told = cookie.attributes
    if told.get("domain") or told.get("path") != listed.path:
        yield f"{name} for other addresses than {listed.path}"
    if told.get("samesite") not in ("Lax", "Strict") or not told.get("httponly"):
        yield f"{name} where other sites or scripts can use it"
    if settings.SITE_IS_HTTPS and (not told.get("secure") or cookie.name == name):
        yield f"{name} without binding it to this encrypted site"
    renewed = name in BY_A_LOOK and seen.is_signed_in and seen.path.startswith("/admin/")
    if not (seen.path.startswith(listed.set_below) and (seen.method == "POST" or renewed)):
        yield f"{name}, though nothing was done that needs it"


@rule(FIRST_VISIT, of=ANSWER)
def nothing_on_a_first_visit(seen: Exchange, known: Known) -> Iterator[str]:
    """Who only looks is given nothing to keep, and nothing is taken back either."""
    if seen.is_first_visit and seen.answer.cookies:
        names = ", ".join(one.name for one in seen.answer.cookies)
        yield f"{seen.said} sets {names}"
    told = " ".join(seen.answer.header(name) for name in VALIDATORS)
    looks = seen.is_first_visit and seen.method != "OPTIONS"
    stamp, _, planned, day = generation()  # what is published meanwhile is no number of a visitor's
    if (
        looks
        and known.validators.setdefault((seen.who, seen.path, stamp, planned, day), told) != told
    ):
        yield f"{seen.said} gives each visitor a number of their own"


@rule(LOADS, of=ANSWER)
def loads_from_here(seen: Exchange, known: Known) -> Iterator[str]:
    """No answer to who has allowed nothing makes a browser ask another site."""
    if seen.has_answered:
        return
    yield from _named_by_headers(seen)
    html = drawn(seen.answer)
    for tag in doing_tags_of(html):
        for address in tag.loaded:
            if is_foreign(address):
                yield f"{seen.said} loads {address[:80]} by <{tag.name}>"
    kind = seen.answer.header("Content-Type")
    styles = [seen.answer.text] if kind.startswith("text/css") else styles_of(html)
    for address in (one for style in styles for one in css_addresses(style)):
        if is_foreign(address):
            yield f"{seen.said} loads {address[:80]} by a style"


def _named_by_headers(seen: Exchange) -> Iterator[str]:
    for name in ("Location", "Refresh"):
        target = seen.answer.header(name)
        if is_foreign(target.partition("=")[2].strip() if name == "Refresh" else target):
            yield f"{seen.said} leads on to another site"
    for name, value in seen.answer.headers.items():
        named = [] if name.lower() in NAMING else ADDRESS.findall(value)
        if any(map(is_foreign, named)):
            yield f"{seen.said} names another site to browsers by {name}"


@rule(BEACONS, of=ANSWER)
def holds_no_beacon(seen: Exchange, known: Known) -> Iterator[str]:
    """No page holds a picture that nobody sees, reports what is followed, or asks ahead.

    Neither does a feed, nor any other form in which a page is given out.
    """
    if not seen.has_answered:
        html = drawn(seen.answer)
        yield from (f"{seen.said} {tag.beacon}" for tag in doing_tags_of(html) if tag.beacon)


@rule(SCRIPTS, of=ANSWER)
def runs_no_script(seen: Exchange, known: Known) -> Iterator[str]:
    """No script before a yes but staff's own and that of passkeys; none stands in a page itself."""
    if not seen.answer.is_page:
        return
    for tag, inside in scripts_of(seen.answer.text):
        source = tag.get("src")
        if inside.strip() or not source:
            yield f"{seen.said} holds a script in the page itself"
        elif not (seen.has_answered or _is_wanted(source, seen)):
            yield f"{seen.said} runs the script {source[:80]} before anything is allowed"
    for tag in doing_tags_of(seen.answer.text):
        if tag.runs:
            yield f"{seen.said} runs a script by {tag.runs} of <{tag.name}>"


def _is_wanted(source: str, seen: Exchange) -> bool:
    staffs = seen.path.startswith("/admin/") and source.startswith(STAFFS_SCRIPTS)
    passkeys = seen.path.startswith("/accounts/") and source.startswith(PASSKEY_SCRIPTS)
    return staffs or passkeys


@rule(ORIGINS, of=ANSWER)
def permits_only_this_site(seen: Exchange, known: Known) -> Iterator[str]:
    """The policy for browsers names no source but this site for who has allowed nothing."""
    if seen.has_answered:
        return
    for directive in seen.answer.header("Content-Security-Policy").split(";"):
        name, *sources = directive.split() or [""]
        others = sorted(set(sources) - SOURCES)
        if others:
            yield f"{seen.said} permits {others[0]} as {name}"


@rule(HEADERS, of=ANSWER)
def carries_the_headers(seen: Exchange, known: Known) -> Iterator[str]:
    """Every answer, refusals included, tells browsers to be strict, and says nothing unusual."""
    answer = seen.answer
    wanted = {**ANYWHERE, **(ON_PAGES if answer.is_page else {})}
    if settings.SITE_IS_HTTPS:
        wanted["Strict-Transport-Security"] = "max-age="
    if (seen.method, seen.path) in IN_A_FRAME_OF_OURS and answer.header(
        "X-Frame-Options"
    ) == "SAMEORIGIN":
        del wanted["X-Frame-Options"]
    for name, expected in wanted.items():
        if expected not in answer.header(name):
            yield f"{seen.said} lacks {name}: {expected}"
    link = answer.header("Link")
    own_page = rf'<{re.escape(settings.SITE_ORIGIN)}/[^<>]*>; rel="canonical"'
    leads = f"{own_page}|{DICTIONARY}" if settings.COMPRESSION_DICTIONARY else own_page
    if link and not re.fullmatch(leads, link):
        yield f"{seen.said} tells to fetch {link}"
    unusual = {name.lower() for name in answer.headers} - USUAL_HEADERS
    unusual -= {name for name in unusual if _is_switched_on(name, answer.header(name))}
    if unusual:
        yield f"{seen.said} says {min(unusual)}"


def _is_switched_on(header: str, said: str) -> bool:
    setting, value, words = WHERE_SWITCHED_ON.get(header, ("", None, ""))
    return bool(setting and getattr(settings, setting) == value and re.fullmatch(words, said))


@rule(CACHES, of=ANSWER)
def is_kept_for_nobody_else(seen: Exchange, known: Known) -> Iterator[str]:
    """What is one person's is stored by no machine in between, and by no browser."""
    told = seen.answer.header("Cache-Control")
    if seen.path.startswith(settings.STATIC_URL):
        return
    personal = seen.is_signed_in or seen.method == "POST" or seen.answer.cookies
    secret = any(secret in seen.path for secret in known.secrets)
    if (personal or secret) and "no-store" not in told:
        yield f"{seen.said} may be stored: {told or 'nothing is said'}"
    if seen.brought and "public" in told:
        yield f"{seen.said} may be shown to others"
    if not told:
        yield f"{seen.said} does not say who may keep it"
