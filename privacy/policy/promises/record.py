"""Promises about the policy as a record: its date, its versions, what announces a change."""

import json
import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from privacy.policy import services
from privacy.policy.chain import hash_of
from privacy.policy.models import PRIVACY, TERMS, Kind, PolicyDraft, PolicyVersion
from privacy.policy.promises.sealed_texts import (
    DATES,
    TEXTS,
    is_what_was_drafted,
    is_what_was_shipped,
    now_in_force,
    posted_versions,
    shows_what_was_sealed,
    words_of,
)
from privacy.policy.services import (
    create_draft,
    ensure_policy,
    seal_and_publish,
)
from privacy.promises.played_clock import later
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

POLICY = "/privacy/"
PROBE = "This sentence belongs to a check and is rolled back."
BECAUSE = "A check of the promises, rolled back."
NEWEST = 20
TEN_YEARS = timedelta(days=3653)
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
    days = {"page": seen.get("datetime") if seen and seen.text else "nothing"}
    told = [one["dateModified"] for one in answer.page.structured if "dateModified" in one]
    days["data for machines"] = told[0] if told else "nothing"
    modified = answer.header("Last-Modified")
    days["header"] = (
        timezone.localdate(parsedate_to_datetime(modified)).isoformat() if modified else "nothing"
    )
    days["sitemap"] = _day_in_sitemap(site)
    days["feed"] = _day_in_feed(site)
    address = f"{POLICY}v/{in_force().number}"
    told_in_text = re.search(r"^Last updated: (.+)$", site.get(f"{address}.txt").text, re.MULTILINE)
    days["text"] = told_in_text[1] if told_in_text else "nothing"
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
        f"Page, data for machines, header, sitemap, feed and plain text all say {shown}.",
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
        follows = coming.previous_hash == newest.hash
        require(follows, "a new version does not follow from the one before: that could be changed")
        page = site.get(POLICY).page
        require(PROBE not in page.text, "a version is shown before it takes effect")
        address = f"{POLICY}v/{coming.number}/"
        require(address in page.links, "the coming version is not linked")
        require(PROBE in site.get(address).page.text, "it cannot be read")
        with suppress(services.SealingRefused):
            services.withdraw_version(coming, by=None, reason=BECAUSE)
        stays = address in site.get(POLICY).page.links and site.get(address).status == 200
        require(stays, "a version that was posted can be taken back")
    with site.rehearsal():
        if newest.number == version.number:
            sealed(text, kind=Kind.MINOR, effective_on=today)
            require(PROBE in site.get(POLICY).page.text, "a version in force is not shown")
    with site.rehearsal():
        _is_unseen(site, newest.number + 1, text)
    return Evidence(
        "Played through for this check: a version was linked as soon as it was posted, and shown "
        "on the day it took effect, and could not be taken back; a draft and a version for tomorrow "
        "were shown nowhere."
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


@promise("changes.earlier-versions", look=Look.NOW)
def every_version_stays_as_it_was(site: RunningSite) -> Evidence:
    """Each posted version opens at its own address and shows what was sealed, word for word."""
    opened = 0
    for slug, path in BOTH.items():
        versions = posted_versions(slug)
        require(versions, "no version was ever posted")
        told_of = json.loads(site.get(f"{path}list.json").text)["versions"]
        listed_as = {one["number"]: one for one in told_of}
        for version in versions[:NEWEST]:
            address = f"{path}v/{version.number}/"
            said = listed_as.get(version.number, {})
            require(
                (said.get("posted_on"), said.get("effective_on"), said.get("hash"))
                == (str(version.posted_on), str(version.effective_on), version.hash),
                f"{path}list.json tells version {version.number} otherwise: {said}",
            )
            require(hash_of(version) == version.hash, f"version {version.number} is altered")
            is_what_was_shipped(version, *TEXTS, *DATES)
            is_what_was_drafted(version)
            shown = site.get(address)
            shows_what_was_sealed(shown, version.source_text, address)
            require(version.hash in shown.shown, f"{address} names another hash")
            told = json.loads(site.get(f"{path}v/{version.number}.json").text or "{}")
            require(
                told.get("record", {}).get("source") == version.source_text
                and told.get("hash") == version.hash,
                f"the data of {address} are not what was sealed",
            )
            plain = site.get(f"{path}v/{version.number}.txt").text
            dates = f"Last updated: {version.posted_on}\nIn effect from: {version.effective_on}\n"
            require(dates in plain, f"{path}v/{version.number}.txt tells other dates")
            require(
                words_of(re.sub(r"\{promise:[^}]*\}", "", version.source_text))
                == words_of(plain.partition("\n\n")[2]),
                f"{path}v/{version.number}.txt gives another text",
            )
            opened += 1
        with later(TEN_YEARS):  # they are earlier then, and stay
            listed = site.get(f"{path}history/").page.links
            for version in versions[:NEWEST]:
                address = f"{path}v/{version.number}/"
                require(site.get(address).status == 200, f"{address} does not stay")
                require(address in listed, f"the history does not lead to {address} for ever")
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
