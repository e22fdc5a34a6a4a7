"""What a browser may say of the page that sends a form, in every way in which it can be put together."""

from collections.abc import Iterator, Mapping
from itertools import product

from django.conf import settings

ELSEWHERE = "https://other.test"
NOT_SAID = None


def ways_to_say_it() -> Iterator[tuple[Mapping[str, str], bool]]:
    """Yield headers, and whether they name a page of this site. What contradicts itself is left out.

    What cannot be forged counts before what can be left out: Sec-Fetch-Site, then Origin, then
    Referer. Whoever says nothing has not named one.
    """
    own = settings.SITE_ORIGIN
    for site, origin, referer in product(
        (NOT_SAID, "same-origin", "same-site", "cross-site"),
        (NOT_SAID, own, ELSEWHERE, "null"),
        (NOT_SAID, f"{own}/news/", f"{ELSEWHERE}/", f"{own}.other.test/"),
    ):
        told = {
            "Sec-Fetch-Site": (site, site == "same-origin"),
            "Origin": (origin, origin == own),
            "Referer": (referer, referer == f"{own}/news/"),
        }
        said = {name: (value, ours) for name, (value, ours) in told.items() if value is not None}
        verdicts = [ours for _, ours in said.values()]
        headers = {name: value for name, (value, _) in said.items()}
        if origin == own and site in ("same-site", "cross-site"):
            continue
        if not verdicts or not verdicts[0]:
            yield headers, False
        elif all(verdicts):
            yield headers, True


def in_words(headers: Mapping[str, str]) -> str:
    """Return what a browser says, for a report."""
    return ", ".join(map(": ".join, headers.items())) or "no word of where it comes from"
