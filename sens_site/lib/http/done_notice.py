"""What a page says has been done: said after the form that did it, and to nobody who was led there.

A `#fragment` or a plain query would let anybody link to "Your email address is confirmed". Here
the redirect after a form carries a signed word: it names the page and the notice, says nothing of
a person, needs no cookie and counts for two minutes. Where the browser tells which site led to
the page, only this one counts, so that a fresh word is of no use in a mail or on another site.
"""

from urllib.parse import unquote, urlencode

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

NAME = "done"
"""The name of the query's field, and the id of the line that says it."""
SECONDS = 120
MAX_LENGTH = 200
LED_BY_THIS_SITE = (None, "same-origin")


def with_notice(path: str, notice: str) -> str:
    """Return the address of a page that says what was done, once, with the line in view."""
    bare, mark, query = path.partition("?")
    word = urlencode({NAME: _signer(unquote(bare)).sign(notice)})
    return f"{bare}?{query}{'&' if mark and query else ''}{word}#{NAME}"


def notice_in(request: HttpRequest) -> str:
    """Return what this very page may say was done, or nothing."""
    word = request.GET.get(NAME, "")
    if (
        not word
        or len(word) > MAX_LENGTH
        or request.method not in ("GET", "HEAD")
        or request.headers.get("Sec-Fetch-Site") not in LED_BY_THIS_SITE
    ):
        return ""
    try:
        return _signer(request.path).unsign(word, max_age=SECONDS)
    except BadSignature:
        return ""


def address_without_notice(request: HttpRequest) -> str:
    """Return the address of this page for a form on it, which does something else."""
    query = request.GET.copy()
    query.pop(NAME, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _signer(path: str) -> TimestampSigner:
    return TimestampSigner(salt=f"site.done:{path}")
