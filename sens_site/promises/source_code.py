"""Promises about what code does in rare cases only: our own is read whole, whoever it waits for.

A cookie for who comes from one search engine, an address in one line of a log: no look comes as
everybody who may come. So the few places that set a cookie, fill a session, ask for an IP address or
say something beside the words of a log line stand here. Who adds a place adds it here, and says so.
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
from sens_site.promises.front_server import it_logs_nobody, it_sets_no_cookie

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
LOGGED = {
    "accounts/idle_accounts.py": "ended",
    "downloads/delivery.py": "missing, version.pk",
    "newsletter/sending.py": "issue.pk",
    "outbox/delivery.py": "lost, mail, mail.attempts, mail.purpose, short_name(error)",
    "outbox/job_failures.py": "short_name(error)",
    "outbox/management/commands/run_job.py": "job.name, place(error), short_name(error)",
    "outbox/silence.py": "len(addresses) - len(left)",
    "outbox/worker.py": (
        "error, job.name, place(error), self._transport_wait, short_name(error), status"
    ),
    "privacy/consent/jobs.py": "head.hash, head.number",
    "privacy/consent/withdrawal.py": "key",
    "privacy/datamap/clock.py": "moment, stamp.last_seen",
    "privacy/datamap/erasure.py": "reference[:8], sum((line.count or 0 for line in lines))",
    "privacy/datamap/retention.py": "count, name, place(error), result.rule",
    "privacy/policy/head_log.py": "name",
    "privacy/policy/jobs.py": "name",
    "search/finding.py": "type(error).__name__",
    "sens_site/lib/cache/served_cache.py": "type(error).__name__",
    "sens_site/lib/forms/typed.py": "error",
    "sens_site/lib/http/faults.py": "exception",
}
"""What lines of logs say beside their own words: numbers, names of jobs and of errors."""
SET_COOKIE = ("set_cookie", "set_signed_cookie")
"""How the names of what sets a cookie begin."""
HANDLERS = frozenset({"logging.StreamHandler", "logging.NullHandler"})
"""To whom the settings may give lines: to the machine's own output, or to nobody."""
KEEPING = frozenset({
    "AdminEmailHandler", "DatagramHandler", "FileHandler", "HTTPHandler", "RotatingFileHandler",
    "SMTPHandler", "SocketHandler", "SysLogHandler", "TimedRotatingFileHandler",
    "WatchedFileHandler",
})  # fmt: skip
"""What keeps lines in a file or a mail, or hands them to another machine, whoever attached it."""
LOG_CALLS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
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
def _nodes(text: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(text)))


def _called(node: ast.AST) -> str:
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
    return says_it or _called(node).startswith(SET_COOKIE) or _is_put_into(node, "cookies")


def fills_a_session(node: ast.AST) -> bool:
    return _is_put_into(node, "session")


def asks_for_an_address(node: ast.AST) -> bool:
    key = isinstance(node, ast.Constant) and node.value in ADDRESS_KEYS
    return key or _called(node) == "client_address"


def _only_where_known(
    what: str, found: Callable[[ast.AST], bool], words: re.Pattern[str], known: Mapping[str, int]
) -> int:
    """Require that code of a kind stands where it is known to, and nowhere else."""
    counts: Counter[str] = Counter()
    for path, text in sources():
        if words.search(text):
            counts[path] += sum(map(found, _nodes(text)))
    for path, count in sorted(counts.items()):
        expected = known.get(path, 0)
        require(count <= expected, f"{path} {what} in {count} places, and {expected} are known")
    return counts.total()


@promise("cookies.none-before-consent", look=Look.NOW, strength=Strength.LOOKED_UP)
def cookies_are_set_in_known_places_alone(site: RunningSite) -> Evidence:
    """No other code sets a cookie or fills a session, whoever it waits for; no script stores anything."""
    it_sets_no_cookie()
    cookies = _only_where_known(
        "sets a cookie", sets_a_cookie, re.compile("cookie", re.IGNORECASE), COOKIES
    )
    sessions = _only_where_known(
        "fills a session", fills_a_session, re.compile("session"), SESSIONS
    )
    require(cookies and sessions, "no place was found that sets a cookie")
    read = 0
    for name, text in scripts():
        found = STORING.search(text)
        require(not found, f"the script {name} stores something by {found[0] if found else ''}")
        read += 1
    require(read, "no script was found")
    return Evidence(
        "A cookie is set in the known places of the code and in no other, also for visitors of whom "
        "no look knows; and none of the site’s scripts stores anything in a browser.",
        {"places that set a cookie": cookies, "that fill a session": sessions, "scripts": read},
    )


def _lines_go_to_the_console_alone() -> None:
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


@promise("retention.access-logs", look=Look.NOW, strength=Strength.LOOKED_UP)
def what_logs_say_is_known(site: RunningSite) -> Evidence:
    """A log line is made of its own words and a few known values; IP addresses are asked for rarely."""
    _lines_go_to_the_console_alone()
    it_logs_nobody()
    addresses = _only_where_known(
        "asks for an IP address",
        asks_for_an_address,
        re.compile("client_address|" + "|".join(ADDRESS_KEYS)),
        NETWORK,
    )
    lines = 0
    for path, text in sources():
        if "log" in text:
            for said in map(_logged, _nodes(text)):
                if said is not None:
                    beyond = sorted(said - set(LOGGED.get(path, "").split(", ")))
                    require(not beyond, f"{path} logs {beyond[:1]}, which is not known")
                    lines += 1
    require(addresses and lines, "no log line was found")
    return Evidence(
        "Each line that the site logs holds its own words and known values, none of which is of a "
        "visitor; an IP address is asked for in the known places alone.",
        {"log lines": lines, "places that ask for an IP address": addresses},
    )


def _logged(node: ast.AST) -> frozenset[str] | None:
    """Return what a call writes into a log beside constant words; None for what is no such call."""
    function = node.func if isinstance(node, ast.Call) else None
    if not (
        isinstance(node, ast.Call)
        and isinstance(function, ast.Attribute)
        and function.attr in LOG_CALLS
        and "log" in ast.unparse(function.value).lower()
    ):
        return None
    values = [*node.args, *(one.value for one in node.keywords)]
    return frozenset(ast.unparse(one) for one in values if not isinstance(one, ast.Constant))
