"""The promise that nobody has to remember: history, feed, lists and comparisons hold all."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from django.utils import timezone

from privacy.policy.models import PRIVACY, Kind, PolicyVersion
from privacy.policy.promises.record import BOTH, NEWEST, POLICY, PROBE, in_force, sealed
from privacy.policy.promises.sealed_texts import HIDING, posted_versions, words_of
from privacy.promises.page_reader import Element
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

GONE = "Zymurgy"
"""A word that no policy holds: it stands in the older of two texts that are compared."""


@promise("changes.check-back", look=Look.NOW)
def readers_need_not_remember(site: RunningSite) -> Evidence:
    """History, comparison and feed are one step away, and hold each version."""
    answer = site.get(POLICY)
    history = f"{POLICY}history/"
    require(history in answer.page.links, "the policy does not link to its history")
    feeds = [
        link.get("href")
        for link in answer.page.all("link")
        if link.get("type") == "application/atom+xml"
    ]
    require(feeds, "the policy does not name its feed")
    compared = 0
    for slug, path in BOTH.items():
        versions = posted_versions(slug)
        feed = f"{path}feed.atom"
        require(slug != PRIVACY or feeds[0].endswith(feed), "the policy names another feed")
        _each_stands_in_its_lists(site, path, [v.number for v in versions])
        for name in ("log.txt", "list.json"):
            said = site.get(f"{path}{name}").text
            lost = [v.number for v in versions if v.hash not in said]
            require(not lost, f"{path}{name} gives another hash of version {lost[:1]}")
        for new, old in list(pairwise(versions))[:3]:
            _comparison_shows_all(site, path, old, new)
            compared += 1
    return Evidence(
        "History, comparison and feed are one step away; each version stands in history, feed, "
        "list and log, and each word that went is marked as removed.",
        {"versions": len(posted_versions(PRIVACY)), "comparisons": compared},
    )


def _each_stands_in_its_lists(site: RunningSite, path: str, numbers: list[int]) -> None:
    feed = site.get(f"{path}feed.atom")
    require(feed.status == 200, f"the feed answers {feed.status}")
    in_feed = re.findall(rf'<entry>.*?<link href="[^"]*{path}v/(\d+)/"', feed.text, re.DOTALL)
    require([int(n) for n in in_feed] == numbers[:NEWEST], f"{path}feed.atom lacks a version")
    listed = json.loads(site.get(f"{path}list.json").text)["versions"]
    require([one["number"] for one in listed] == numbers, f"{path}list.json lacks a version")
    logged = [int(line.split()[1]) for line in site.get(f"{path}log.txt").text.splitlines()]
    require(set(numbers) <= set(logged), f"{path}log.txt lacks a version")
    links = site.get(f"{path}history/").page.links
    missing = [n for n in numbers[:NEWEST] if f"{path}v/{n}/" not in links]
    require(not missing, f"{path}history/ lacks version {missing[:1]}")
    pairs = list(pairwise(numbers))[:NEWEST]
    alone = [new for new, old in pairs if f"{path}compare/{old}/{new}/" not in links]
    require(not alone, f"{path}history/ offers no comparison of version {alone[:1]}")


def _comparison_shows_all(
    site: RunningSite, path: str, old: PolicyVersion, new: PolicyVersion
) -> None:
    """Require that each word which is gone stands among the removed ones, and each new one added."""
    address = f"{path}compare/{old.number}/{new.number}/"
    found = site.get(address).page.by_id("start")
    require(found is not None, f"{address} shows no text")
    assert found is not None  # noqa: S101 - for the type checker
    before, after = _plain_words(old.source_text), _plain_words(new.source_text)
    for tag, gone in (("del", before - after), ("ins", after - before)):
        marked = Counter(word for one in found.all(tag) for word in words_of(one.text))
        unmarked = gone - marked
        require(not unmarked, f"{address} does not mark what was changed: {sorted(unmarked)[:1]}")
        hidden = [one.tag for one in _with_all_above(found, tag) if set(one.attrs) & HIDING]
        require(not hidden, f"{address} hides what was changed")


def _with_all_above(found: Element, tag: str) -> Iterator[Element]:
    for one in found.all(tag):
        yield one
        above = one.parent
        while above is not None and above is not found:
            yield above
            above = above.parent


def _plain_words(source: str) -> Counter[str]:
    text = re.sub(r"\{promise:[^}]*\}|\]\([^)]*\)|^#+ ", " ", source, flags=re.MULTILINE)
    return Counter(words_of(text))


@promise("changes.check-back", look=Look.REHEARSAL)
def a_comparison_hides_nothing(site: RunningSite) -> Evidence:
    """A sentence that goes is shown as removed, one that comes as added, in the page and as text."""
    version = in_force()
    newest = PolicyVersion.objects.filter(policy=version.policy).order_by("-number")[0]
    day = max(timezone.localdate(), newest.effective_on)
    with site.rehearsal():
        old = sealed(
            f"{version.source_text}\nKept. {GONE} goes.\n", kind=Kind.MINOR, effective_on=day
        )
        new = sealed(f"{version.source_text}\nKept. {PROBE}\n", kind=Kind.MINOR, effective_on=day)
        address = f"{POLICY}compare/{old.number}/{new.number}"
        page = site.get(f"{address}/").page
        removed = " ".join(one.text for one in page.all("del"))
        added = " ".join(one.text for one in page.all("ins"))
        require(GONE in removed, "a comparison hides what was removed")
        require(PROBE.rsplit(maxsplit=1)[-1] in added, "a comparison hides what was added")
        text = site.get(f"{address}.txt").text
        require(
            re.search(rf"\[-[^\]]*{GONE}", text) is not None,
            "a comparison as text hides what was removed",
        )
    return Evidence(
        "Played through for this check: a sentence that was removed and one that was added were "
        "shown as such, in the page and as text."
    )
