"""By what single views and counts may be named: a page of this site, or the name of another.

A count under the number of a browser is a single view that never ends.
"""

import re
from collections.abc import Iterable
from itertools import chain

from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite
from visits.models import DailyCount, PageView, Reach

SEGMENTS = re.compile(r"/(?:[A-Za-z0-9]+(?:[-._][A-Za-z0-9]+)*/?)*")
NUMBER = re.compile(
    r"(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{8,}|[0-9]{9,}|(?=.*[0-9])(?=.*[A-Za-z]).{16,}"
)
"""What no word of an address is: a piece of a random number, a long one, or a jumble."""
UUID = re.compile(r"(?:^|[-._/])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?:$|[-._/])")
HOST = re.compile(r"(?![0-9.]+\Z)[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")
MOVED = frozenset([301, 308, 410])
OTHERS = "*"
"""All sites together that led here too seldom to be counted by name."""


def views_and_reach_name_pages(site: RunningSite) -> None:
    """Require that what is kept of single views names pages and sites alone."""
    _are_pages(site, PageView._base_manager.values_list("path", flat=True).distinct(), "a view")
    _are_keys(site, Reach._base_manager.values_list("kind", "key").distinct(), "who was reached")


def counts_name_pages(site: RunningSite) -> int:
    """Require that counts by day are of pages and of sites, and of nobody; return how many keys."""
    keys = list(DailyCount._base_manager.values_list("kind", "key").distinct())
    _are_keys(site, keys, "a count by day")
    return len(keys)


def _are_keys(site: RunningSite, keys: Iterable[tuple[str, str]], what: str) -> None:
    named: dict[str, set[str]] = {"total": set(), "page": set(), "entry": set(), "host": set()}
    for kind, key in keys:
        require(kind in named, f"{what} is of “{kind}”, and nobody has said what that is")
        named[kind].add(key)
    require(named["total"] <= {""}, f"{what} of all visits is one of some")
    odd = [one for one in named["host"] - {"", OTHERS} if not HOST.fullmatch(one)]
    require(not odd, f"{what} names more than the site that led here")
    _are_pages(site, chain(named["page"], named["entry"]), what)


def _are_pages(site: RunningSite, paths: Iterable[str], what: str) -> None:
    odd = sorted({path for path in paths if not _is_worded(path)})
    lost = [path for path in odd if not path.startswith("/") or not _is_open(site, path)]
    require(not lost, f"{what} is kept under something that is no page of this site")


def _is_open(site: RunningSite, path: str) -> bool:
    """Tell whether an address is one for everybody, or was; a mailed one is for one reader."""
    answer = site.get(path)
    public = "public" in answer.header("Cache-Control")
    return answer.status in MOVED or (answer.status == 200 and public)


def _is_worded(path: str) -> bool:
    """Tell whether a path is made of words, as addresses of pages are, gone ones too."""
    words = re.split(r"[-._/]", path)
    whole = SEGMENTS.fullmatch(path) and not UUID.search(path)
    return bool(whole) and not any(map(NUMBER.fullmatch, words))
