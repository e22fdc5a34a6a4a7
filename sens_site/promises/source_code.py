"""Promises about what code does in rare cases only: our own is read whole, whoever it waits for.

A cookie for who comes from one search engine: no look comes as everybody who may come. So the few
places that set a cookie, fill a session or ask for an IP address stand here, and in `logged_values.py`
what is said in lines of logs. Who adds a place adds it here, and says so.
"""

import ast
import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.front_server import it_sets_no_cookie

APART = frozenset({"tests", "bench", "migrations", "promises"})
"""Folders of code that does not serve the site: what is read here would find itself."""
COOKIES = {
    "accounts/known_devices.py": 1,
    "privacy/consent/cookie_corrections.py": 2,
    "privacy/consent/receipt_views.py": 1,
    "privacy/consent/views.py": 1,
    "privacy/consent/withdrawal.py": 1,
    "sens_site/lib/cache/page_cache.py": 1,
    "sens_site/lib/cache/ready_member_pages.py": 1,
    "visits/views.py": 1,
}
"""How often a cookie is set: by a log-in, by a choice about cookies, and by who allows analytics.

The caches ask whether an answer sets one, and keep none that does.
"""
SESSIONS = {
    "accounts/adapter.py": 1,
    "accounts/desk_views.py": 2,
    "privacy/policy/change_notice.py": 1,
}
"""How often something is put into a session, which brings its cookie: of who is logged in."""
NETWORK = {
    "privacy/consent/idempotency.py": 1,
    "sens_site/lib/http/client_address.py": 3,
    "sens_site/lib/http/forwarded.py": 2,
    "sens_site/lib/http/local_limit.py": 1,
    "sens_site/lib/http/machine_addresses.py": 3,
    "sens_site/published.py": 1,
}
"""How often an IP address is asked for: to count attempts under a code, and to know proxies."""
CONFIRMED = {
    "accounts/data_map.py": 1,
    "accounts/services.py": 1,
    "newsletter/data_map/readers.py": 1,
    "newsletter/rehearsal.py": 1,
    "newsletter/subscribing.py": 4,
    "newsletter/views.py": 3,
    "sens_site/demo.py": 1,
}
"""How often an address is noted as confirmed: behind a link, by a code, in the account that has shown
it (of which accounts keep a hash), and for readers of a demonstration, who do not exist. The data map
names the column."""
CONFIRM = frozenset({"_confirm", "confirm_by_link", "confirm_by_code", "subscribe_account"})
SET_COOKIE = ("set_cookie", "set_signed_cookie")
"""How the names of what sets a cookie begin."""
FETCHING = {
    "sens_site/lib/http/cache_control.py": 2,
    "sens_site/machine_views.py": 1,
}
"""How often a header tells browsers to ask for something, all of it here: the dictionary of pages, what
may be fetched ahead where that is switched on, and the page of which another form is given."""
FETCHES = frozenset({
    "alt-svc", "content-security-policy-report-only", "link", "nel", "origin-trial", "refresh",
    "report-to", "reporting-endpoints", "sourcemap", "speculation-rules", "x-sourcemap",
})  # fmt: skip
"""By which headers a browser asks for something, or tells somebody what it has met."""
HANDLERS = frozenset({"logging.StreamHandler", "logging.NullHandler"})
"""To whom the settings may give lines: to the machine's own output, or to nobody."""
KEEPING = frozenset({
    "AdminEmailHandler", "DatagramHandler", "FileHandler", "HTTPHandler", "RotatingFileHandler",
    "SMTPHandler", "SocketHandler", "SysLogHandler", "TimedRotatingFileHandler",
    "WatchedFileHandler",
})  # fmt: skip
"""What keeps lines in a file or a mail, or hands them to another machine, whoever attached it."""
HEADER_NAMED = re.compile("|".join(sorted(FETCHES)), re.IGNORECASE)
ADDRESS_KEYS = frozenset({"REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"})
STORING = re.compile(
    r"\bdocument\s*\.\s*cookie|\bcookieStore\b|\b(?:local|session)Storage\b|\bindexedDB\b"
    r"|\bcaches\s*\.|\bserviceWorker\b|\bopenDatabase\b"
)
"""By what a script leaves something in a browser."""


def sources() -> Iterator[tuple[str, str]]:
    """Yield the path and text of each module of ours that serves the site."""
    for room in sorted(one.parent for one in settings.BASE_DIR.glob("*/__init__.py")):
        for file in sorted(room.rglob("*.py")):
            path = file.relative_to(settings.BASE_DIR)
            if APART.isdisjoint(path.parts) and not file.stem.startswith("promises"):
                yield path.as_posix(), file.read_text("utf-8")


def scripts() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each script of ours that browsers can get."""
    for finder in get_finders():
        for name, storage in finder.list(None):
            file = Path(storage.path(name))
            if file.suffix in (".js", ".mjs") and "site-packages" not in file.parts:
                yield name, file.read_text("utf-8")


@lru_cache(maxsize=1024)
def nodes(text: str) -> tuple[ast.AST, ...]:
    """Return all that a module is made of, parsed once."""
    return tuple(ast.walk(ast.parse(text)))


def called(node: ast.AST) -> str:
    """Return the last name of what is called, if something is."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def _is_put_into(node: ast.AST, name: str) -> bool:
    """Tell whether something is stored in what bears a name, as in `response.cookies[…] = …`."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        return getattr(node.value, "attr", getattr(node.value, "id", "")) == name
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute) and function.attr in ("setdefault", "update"):
        return getattr(function.value, "attr", "") == name
    return False


def sets_a_cookie(node: ast.AST) -> bool:
    says_it = isinstance(node, ast.Constant) and str(node.value).lower() == "set-cookie"
    return says_it or called(node).startswith(SET_COOKIE) or _is_put_into(node, "cookies")


def tells_to_fetch(node: ast.AST) -> bool:
    """Tell whether a header is set by which browsers ask, in whatever way it is set."""
    named: list[ast.expr | None] = []
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        named = [node.slice]
    elif isinstance(node, ast.Dict):  # in small letters a page is told of a link
        named = [one for one in node.keys if not str(getattr(one, "value", "")).islower()]
    elif isinstance(node, ast.Call) and called(node) in ("__setitem__", "setdefault", "add_header"):
        named = list(node.args[:1])
    return any(str(getattr(one, "value", "")).lower() in FETCHES for one in named)


def fills_a_session(node: ast.AST) -> bool:
    return _is_put_into(node, "session")


def confirms_an_address(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "confirmed_at" and isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Dict):
        return any(
            isinstance(one, ast.Constant) and one.value == "confirmed_at" for one in node.keys
        )
    if isinstance(node, ast.keyword) and node.arg == "confirmed_at":
        return not (isinstance(node.value, ast.Constant) and node.value.value is None)
    return called(node) in CONFIRM


def asks_for_an_address(node: ast.AST) -> bool:
    key = isinstance(node, ast.Constant) and node.value in ADDRESS_KEYS
    return key or called(node) == "client_address"


def only_where_known(
    what: str, found: Callable[[ast.AST], bool], words: re.Pattern[str], known: Mapping[str, int]
) -> int:
    """Require that code of a kind stands where it is known to, and nowhere else."""
    counts: Counter[str] = Counter()
    for path, text in sources():
        if words.search(text):
            counts[path] += sum(map(found, nodes(text)))
    for path, count in sorted(counts.items()):
        expected = known.get(path, 0)
        require(count <= expected, f"{path} {what} in {count} places, and {expected} are known")
    return counts.total()


@promise("cookies.none-before-consent", look=Look.NOW, strength=Strength.LOOKED_UP)
def cookies_are_set_in_known_places_alone(site: RunningSite) -> Evidence:
    """No other code sets a cookie or fills a session, whoever it waits for; no script stores anything."""
    it_sets_no_cookie()
    cookies = only_where_known(
        "sets a cookie", sets_a_cookie, re.compile("cookie", re.IGNORECASE), COOKIES
    )
    sessions = only_where_known("fills a session", fills_a_session, re.compile("session"), SESSIONS)
    require(cookies and sessions, "no place was found that sets a cookie")
    only_where_known("tells browsers to fetch something", tells_to_fetch, HEADER_NAMED, FETCHING)
    read = 0
    for name, text in scripts():
        found = STORING.search(text)
        require(not found, f"the script {name} stores something by {found[0] if found else ''}")
        read += 1
    require(read, "no script was found")
    return Evidence(
        "A cookie is set in the known places of the code and in no other, also for visitors of whom "
        "no look knows; no other place tells browsers to ask somebody, and none of the site’s scripts "
        "stores anything in a browser.",
        {"places that set a cookie": cookies, "that fill a session": sessions, "scripts": read},
    )


def lines_go_to_the_console_alone() -> None:
    """Require that no handler writes lines into a file, a mail or to another machine."""
    configured: Any = settings.LOGGING
    named = {one.get("class") for one in configured.get("handlers", {}).values()}
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.Logger.manager.loggerDict)]
    attached = {
        type(one).__name__
        for logger in loggers
        for one in logger.handlers
        if getattr(one, "baseFilename", "") != os.devnull
    }
    strange = sorted(map(str, named - HANDLERS)) + sorted(attached & KEEPING)
    require(not strange, f"lines of logs go to {strange[:1]}")


@promise("newsletter.confirmed", look=Look.NOW, strength=Strength.LOOKED_UP)
def readers_are_confirmed_in_known_places_alone(site: RunningSite) -> Evidence:
    """No other code confirms a sign-up: not who releases, reminds, imports or takes a message."""
    places = only_where_known(
        "confirms an address",
        confirms_an_address,
        re.compile("confirmed_at|" + "|".join(sorted(CONFIRM))),
        CONFIRMED,
    )
    require(places, "no place was found that confirms an address")
    return Evidence(
        "A sign-up is confirmed in the known places of the code and in no other: by the mailed "
        "link, by the mailed code, and in an account that has shown the address.",
        {"places that confirm an address": places},
    )
