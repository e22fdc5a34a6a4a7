"""The promise that each document is still the file that was published."""

import hashlib
import re
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone

from downloads.models import DocumentVersion
from downloads.promises.made_up import MadeUp, document
from downloads.store import store
from privacy.datamap.promises.purging import done_by_the_job, is_due, ran_lately, runs_daily
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

JOB = "verify documents"
EACH_NIGHT = timedelta(days=2)
"""A file that was looked at in the night before last has missed one night."""
HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@promise("downloads.unchanged", look=Look.REHEARSAL)
def a_changed_byte_is_found(site: RunningSite) -> Evidence:
    """Files in order, with another byte and gone, new and looked at before: the job tells them apart.

    What is right is worked out here, and neither asked of the check nor of the stored hash.
    """
    runs_daily(JOB)
    with site.rehearsal():
        yesterday = timezone.now() - timedelta(days=1)
        DocumentVersion.objects.update(checked_at=timezone.now())  # the others have their turn
        whole, changed, gone, known = MadeUp(), MadeUp(), MadeUp(), MadeUp()
        for one in (whole, changed, gone, known):
            shown = HASH.findall(site.get(one.page).shown)
            right = hashlib.sha256(one.content).hexdigest()
            require(set(shown) == {right}, "the page of a document shows another SHA-256")
        earlier = [MadeUp(), MadeUp(document("drawing", "registered"))]
        later = [MadeUp(one.document, "2") for one in earlier]
        made = (whole, changed, gone, known, *earlier, *later)
        ours = DocumentVersion.objects.filter(pk__in=[one.version.pk for one in made])
        ours.update(uploaded_at=yesterday)
        is_due(JOB)
        ours.update(checked_at=yesterday)
        is_due(JOB)
        ours.exclude(pk=known.version.pk).update(checked_at=None)
        _spoil(changed, gone)
        for one in (known, *earlier):
            _spoil(one)
        done_by_the_job(JOB)
        missing = set(ours.filter(missing_since__isnull=False).values_list("pk", flat=True))
        damaged = set(ours.filter(damaged_since__isnull=False).values_list("pk", flat=True))
        unseen = ours.exclude(checked_at__gt=yesterday).count()
    require(not unseen, f"{unseen} of {len(made)} files are not looked at")
    require(damaged >= {changed.version.pk}, "a file with another byte is taken for unchanged")
    former = {one.version.pk for one in earlier}
    require(damaged >= former, "an earlier version with another byte is taken for unchanged")
    latest = {one.version.pk for one in later}
    require(not latest & (missing | damaged), "a version in order is called changed")
    require(damaged >= {known.version.pk}, "a file that changes after its first look is not seen")
    require(missing >= {gone.version.pk}, "a file that is gone is not noticed")
    require(whole.version.pk not in missing | damaged, "a file that is in order is called changed")
    return Evidence(
        "Played through for this check: of eight published files four were changed by a byte, one of "
        "them after it had been looked at and two of earlier versions, and one removed; the nightly "
        "look named these five, and the page showed what is right.",
        {"files": len(made)},
    )


def _spoil(changed: MadeUp, gone: MadeUp | None = None) -> None:
    other = bytes([changed.content[0] ^ 1]) + changed.content[1:]
    store().delete(changed.version.stored_as)
    store().save(changed.version.stored_as, ContentFile(other))
    if gone is not None:
        store().delete(gone.version.stored_as)


@promise("downloads.unchanged", look=Look.ROWS)
def each_file_was_as_published_last_night(site: RunningSite) -> Evidence:
    """Each stored file has been looked at each night since it was brought, and was found in order."""
    versions = DocumentVersion.objects.all()
    wrong = versions.filter(Q(missing_since__isnull=False) | Q(damaged_since__isnull=False))
    first = wrong.select_related("document").first()
    named = f"{first.document.number}, version {first.label}" if first else ""
    require(first is None, f"{wrong.count()} files are not as they were published: {named}")
    limit = timezone.now() - EACH_NIGHT
    never = Q(checked_at__isnull=True, uploaded_at__lt=limit)
    late = versions.filter(Q(checked_at__lt=limit) | never).count()
    require(not late, f"{late} files have not been looked at for two days")
    figures = {"files": versions.count(), **ran_lately(JOB)}
    return Evidence("Each stored file was as it was published when it was last read.", figures)
