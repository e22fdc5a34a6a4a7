"""The promise that a material change waits: 29 days are too few, 30 are enough."""

from datetime import date, timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from privacy.policy.models import Kind, PolicyVersion
from privacy.policy.promises.record import BOTH, PROBE, in_force, sealed
from privacy.policy.promises.sealed_texts import (
    are_called_what_they_are,
    is_what_was_shipped,
    posted_versions,
)
from privacy.policy.services import SealingRefused
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

AT_LEAST = 30
"""Days between posting and effect of a material change, as the policy says."""


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
