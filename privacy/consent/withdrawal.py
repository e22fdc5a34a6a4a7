"""Taking consent back: what the browser is told to forget in the same answer."""

from collections.abc import Iterable, Iterator
from http.cookies import Morsel

from django.http import HttpRequest, HttpResponse

from privacy.consent.offer.catalogue import GROUP_BY_KEY
from privacy.consent.offer.parts import COOKIE, StoredItem

CLEAR_STORAGE = '"storage"'
LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"


def _matches(item: StoredItem, name: str) -> bool:
    return name.startswith(item.name) if item.prefix else name == item.name


def _domains(request: HttpRequest) -> Iterator[str]:
    """The domains that a script on this host can set a cookie for; first the host alone."""
    yield ""
    host = request.get_host().partition(":")[0].rstrip(".")
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def _deletion(name: str, item: StoredItem, domain: str) -> "Morsel[str]":
    morsel: Morsel[str] = Morsel()
    morsel.set(name, "", "")
    morsel.update({"path": item.path, "max-age": "0", "expires": LONG_AGO})
    if domain:
        morsel["domain"] = domain
    return morsel


def forget(request: HttpRequest, response: HttpResponse, groups: Iterable[str]) -> int:
    """Delete the catalogued cookies of some groups, on this host and on its parents.

    Only cookies that the browser has sent are named. Returns how many deletions were sent.
    """
    sent = 0
    items = [i for key in groups for i in GROUP_BY_KEY[key].items if i.kind == COOKIE]
    for item in items:
        for name in (name for name in request.COOKIES if _matches(item, name)):
            for domain in _domains(request):
                # A response's cookies are kept by name; one name for several domains needs keys
                # of their own.
                response.cookies[f"{name} {domain}"] = _deletion(name, item, domain)
                sent += 1
    return sent


def clear_storage(response: HttpResponse) -> None:
    """Have the browser empty this origin's storage. Cookies are not touched by it."""
    response.headers["Clear-Site-Data"] = CLEAR_STORAGE
