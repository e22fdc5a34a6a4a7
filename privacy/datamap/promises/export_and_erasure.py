"""Promises about what a person gets on request: the copy, and what it says of each item."""

import io
import json
import zipfile
from typing import Any

from django.contrib.auth import get_user_model

from privacy.datamap.erasure import erase, plan_erasure
from privacy.datamap.erasure_proof import new_mark, plant, plantable
from privacy.datamap.export import DATA, FORMAT, MANIFEST, exported_entries, stream_export
from privacy.datamap.registry import personal_entries
from privacy.datamap.rows import rows_of
from privacy.datamap.search import hits
from privacy.datamap.subjects import Subject, subject_of
from privacy.datamap.terms import OnErase
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite


def person_with_marks(name: str) -> tuple[Subject, str, int]:
    """Return a made-up person whose rows hold a mark, the mark, and how often. In a rehearsal."""
    users = get_user_model().objects
    user = users.create_user(username=f"check-{name}", email=f"check-{name}@example.com")
    subject = subject_of(user).with_addresses([user.email])
    mark = new_mark()
    return subject, mark, plant(subject, mark)


def archive_of(subject: Subject) -> dict[str, str]:
    """Return the files of a person's copy."""
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_export(subject)))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def items_of(site: RunningSite) -> list[dict[str, Any]]:
    """Return what the copy of a made-up person says of each item."""
    with site.rehearsal():
        subject, _, _ = person_with_marks("items")
        items: list[dict[str, Any]] = json.loads(archive_of(subject)[MANIFEST])["items"]
    require(items, "the copy says nothing of its items")
    return items


def says_of_every_item(site: RunningSite, key: str, words: str) -> Evidence:
    """Require that the copy says one thing of each item."""
    items = items_of(site)
    silent = [item["title"] for item in items if not item.get(key)]
    require(not silent, f"the copy does not say {words} of “{silent[0] if silent else ''}”")
    return Evidence(f"The copy says {words} for every item.", {"items": len(items)})


@promise("rights.purposes", look=Look.REHEARSAL)
def the_copy_says_what_for(site: RunningSite) -> Evidence:
    """Purposes."""
    return says_of_every_item(site, "purpose", "what it is used for")


@promise("rights.source", look=Look.REHEARSAL)
def the_copy_says_where_from(site: RunningSite) -> Evidence:
    """Sources."""
    return says_of_every_item(site, "source", "where we got it")


@promise("rights.recipients", look=Look.REHEARSAL)
def the_copy_says_who_receives_it(site: RunningSite) -> Evidence:
    """Recipients."""
    return says_of_every_item(site, "recipients", "who may receive it")


@promise("rights.retention", look=Look.REHEARSAL)
def the_copy_says_how_long(site: RunningSite) -> Evidence:
    """Periods."""
    return says_of_every_item(site, "retention", "how long it is kept")


@promise("rights.copy", look=Look.REHEARSAL)
def the_copy_is_whole_and_holds_nobody_else(site: RunningSite) -> Evidence:
    """A mark in every field of a person is in the copy, a neighbour's is not."""
    with site.rehearsal():
        subject, mark, planted = person_with_marks("mine")
        _, other, _ = person_with_marks("other")
        files = archive_of(subject)
        secret = sum(
            entry.columns[field.name].secret * rows_of(entry, subject).count()
            for entry in personal_entries()
            for field in plantable(entry)
        )
    shown = planted - secret
    require(shown > 0, "no field of the person can be marked")
    data = json.loads(files[DATA])["tables"]
    seen = sum(str(row).count(mark) for rows in data.values() for row in rows)
    require(seen == shown, f"{seen} of {shown} marked fields are in the copy")
    require(other not in "".join(files.values()), "the copy holds somebody else’s data")
    require(len(data) == len(exported_entries()), "the copy leaves a table out")
    return Evidence(
        "Every marked field was in the copy, and nothing of anybody else.",
        {"fields marked": shown, "tables": len(data)},
    )


@promise("rights.portability", look=Look.REHEARSAL)
def the_copy_can_be_read_by_machines(site: RunningSite) -> Evidence:
    """The copy is JSON in a named format, and its digests fit."""
    with site.rehearsal():
        subject, _, _ = person_with_marks("moving")
        files = archive_of(subject)
    data, manifest = json.loads(files[DATA]), json.loads(files[MANIFEST])
    require(data["format"] == FORMAT, f"the format is {data['format']}")
    require(DATA in manifest["sha256"], "the copy has no digest")
    tables = set(data["tables"])
    told = {item["table"] for item in manifest["items"]}
    require(tables == told, "the copy and its description name different tables")
    return Evidence(
        f"The copy is JSON in the format {FORMAT}, described table by table.",
        {"tables": len(tables)},
    )


@promise("rights.erasure", look=Look.REHEARSAL)
def an_erasure_does_what_its_plan_says(site: RunningSite) -> Evidence:
    """The plan is carried out to the letter, and its report names what is kept, and why."""
    with site.rehearsal():
        subject, mark, planted = person_with_marks("going")
        plan = plan_erasure(subject)
        report = erase(subject, cause="promise")
        left = hits({mark, "check-going@example.com"})
    require(planted, "no field of the person can be marked")
    require(report.counts == plan.counts, "the erasure did something else than was planned")
    require(not left, f"something is left in {', '.join(sorted(left))}")
    silent = [line.title for line in report.kept if not line.reason]
    require(not silent, f"“{silent[:1]}” is kept without a reason")
    return Evidence(
        "The erasure followed its plan, left nothing, and gave a reason for each record that stays.",
        {"fields marked": planted, "kinds kept": len(report.kept)},
    )


LISTED = frozenset({
    "access-logs", "backups", "contact.ContactMessage", "ledger", "newsletter.Suppression",
    "outbox.OutboxMail", "consent.ConsentReceipt", "rights.RequestEvent", "rights.SubjectRequest",
    "visits.PageView",
})  # fmt: skip
"""What the policy lists as kept after a deletion, as the data map calls it. A single view is a line
of an access log, kept by the same rule, and names nobody."""
ELSEWHERE = frozenset({"analytics-vendors", "cookies", "marketing-vendors"})
"""Not kept by us: in the person's own browser, or with vendors, who do not know the name."""


@promise("account.kept-after-deletion", look=Look.REHEARSAL)
def only_the_listed_records_stay(site: RunningSite) -> Evidence:
    """What a report can name as kept is on the list of the policy, each with its reason."""
    with site.rehearsal():
        subject, _, _ = person_with_marks("leaving")
        lines = plan_erasure(subject).lines
    kept = [one for one in lines if one.action is OnErase.KEEP and one.label not in ELSEWHERE]
    beside = sorted({line.label for line in kept} - LISTED)
    require(not beside, f"{beside[:1]} is kept and not on the list")
    silent = [line.title for line in kept if not line.reason]
    require(not silent, f"“{silent[:1]}” is kept without a reason")
    return Evidence(
        "After a deletion only records of the listed kinds can stay, each with its reason.",
        {"kinds that may stay": len(kept)},
    )
