"""Promises about the policy as a record: its date, its versions, what announces a change."""

import json
import re
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from privacy.policy.chain import hash_of
from privacy.policy.models import NOTICE_DAYS, PRIVACY, Kind, PolicyVersion
from privacy.policy.rendering import place_marks
from privacy.policy.services import create_draft, ensure_policy, seal_and_publish
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

POLICY = "/privacy/"
PROBE = "This sentence belongs to a check and is rolled back."
BECAUSE = "A check of the promises, rolled back."


def in_force() -> PolicyVersion:
    """Return the version in force."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    require(version is not None, "no version is in force")
    assert version is not None  # noqa: S101 - for the type checker
    return version


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
    expected = in_force().posted_on.isoformat()
    wrong = {place: day for place, day in days.items() if day != expected}
    require(not wrong, f"it was updated on {expected}, but these say otherwise: {wrong}")
    shown = in_force().posted_on
    return Evidence(
        f"Page, data for machines, header, sitemap and feed all say "
        f"{shown:%B} {shown.day}, {shown.year}.",
        {"places compared": len(days)},
    )


@promise("changes.posted-here", look=Look.REHEARSAL)
def the_page_shows_what_is_in_force_and_what_comes(site: RunningSite) -> Evidence:
    """A change that is posted is linked at once, and shown on the day it takes effect."""
    version = in_force()
    today = timezone.localdate()
    newest = PolicyVersion.objects.of(PRIVACY)[0]
    with site.rehearsal():
        text = f"{version.source_text}\n{PROBE}\n"
        day = max(today + timedelta(days=9), newest.effective_on)
        coming = sealed(text, kind=Kind.MINOR, effective_on=day)
        page = site.get(POLICY).page
        require(PROBE not in page.text, "a version is shown before it takes effect")
        require(coming.get_absolute_url() in page.links, "the coming version is not linked")
        require(PROBE in site.get(coming.get_absolute_url()).page.text, "it cannot be read")
    with site.rehearsal():
        text = f"{version.source_text}\n{PROBE}\n"
        if not PolicyVersion.objects.upcoming(PRIVACY).exists():
            sealed(text, kind=Kind.MINOR, effective_on=today)
            require(PROBE in site.get(POLICY).page.text, "a version in force is not shown")
    return Evidence(
        "A version was linked as soon as it was posted, and shown on the day it took effect."
    )


@promise("changes.date-at-top", look=Look.REHEARSAL)
def no_new_text_without_a_new_date(site: RunningSite) -> Evidence:
    """The database refuses to change a sealed text; a new one brings its own date."""
    version = in_force()
    table = connection.ops.quote_name(PolicyVersion._meta.db_table)
    attacks = (
        f"UPDATE {table} SET rendered_html = 'x' WHERE id = %s",  # noqa: S608 - our own table
        f"UPDATE {table} SET source_text = 'x' WHERE id = %s",  # noqa: S608 - our own table
        f"UPDATE {table} SET posted_on = '2001-01-01' WHERE id = %s",  # noqa: S608 - our own table
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
        "The database refused to change a published text or its date; a new text brought its own "
        "date.",
        {"changes tried": len(attacks), "changes refused": refused},
    )


@promise("changes.check-back", look=Look.NOW)
def readers_need_not_remember(site: RunningSite) -> Evidence:
    """History, comparison and feed are one step away, and work."""
    answer = site.get(POLICY)
    history = f"{POLICY}history/"
    require(history in answer.page.links, "the policy does not link to its history")
    feeds = [
        link.get("href")
        for link in answer.page.all("link")
        if link.get("type") == "application/atom+xml"
    ]
    feeds += [link for link in answer.page.links if link.endswith(".atom")]
    require(feeds, "the policy does not name its feed")
    feed = site.get(feeds[0].replace(settings.SITE_ORIGIN, ""))
    require(feed.status == 200, f"the feed answers {feed.status}")
    count = PolicyVersion.objects.public(PRIVACY).count()
    entries = feed.text.count("<entry>")
    require(entries == count, f"the feed has {entries} entries for {count} versions")
    comparisons = [
        link for link in site.get(history).page.links if re.search(r"/compare/\d+/\d+/$", link)
    ]
    require(comparisons or count < 2, "the history offers no comparison")
    for link in comparisons[:3]:
        page = site.get(link).page
        marked = sum(1 for _ in page.all("ins", "del"))
        require(marked, f"{link} shows no difference")
    return Evidence(
        "History, comparison and feed are one step away, and each version is in all of them.",
        {"versions": count, "comparisons": len(comparisons)},
    )


@promise("changes.thirty-days-first", look=Look.REHEARSAL)
def a_material_change_waits(site: RunningSite) -> Evidence:
    """The database refuses a material version that takes effect too early, whoever writes it."""
    version = in_force()
    early = timezone.localdate() + timedelta(days=NOTICE_DAYS - 1)
    with site.rehearsal():
        fields = {
            field.attname: getattr(version, field.attname)
            for field in PolicyVersion._meta.concrete_fields
            if not field.primary_key
        }
        newest = PolicyVersion.objects.of(PRIVACY)[0]
        fields |= {
            "number": newest.number + 1,
            "kind": Kind.MATERIAL,
            "imported": False,
            "posted_at": timezone.now(),
            "posted_on": timezone.localdate(),
            "effective_on": early,
            "previous_hash": newest.hash,
            "hash": "0" * 64,
        }
        taken = _insert(fields)
        require(not taken, f"a material version may take effect after {NOTICE_DAYS - 1} days")
        on_time = {**fields, "effective_on": early + timedelta(days=1)}
        require(_insert(on_time), "not even a version that waits is taken")
    return Evidence(
        f"The database refused a material version that would take effect after "
        f"{NOTICE_DAYS - 1} days, and took one after {NOTICE_DAYS}.",
        {"days": NOTICE_DAYS},
    )


def _insert(fields: dict[str, object]) -> bool:
    try:
        with transaction.atomic():
            PolicyVersion(**fields).save()
    except DatabaseError:
        return False
    return True


@promise("changes.earlier-versions", look=Look.NOW)
def every_version_stays_as_it_was(site: RunningSite) -> Evidence:
    """Each posted version opens at its own address and shows what was sealed."""
    versions = list(PolicyVersion.objects.posted(PRIVACY))
    require(versions, "no version was ever posted")
    for version in versions[:50]:
        answer = site.get(version.get_absolute_url())
        require(answer.status == 200, f"version {version.number} answers {answer.status}")
        require(hash_of(version) == version.hash, f"version {version.number} is altered")
        start = place_marks(version.rendered_html, lambda _: "\0").split("\0")[0][:200]
        require(start and start in answer.text, f"version {version.number} shows another text")
    raw = site.get(f"{POLICY}v/{versions[-1].number}.json")
    require(raw.status == 200, "the oldest version cannot be had as data")
    told = json.loads(raw.text)
    require(versions[-1].hash in str(told), "the data of a version lack its hash")
    return Evidence(
        "Each version opens at its own address and is, byte for byte, what was sealed.",
        {"versions": len(versions)},
    )
