"""Promises about the policy as a record: its date, its versions, what announces a change."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from privacy.policy.chain import hash_of
from privacy.policy.models import PRIVACY, TERMS, Kind, PolicyDraft, PolicyVersion
from privacy.policy.promises.sealed_texts import (
    DATES,
    HIDING,
    TEXTS,
    are_called_what_they_are,
    is_what_was_drafted,
    is_what_was_shipped,
    now_in_force,
    posted_versions,
    shows_what_was_sealed,
    words_of,
)
from privacy.policy.services import (
    SealingRefused,
    create_draft,
    ensure_policy,
    seal_and_publish,
)
from privacy.promises.page_reader import Element
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

POLICY = "/privacy/"
PROBE = "This sentence belongs to a check and is rolled back."
BECAUSE = "A check of the promises, rolled back."
GONE = "Zymurgy"
"""A word that no policy holds: it stands in the older of two texts that are compared."""
AT_LEAST = 30
"""Days between posting and effect of a material change, as the policy says."""
NEWEST = 20
"""How many entries a feed has at most, and of how many versions the texts are read each time."""
BOTH = {PRIVACY: "/privacy/", TERMS: "/legal/"}


def in_force() -> PolicyVersion:
    """Return the version in force, by its rows alone."""
    return now_in_force(PRIVACY)


def sealed(text: str, *, kind: Kind, effective_on: date) -> PolicyVersion:
    """Seal a text as the next version, as staff do. Runs inside a rehearsal."""
    draft = create_draft(
        ensure_policy(PRIVACY),
        by=None,
        source_text=text,
        kind=kind,
        reason=BECAUSE,
        summary=BECAUSE,
        effective_on=effective_on,
    )
    return seal_and_publish(draft, by=None, override_reason=BECAUSE)


def days_told(site: RunningSite) -> dict[str, str]:
    """Return the day of the last update as each place tells it, in ISO form."""
    answer = site.get(POLICY)
    main = answer.page.first("main")
    line = (
        next((p for p in main.all("p") if p.text.startswith("Last updated")), None)
        if main
        else None
    )
    seen = line.first("time") if line else None
    days = {"page": seen.get("datetime") if seen else "nothing"}
    told = [one["dateModified"] for one in answer.page.structured if "dateModified" in one]
    days["data for machines"] = told[0] if told else "nothing"
    modified = answer.header("Last-Modified")
    days["header"] = (
        timezone.localdate(parsedate_to_datetime(modified)).isoformat() if modified else "nothing"
    )
    days["sitemap"] = _day_in_sitemap(site)
    days["feed"] = _day_in_feed(site)
    return days


def _day_in_sitemap(site: RunningSite) -> str:
    tree = ET.fromstring(site.get("/sitemap.xml").text)  # noqa: S314 - our own
    for url in tree:
        texts = {child.tag.rpartition("}")[2]: child.text or "" for child in url}
        if texts.get("loc", "").endswith(POLICY):
            return texts.get("lastmod", "nothing")[:10]
    return "nothing"


def _day_in_feed(site: RunningSite) -> str:
    tree = ET.fromstring(site.get(f"{POLICY}feed.atom").text)  # noqa: S314 - our own
    version = in_force()
    for entry in tree.iter("{http://www.w3.org/2005/Atom}entry"):
        links = [link.get("href", "") for link in entry.iter("{http://www.w3.org/2005/Atom}link")]
        if any(link.endswith(version.get_absolute_url()) for link in links):
            updated = entry.findtext("{http://www.w3.org/2005/Atom}updated") or ""
            return timezone.localdate(datetime.fromisoformat(updated)).isoformat()
    return "nothing"


@promise("policy.last-updated", look=Look.NOW)
def every_place_tells_one_date(site: RunningSite) -> Evidence:
    """What people see is what machines, caches, search engines and feed readers are told."""
    days = days_told(site)
    version = in_force()
    is_what_was_shipped(version, "posted_on")
    expected = version.posted_on.isoformat()
    require(
        timezone.localdate(version.posted_at) == version.posted_on,
        "the version in force was posted at another time than on its day",
    )
    wrong = {place: day for place, day in days.items() if day != expected}
    require(not wrong, f"it was updated on {expected}, but these say otherwise: {wrong}")
    main = site.get(POLICY).page.first("main")
    shown = f"{version.posted_on:%B} {version.posted_on.day}, {version.posted_on.year}"
    require(
        main is not None and f"Last updated: {shown}" in main.text,
        f"the date is not written as {shown}",
    )
    return Evidence(
        f"Page, data for machines, header, sitemap and feed all say {shown}.",
        {"places compared": len(days)},
    )


@promise("changes.posted-here", look=Look.NOW)
def the_page_shows_the_text_in_force(site: RunningSite) -> Evidence:
    """Both policies are shown as they were sealed, word for word and link for link."""
    for slug, path in BOTH.items():
        version = now_in_force(slug)
        shows_what_was_sealed(site.get(path), version.source_text, path)
        coming = [v for v in posted_versions(slug) if v.number > version.number]
        links = site.get(path).page.links
        for one in coming:
            require(f"{path}v/{one.number}/" in links, f"{path} does not link to what is coming")
    return Evidence(
        "Privacy policy and terms are shown word for word as they were sealed, with their links.",
        {"policies": len(BOTH)},
    )


@promise("changes.posted-here", look=Look.REHEARSAL)
def the_page_shows_what_is_in_force_and_what_comes(site: RunningSite) -> Evidence:
    """A change that is posted is linked at once, and shown on the day it takes effect; not before."""
    version = in_force()
    today = timezone.localdate()
    newest = PolicyVersion.objects.filter(policy=version.policy).order_by("-number")[0]
    text = f"{version.source_text}\n{PROBE}\n"
    with site.rehearsal():
        day = max(today + timedelta(days=9), newest.effective_on)
        coming = sealed(text, kind=Kind.MINOR, effective_on=day)
        page = site.get(POLICY).page
        require(PROBE not in page.text, "a version is shown before it takes effect")
        address = f"{POLICY}v/{coming.number}/"
        require(address in page.links, "the coming version is not linked")
        require(PROBE in site.get(address).page.text, "it cannot be read")
    with site.rehearsal():
        if newest.number == version.number:
            sealed(text, kind=Kind.MINOR, effective_on=today)
            require(PROBE in site.get(POLICY).page.text, "a version in force is not shown")
    with site.rehearsal():
        _is_unseen(site, newest.number + 1, text)
    return Evidence(
        "Played through for this check: a version was linked as soon as it was posted, and shown "
        "on the day it took effect; a draft and a version for tomorrow were shown nowhere."
    )


def _is_unseen(site: RunningSite, number: int, text: str) -> None:
    """Require that neither a draft nor a version that waits for its posting can be read."""
    far = timezone.localdate() + timedelta(days=4000)
    fields = {"kind": Kind.MINOR, "reason": BECAUSE, "summary": PROBE, "effective_on": far}
    draft = create_draft(ensure_policy(PRIVACY), by=None, source_text=text, **fields)
    _can_be_read_nowhere(site, number, "a draft")
    PolicyDraft.objects.filter(pk=draft.pk).update(post_on=timezone.localdate() + timedelta(days=1))
    seal_and_publish(PolicyDraft.objects.get(pk=draft.pk), by=None, override_reason=BECAUSE)
    _can_be_read_nowhere(site, number, "a version that is not posted")


def _can_be_read_nowhere(site: RunningSite, number: int, what: str) -> None:
    own = [f"{POLICY}v/{number}{end}" for end in ("/", ".json", ".txt")]
    for path in own:
        found = site.get(path).status
        require(found == 404, f"{what} can be read at {path}")
    lists = ("", "history/", "feed.atom", "list.json", "log.txt")
    for path in (*(f"{POLICY}{one}" for one in lists), "/sitemap.xml"):
        said = site.get(path).text
        require(PROBE not in said and own[0] not in said, f"{what} stands in {path}")


@promise("changes.date-at-top", look=Look.REHEARSAL)
def no_new_text_without_a_new_date(site: RunningSite) -> Evidence:
    """The database refuses to change a sealed text; a new one brings its own date."""
    version = in_force()
    table = connection.ops.quote_name(PolicyVersion._meta.db_table)
    attacks = (
        f"UPDATE {table} SET rendered_html = 'x' WHERE id = %s",  # noqa: S608 - our own table
        f"UPDATE {table} SET source_text = 'x' WHERE id = %s",  # noqa: S608 - our own table
        f"UPDATE {table} SET posted_on = '2001-01-01' WHERE id = %s",  # noqa: S608 - our own table
        f"UPDATE {table} SET effective_on = '2001-01-01' WHERE id = %s",  # noqa: S608 - our own table
        f"DELETE FROM {table} WHERE id = %s",  # noqa: S608 - our own table
    )
    refused = 0
    with site.rehearsal():
        for attack in attacks:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(attack, [version.pk])
            except DatabaseError:
                refused += 1
        require(
            refused == len(attacks),
            f"the database let {len(attacks) - refused} of {len(attacks)} changes through",
        )
        if not PolicyVersion.objects.upcoming(PRIVACY).exists():
            today = timezone.localdate()
            text = f"{version.source_text}\n{PROBE}\n"
            newer = sealed(text, kind=Kind.MINOR, effective_on=today)
            day = days_told(site)["page"]
            require(day == newer.posted_on.isoformat(), f"a new text is shown with the date {day}")
    return Evidence(
        "Played through for this check: the database refused to change a published text or its "
        "date, and a new text brought its own date.",
        {"changes tried": len(attacks), "changes refused": refused},
    )


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


@promise("changes.thirty-days-first", look=Look.REHEARSAL)
def a_material_change_waits(site: RunningSite) -> Evidence:
    """After 29 days a material version is refused, by the database and by the desk; after 30 not."""
    version, today = in_force(), timezone.localdate()
    early, on_time = today + timedelta(days=AT_LEAST - 1), today + timedelta(days=AT_LEAST)
    newest = PolicyVersion.objects.filter(policy=version.policy).order_by("-number")[0]
    with site.rehearsal():
        fields = {
            field.attname: getattr(version, field.attname)
            for field in PolicyVersion._meta.concrete_fields
            if not field.primary_key
        }
        fields |= {
            "number": newest.number + 1,
            "kind": Kind.MATERIAL,
            "imported": False,
            "posted_at": timezone.now(),
            "posted_on": today,
            "effective_on": early,
            "previous_hash": newest.hash,
            "hash": "0" * 64,
        }
        taken = _insert(fields)
        require(not taken, f"the database takes a material version for in {AT_LEAST - 1} days")
        require(_insert({**fields, "effective_on": on_time}), "not even one that waits is taken")
    with site.rehearsal():
        require(not _is_sealed(version, early), f"staff can seal one for in {AT_LEAST - 1} days")
        late_enough = newest.effective_on <= on_time
        require(not late_enough or _is_sealed(version, on_time), "staff cannot seal one that waits")
    return Evidence(
        f"Played through for this check: database and desk refused a material version that would "
        f"take effect after {AT_LEAST - 1} days, and took one after {AT_LEAST}.",
        {"days": AT_LEAST},
    )


def _insert(fields: dict[str, object]) -> bool:
    try:
        with transaction.atomic():
            PolicyVersion(**fields).save()
    except DatabaseError:
        return False
    return True


def _is_sealed(version: PolicyVersion, day: date) -> bool:
    try:
        with transaction.atomic():
            sealed(f"{version.source_text}\n{PROBE}\n", kind=Kind.MATERIAL, effective_on=day)
    except (DatabaseError, SealingRefused):
        return False
    return True


@promise("changes.thirty-days-first", look=Look.ROWS)
def each_material_change_has_waited(site: RunningSite) -> Evidence:
    """Each material version sealed here took effect 30 days after it was posted, or will."""
    material, waits = 0, []
    for slug in BOTH:
        versions = posted_versions(slug)
        are_called_what_they_are(versions)
        for version in versions:
            is_what_was_shipped(version, "kind")
            if version.kind == "material" and not version.imported:
                material += 1
                waits.append((version.effective_on - version.posted_on).days)
    require(
        not waits or min(waits) >= AT_LEAST, f"one took effect after {min(waits, default=0)} days"
    )
    return Evidence(
        f"Of {material} material versions sealed here, each waits {AT_LEAST} days or more."
        if material
        else "No material version was sealed here yet.",
        {"material versions": material},
    )


@promise("changes.earlier-versions", look=Look.NOW)
def every_version_stays_as_it_was(site: RunningSite) -> Evidence:
    """Each posted version opens at its own address and shows what was sealed, word for word."""
    opened = 0
    for slug, path in BOTH.items():
        versions = posted_versions(slug)
        require(versions, "no version was ever posted")
        for version in versions[:NEWEST]:
            address = f"{path}v/{version.number}/"
            require(hash_of(version) == version.hash, f"version {version.number} is altered")
            is_what_was_shipped(version, *TEXTS, *DATES)
            is_what_was_drafted(version)
            shows_what_was_sealed(site.get(address), version.source_text, address)
            told = json.loads(site.get(f"{path}v/{version.number}.json").text or "{}")
            require(
                told.get("record", {}).get("source") == version.source_text
                and told.get("hash") == version.hash,
                f"the data of {address} are not what was sealed",
            )
            plain = site.get(f"{path}v/{version.number}.txt").text
            require(
                words_of(re.sub(r"\{promise:[^}]*\}", "", version.source_text))
                == words_of(plain.partition("\n\n")[2]),
                f"{path}v/{version.number}.txt gives another text",
            )
            opened += 1
        for newer, older in pairwise(versions):
            require(newer.previous_hash == older.hash or _has_gap(newer, older), "a link is broken")
    return Evidence(
        "Each version opens at its own address and is, word for word and link for link, what was "
        "sealed; those from before this site are what was shipped.",
        {"versions": opened},
    )


def _has_gap(newer: PolicyVersion, older: PolicyVersion) -> bool:
    """Tell whether a version between two was withdrawn before it was posted."""
    return newer.number - older.number > 1
