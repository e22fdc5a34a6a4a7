"""How long requests are kept: their words for 12 months after closing, the rest for 36."""

import os
import secrets
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from privacy.datamap.holds import held_subjects, without_held
from privacy.datamap.promises.filled_rows import fill
from privacy.datamap.promises.purging import (
    LATE,
    PURGE,
    done_by_the_job,
    months_from,
    nothing_is_over,
    purge_keeps,
    ran_lately,
    runs_daily,
)
from privacy.datamap.vendors import VENDORS
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights.choices import Channel, Did, Ground, Kind
from privacy.rights.intake import record
from privacy.rights.models import (
    ExportFile,
    InternalNote,
    MailedLink,
    RequestEvent,
    RequestNote,
    RequestScan,
    SubjectRequest,
    SystemCheck,
    VendorTask,
)
from privacy.rights.private_storage import EXPORTS, SCANS, files, folder
from privacy.rights.promises.played_requests import (
    ADDRESS,
    REASON,
    hold,
)
from privacy.rights.scans import keep_scan

CLOSED_BY = ("answered", "refused", "withdrawn", "spam")
"""How a request can come to its end."""


@promise("retention.requests", look=Look.REHEARSAL)
def words_go_after_12_months_and_the_rest_after_36(site: RunningSite) -> Evidence:
    """A purge blanks and deletes by the day of closing, whatever happened after it."""
    purge_keeps("retention.requests")
    now, a_day = timezone.now(), timedelta(days=1)
    closings = {
        "text, not yet": months_from(now, -12) + a_day,
        "text, over": months_from(now, -12) - a_day,
        "outline, not yet": months_from(now, -36) + a_day,
        "outline, over": months_from(now, -36) - a_day,
    }
    runs_daily("remove stray copies")
    with site.rehearsal():
        hold(f"neighbour-{ADDRESS}")  # what is held of one keeps nothing of another
        played = {
            _closed(moment, kind, CLOSED_BY[number % 4], list(Channel)[number % len(Channel)]): (
                name,
                kind,
            )
            for name, moment in closings.items()
            for number, kind in enumerate(Kind)
        }
        for row in SubjectRequest.objects.filter(pk__in=sorted(played)[::2]):
            fill(row, but={"restricted_at"})  # who has rows held keeps them
        done_by_the_job(PURGE)
        copies = ExportFile.objects.filter(request__in=played).count()
        rows = SubjectRequest.objects.filter(pk__in=played)
        left = {played[row.pk]: (_words_of(row), row.events.count()) for row in rows}
    require(not copies, f"{copies} copies of requests that are closed stay")
    for name in closings:
        kinds = {kind: found for (of, kind), found in left.items() if of == name}
        words = [kind.label for kind, (text, _) in kinds.items() if text]
        whole = [kind for kind, (text, _) in kinds.items() if text == ALL_OF_IT]
        events = {count for _, count in kinds.values()}
        if name == "outline, over":
            require(not kinds, "the outline of a request stays longer than 36 months")
            continue
        require(len(kinds) == len(Kind), "the outline of a request goes too early")
        require(events == {5}, "something that happened to a request goes too early")
        if name == "text, not yet":
            require(len(whole) == len(Kind), "the text of a request goes too early")
        else:
            require(not words, f"the text stays longer than 12 months ({', '.join(words)})")
    return Evidence(
        "Played through for this check with a request of each kind: the words went after 12 "
        "months, the outline after 36, and nothing earlier.",
        {"months for the text": 12, "months for the outline": 36, "requests": len(played)},
    )


@promise("retention.requests", look=Look.REHEARSAL)
def a_copy_that_no_row_knows_is_removed(site: RunningSite) -> Evidence:
    """What a machine left that died as it wrote a copy goes; a copy that is being written stays."""
    runs_daily("remove stray copies")
    with site.rehearsal():
        left, young = (folder() / secrets.token_hex(16) for _ in range(2))
        for file in (left, young):
            file.touch(mode=0o600)
        two_days_ago = (timezone.now() - timedelta(days=2)).timestamp()
        os.utime(left, (two_days_ago, two_days_ago))
        done_by_the_job("remove stray copies")
        there = [left.exists(), young.exists()]
    require(not there[0], "a file of a copy that no row knows stays")
    require(there[1], "a copy is removed while it is written")
    return Evidence(
        "Played through for this check: the worker removed a file that no row knew.", {"files": 1}
    )


LINK, WISH, FINGERPRINT = "a mailed link", "a wish to be contacted", "a fingerprint"
SCAN = "a scan of a letter"
ALL_OF_IT = {REASON, ADDRESS, LINK, WISH, FINGERPRINT, SCAN}


def _closed(closed: datetime, kind: Kind, how: str, channel: Channel) -> int:
    """Play a request that came long before it was closed, and to which something happened since."""
    received = closed - timedelta(days=25)
    asked = SubjectRequest.objects.create(
        kind=kind,
        channel=channel,
        name=ADDRESS,
        email=ADDRESS,
        postal_address=ADDRESS,
        text=REASON,
        wants_contact=True,
        fingerprint=secrets.token_hex(32),
        received_at=received,
        due_on=closed.date(),
        closed_at=closed,
    )
    record(asked, Did.RECEIVED, at=received)
    record(asked, Did.EXTENDED, at=received, text=REASON)
    ground = Ground.EXCESSIVE if how == "refused" else ""
    record(asked, Did(how), at=closed, text=REASON, ground=ground)
    record(asked, Did.FILE_DESTROYED, at=closed + timedelta(days=100))
    MailedLink.objects.create(
        request=asked,
        purpose=MailedLink.Purpose.IDENTITY,
        token_hash=secrets.token_hex(32),
        created_at=received,
        expires_at=closed,
    )
    ExportFile.objects.create(
        request=asked, file_name=secrets.token_hex(16), made_at=received, expires_at=closed
    )
    VendorTask.objects.create(
        request=asked, vendor=VENDORS[0].key, due_on=closed.date(), evidence=REASON
    )
    InternalNote.objects.create(request=asked, author="", text=REASON)
    SystemCheck.objects.create(request=asked, system="A system", evidence=REASON)
    keep_scan(asked, b"%PDF-")
    return asked.pk


def _words_of(asked: SubjectRequest) -> set[str]:
    """Return what is left of a request beside its outline, wherever it stands."""
    found = {asked.name, asked.email, asked.postal_address, asked.text}
    found |= ({WISH} if asked.wants_contact else set()) | (
        {FINGERPRINT} if asked.fingerprint else set()
    )
    found |= set(RequestNote.objects.filter(event__request=asked).values_list("text", flat=True))
    found |= set(asked.vendor_tasks.values_list("evidence", flat=True))
    found |= set(asked.notes.values_list("text", flat=True))
    found |= set(asked.system_checks.values_list("evidence", flat=True))
    found |= {LINK for _ in asked.links.all()}
    found |= {SCAN for _ in RequestScan.objects.filter(request=asked)}
    return found - {""}


@promise("retention.requests", look=Look.ROWS)
def no_stored_request_is_over(site: RunningSite) -> Evidence:
    """No words are left 12 months after closing, no outline after 36, and no copy that nobody fetches."""
    now = timezone.now()
    a_year_ago, three_years_ago = months_from(now, -12), months_from(now, -36)
    closing = RequestEvent._base_manager.filter(request=OuterRef("pk"), did__in=CLOSED_BY)
    closed = SubjectRequest._base_manager.annotate(
        ended_at=Coalesce(Subquery(closing.order_by("at").values("at")[:1]), "closed_at")
    ).exclude(ended_at=None)
    outlines = nothing_is_over(
        "requests closed more than 36 months ago", closed, "ended_at", before=three_years_ago
    )
    bare = SubjectRequest._base_manager.exclude(restricted_at=None).exclude(
        Exists(RequestEvent._base_manager.filter(request=OuterRef("pk"), did="restricted"))
    )
    require(not bare.count(), "rows are held for somebody who never asked for it")
    over = without_held(closed.filter(ended_at__lt=a_year_ago - LATE), held_subjects()).values("pk")
    words = {
        "requests": SubjectRequest._base_manager.filter(pk__in=over).exclude(
            name="", email="", postal_address="", text="", fingerprint="", wants_contact=False
        ),
        "notes": RequestNote._base_manager.filter(event__request__in=over),
        "mailed links": MailedLink._base_manager.filter(request__in=over),
        "notes about vendors": VendorTask._base_manager.filter(request__in=over).exclude(
            evidence=""
        ),
        "notes of looks elsewhere": SystemCheck._base_manager.filter(request__in=over).exclude(
            evidence=""
        ),
        "notes of staff": InternalNote._base_manager.filter(request__in=over),
        "scans": RequestScan._base_manager.filter(request__in=over),
        "copies": ExportFile._base_manager.filter(request__in=over),
    }
    for what, rows in words.items():
        late = rows.count()
        require(not late, f"{late} {what} still have their words 12 months after closing")
    copies = ExportFile._base_manager.all()
    waiting = nothing_is_over("copies to fetch, older than a month", copies, "made_at",
                              before=now - timedelta(days=30))  # fmt: skip
    scans = RequestScan._base_manager.all()
    old = (now - LATE).timestamp()
    for name, kept in ((EXPORTS, copies), (SCANS, scans)):
        known = set(kept.values_list("file_name", flat=True))
        strays = [f for f in files(name) if f.name not in known and f.stat().st_mtime < old]
        require(not strays, f"{len(strays)} files of {name} belong to no request")
    return Evidence(
        "No stored request was closed more than 36 months ago, and none that was closed more than "
        "12 months ago still has its words.",
        {
            **outlines,
            "requests with words 12 months after closing": 0,
            "copies that wait": copies.count(),
            **{name: figure for name, figure in waiting.items() if name != "the oldest"},
            **ran_lately(PURGE),
        },
    )
