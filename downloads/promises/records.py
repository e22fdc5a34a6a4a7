"""Promises about what stays of a download: a record, a count, and for how long."""

from django.db.models import Count
from django.utils import timezone

from downloads.models import DownloadCount, DownloadRecord
from downloads.promises.made_up import MadeUp, customer
from privacy.datamap.promises.filled_rows import fill
from privacy.datamap.promises.purging import (
    AN_HOUR,
    PURGE,
    done_by_the_job,
    months_from,
    nothing_is_over,
    purge_keeps,
    ran_lately,
)
from privacy.datamap.promises.raw_rows import Database
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.written_tables import noted_in_the_cache, rows_written

RECORDS, COUNTS = "downloads_downloadrecord", "downloads_downloadcount"
OF_A_COUNT = {"id", "version_id", "month", "count"}
"""What a count may hold: which file, which month, and how many."""


@promise("downloads.recorded", look=Look.REHEARSAL)
def a_download_while_logged_in_leaves_one_record(site: RunningSite) -> Evidence:
    """By the button of the page; no link gives the file to who is logged in past the record."""
    with site.rehearsal():
        fetched, linked = MadeUp(), MadeUp()
        user, visitor = customer(site)
        mine = DownloadRecord.objects.filter(user=user)
        for _ in range(2):
            require(fetched.is_in(fetched.fetched(visitor)), "the button does not lead to the file")
        require(not linked.is_in(visitor.get(linked.file)), "a link gives a file without a record")
        found = [record.version_id for record in mine]
        require(found == [fetched.version.pk], f"a download leaves {len(found)} records")
        shown = visitor.get("/accounts/data/").shown
        require(fetched.document.title in shown, "the record is not shown to its person")
    return Evidence(
        "Played through for this check: a download while logged in left one record, which its "
        "person sees, and no link led to a file past it.",
        {"records": 1},
    )


@promise("downloads.recorded", look=Look.REHEARSAL)
def a_download_without_logging_in_leaves_no_record(site: RunningSite) -> Evidence:
    """By the button and by the link."""
    with site.rehearsal():
        made = MadeUp()
        with rows_written() as tables:
            stranger = site.visitor()
            for answer in (made.fetched(stranger), stranger.get(made.file)):
                require(made.is_in(answer), "a stranger does not get a file that is for everybody")
        require(RECORDS not in tables, "a download without logging in leaves a record")
    return Evidence(
        "Played through for this check: a download without logging in left no record.",
        {"records": 0},
    )


@promise("downloads.recorded", look=Look.ROWS)
def no_download_is_recorded_twice(site: RunningSite) -> Evidence:
    """One person and one file have one record at a moment."""
    twice = (
        DownloadRecord.objects.values("user", "version", "at")
        .annotate(rows=Count("pk"))
        .filter(rows__gt=1)
    )
    require(not twice.exists(), f"{twice.count()} downloads are recorded more than once")
    return Evidence(
        "No stored download is recorded twice.", {"records": DownloadRecord.objects.count()}
    )


@promise("downloads.counted", look=Look.REHEARSAL)
def a_download_without_logging_in_is_only_counted(site: RunningSite) -> Evidence:
    """Three strangers make three, in one row of this month, and nothing else is written."""
    month = timezone.localdate().replace(day=1)
    with site.rehearsal():
        made = MadeUp()
        site.get(made.page)  # what is kept of pages is kept from here on
        with rows_written() as tables, noted_in_the_cache() as noted:
            for _ in range(3):
                made.fetched(site.visitor())
        counts = DownloadCount.objects.filter(version=made.version)
        found = list(counts.values_list("month", "count"))
    require(found == [(month, 3)], f"three downloads are counted as {found}")
    require(not noted, f"{len(noted)} things about a download are noted in the shared cache")
    others = set(tables) - {COUNTS}
    require(not others, f"a download without logging in writes into {sorted(others)}")
    return Evidence(
        "Played through for this check: three downloads without logging in made one count of this "
        "month, and nothing else was stored.",
        {"downloads": 3, "rows": 1},
    )


@promise("downloads.counted", look=Look.ROWS)
def a_stored_count_tells_of_a_month_and_nothing_more(site: RunningSite) -> Evidence:
    """The table has no place for anything else, and no count is of a day."""
    more = set(Database.as_it_stands().tables[COUNTS].columns) - OF_A_COUNT
    require(not more, f"a count holds {sorted(more)}, too")
    days = DownloadCount.objects.exclude(month__day=1).count()
    require(not days, f"{days} counts are of a day and not of a month")
    return Evidence(
        "A stored count names a file and a month.", {"counts": DownloadCount.objects.count()}
    )


@promise("retention.downloads", look=Look.REHEARSAL)
def records_go_after_24_months(site: RunningSite) -> Evidence:
    """A record goes after 24 months and not before."""
    purge_keeps("retention.downloads")
    limit = months_from(timezone.now(), -24)
    with site.rehearsal():
        made, (user, _) = MadeUp(), customer(site)
        for moment in (limit - AN_HOUR, limit + AN_HOUR):
            DownloadRecord.objects.create(user=user, version=made.version, at=moment)
            fill(DownloadRecord.objects.create(user=user, version=made.version, at=moment))
        done_by_the_job(PURGE)
        kept = list(DownloadRecord.objects.filter(user=user).values_list("at", flat=True))
    require(limit - AN_HOUR not in kept, "a record is still there after 24 months")
    require(kept.count(limit + AN_HOUR) == 2, "a record is deleted before its 24 months are over")
    return Evidence(
        "Played through for this check: a record was deleted after 24 months and not before.",
        {"months": 24},
    )


@promise("retention.downloads", look=Look.ROWS)
def no_stored_record_is_over(site: RunningSite) -> Evidence:
    """No record is older than 24 months."""
    limit = months_from(timezone.now(), -24)
    records = DownloadRecord.objects.all()
    found = nothing_is_over("download records older than 24 months", records, "at", before=limit)
    return Evidence(
        "No stored record of a download is older than 24 months.", {**found, **ran_lately(PURGE)}
    )
