"""What code does for somebody whom no look sends: who comes from one site, or types one word."""

from collections.abc import Iterator
from typing import Any

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

SOURCES = "sens_site.promises.source_code.sources"
MIDDLEWARE = "sens_site/lib/http/security_headers.py"


def _with(hand: Hand, path: str, code: str) -> None:
    """Add code to a module, as it is read: it waits for what no look does."""

    def changed(old: Any) -> Iterator[tuple[str, str]]:
        known = dict(old())
        known[path] = f"{known.get(path, '')}\n{code}\n"
        yield from known.items()

    hand.wrap(SOURCES, changed)


@breaks("cookies.none-before-consent")
def a_cookie_for_who_comes_from_a_search(hand: Hand) -> None:
    _with(hand, MIDDLEWARE, "def f(response): response.set_cookie('came_from', 'search')")


@breaks("cookies.none-before-consent")
def a_cookie_that_is_written_as_a_header(hand: Hand) -> None:
    _with(hand, "news/views.py", "def f(response): response.headers['Set-Cookie'] = 'a=1'")


@breaks("cookies.none-before-consent")
def a_session_for_who_searches_for_one_word(hand: Hand) -> None:
    _with(hand, "search/views.py", "def f(request): request.session['asked'] = 1")


@breaks("cookies.none-before-consent", way=Way.CONFIGURATION)
def a_script_that_stores(hand: Hand) -> None:
    def changed(old: Any) -> Iterator[tuple[str, str]]:
        yield from old()
        yield "passkey/passkey.js", "cookieStore.set('seen', '1');"

    hand.wrap("sens_site.promises.source_code.scripts", changed)


@breaks("retention.access-logs")
def a_flood_that_is_logged_with_its_address(hand: Hand) -> None:
    _with(hand, "search/views.py", "def f(logger, ip, q): logger.warning('Flood: %s %s', ip, q)")


@breaks("retention.access-logs")
def a_line_of_the_log_with_words_in_it(hand: Hand) -> None:
    _with(hand, "contact/services.py", "def f(logger, m): logger.info(f'Message: {m.text}')")


@breaks("retention.access-logs")
def log_lines_with_who_asked(hand: Hand) -> None:
    _with(hand, "sens_site/lib/http/log_format.py", "def f(r): return r.META.get('REMOTE_ADDR')")
