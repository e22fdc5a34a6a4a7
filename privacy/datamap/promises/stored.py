"""What is stored, as it stands: tables, columns, triggers, files and values, against the data map.

The map is not asked what there is, as it knows the models only: a table that somebody has made by
hand stands in the database all the same.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import FileField
from django.utils import timezone

from privacy.datamap import ledger
from privacy.datamap.checks import check_map
from privacy.datamap.promises.export_and_erasure import ledger_of_its_own
from privacy.datamap.promises.noted import the_trail_names_nobody
from privacy.datamap.promises.picked_out import ENDED_BY, nothing_more_is_picked_out
from privacy.datamap.promises.purging import (
    A_DAY,
    AN_HOUR,
    LATE,
    PURGE,
    age,
    done_by_the_job,
    ran_lately,
    runs_daily,
    sentence_gives_its_periods,
)
from privacy.datamap.promises.raw_rows import columns_of
from privacy.datamap.registry import Entry, entries, tables_beside_models
from privacy.datamap.replay import pending
from privacy.datamap.stores import cached_items
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.lib import row_guards

OF_THE_FRAMEWORK = {"django_migrations": {"id", "app", "name", "applied"}}
"""Which changes of tables have been made, and when."""
OF_THE_CACHE = {"cache_key", "value", "expires"}
PUBLISHED = frozenset({
    "consent_groupversion", "consent_noticesnapshot", "pages_page", "pages_pagerevision",
    "policy_policy", "policy_policydraft", "policy_policyversion", "search_indexentry",
})  # fmt: skip
"""Texts that everybody reads on the site: the addresses in them are meant for that."""
LIKE_ADDRESSES = frozenset({
    "contact_messagereply.header_id", "outbox_outboxmail.message_id", "outbox_outboxmail.sender",
})  # fmt: skip
"""Numbers of mails, which look like addresses and are none, and the company's own sender."""
PRIVATE_FOLDERS = frozenset({"exports", "scans"})
"""Copies that wait to be fetched, and scans of letters; the promise about requests looks at them."""
MOST_ROWS = 1000
"""How many of a table are read from either end."""
MOST_CACHED = 5000
EMAIL = "an email address"
PERSONAL = {
    # In ASCII, as addresses are stored: bytes that happen to stand beside an "@" are none.
    EMAIL: re.compile(r"[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+", re.ASCII | re.IGNORECASE),
    "a telephone number": re.compile(
        r"(?<![\w.+-])(?:\+\d[\d ().-]{7,}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])"
    ),
    "an IP address": re.compile(
        r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])"
        r"|(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"
        r"|(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{0,4})(?![\w:])",
        re.IGNORECASE,
    ),
}
"""What people are reached by or known by, wherever it stands."""


def tables() -> dict[str, set[str]]:
    """Return the tables and views of the database with their columns."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.get_table_list(cursor):
            found[table.name] = {column[0] for column in columns_of(cursor, table.name)}
    return found


def mapped() -> dict[str, set[str]]:
    """Return the tables that the map knows, with the columns that it classifies."""
    known: dict[str, set[str]] = dict(OF_THE_FRAMEWORK)
    known |= {name: set(columns) for name, columns in tables_beside_models().items()}
    known[settings.CACHES["default"]["LOCATION"]] = OF_THE_CACHE
    for entry in entries().values():
        fields = entry.model._meta.local_concrete_fields
        known[entry.model._meta.db_table] = {
            field.column for field in fields if field.name in entry.columns
        }
    return known


def told_by(text: str, kinds: Iterable[str] = PERSONAL) -> str:
    """Return what a text tells of somebody, or nothing. The company's own is nobody's."""
    ours = {settings.WEBMASTER_EMAIL.rpartition("@")[2], settings.SITE_HOST}
    company = settings.COMPANY
    phones = {_digits(one) for one in (company.phone, company.toll_free, company.fax)}
    for what in kinds:
        for hit in PERSONAL[what].findall(text):
            if hit.rpartition("@")[2] not in ours and _digits(hit) not in phones:
                return what
    return ""


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def values_of(table: str, key: str, columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the column and the words of the values at either end of a table.

    What the audit trail says of a text that everybody reads is passed over, as that text is.
    """
    quoted, by = connection.ops.quote_name(table), connection.ops.quote_name(key)
    wanted = ", ".join(map(connection.ops.quote_name, columns))
    read = {m._meta.label for m in apps.get_models() if m._meta.db_table in PUBLISHED}
    for direction in ("ASC", "DESC"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {wanted} FROM {quoted} ORDER BY {by} {direction} LIMIT {MOST_ROWS}"  # noqa: S608 - names from the catalogue
            )
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                found = dict(zip(names, row, strict=True))
                if found.get("table") not in read:
                    for name, value in found.items():
                        if isinstance(value, str | bytes | memoryview | dict | list):
                            yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


def columns_about_nobody(entry: Entry) -> list[str]:
    """Return the columns that are declared to say nothing about a person, whoever the row is about."""
    table = entry.model._meta.db_table
    return [
        field.column
        for field in entry.model._meta.local_concrete_fields
        if field.name in entry.columns and not entry.columns[field.name].personal
        if f"{table}.{field.column}" not in LIKE_ADDRESSES
    ]


def people_in_columns_about_nobody() -> list[str]:
    """Return where something personal stands in a column that is declared to be about nobody."""
    found = []
    for entry in entries().values():
        meta = entry.model._meta
        columns = columns_about_nobody(entry)
        if meta.db_table in PUBLISHED or not columns:
            continue
        seen: dict[str, str] = {}
        for column, text in values_of(meta.db_table, meta.pk.column, columns):
            if column not in seen and (what := told_by(text)):
                seen[column] = what
        found += [f"{meta.db_table}.{column} holds {what}" for column, what in seen.items()]
    return found


def files_of_nobody() -> list[str]:
    """Return the folders with a file that no row names and no promise looks at."""
    named: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                named |= set(model._base_manager.values_list(field.name, flat=True))
    found = set()
    for root in {str(settings.PRIVATE_ROOT), str(settings.MEDIA_ROOT)} - {""}:
        for file in Path(root).rglob("*"):
            place = file.relative_to(root)
            known = place.parts[0] in PRIVATE_FOLDERS or str(place) in named
            if file.is_file() and not known:
                found.add(Path(root).name)
    return sorted(found)


@promise("policy.names-what-we-collect", look=Look.ROWS)
def nothing_is_stored_beside_the_map(site: RunningSite) -> Evidence:
    """Every table, column, trigger and file is one that the map knows; what is about nobody is."""
    there, known = tables(), mapped()
    more = sorted(set(there) - set(known))
    require(not more, f"the database holds tables that nobody has classified: {', '.join(more)}")
    columns = [
        f"{table}.{name}" for table in sorted(there) for name in sorted(there[table] - known[table])
    ]
    require(not columns, f"nobody has classified the columns {', '.join(columns)}")
    triggers = row_guards.unknown()
    require(not triggers, f"triggers that nobody knows: {', '.join(triggers)}")
    people = [*people_in_columns_about_nobody(), *the_trail_names_nobody()]
    require(not people, f"declared to be about nobody, but {', '.join(people)}")
    cached = list(islice(cached_items(), MOST_CACHED))
    notes = sum(
        bool(told_by(f"{key} {value.decode('latin-1')}", (EMAIL,))) for key, value in cached
    )
    require(not notes, f"{notes} short-lived notes of the server name somebody")
    files = files_of_nobody()
    require(not files, f"files that no record names lie in {', '.join(files)}")
    return Evidence(
        "Every table and column of the database is classified, and no column that is said to be about "
        "nobody holds an email address, telephone number or IP address.",
        {
            "tables": len(there),
            "columns": sum(map(len, there.values())),
            "columns about nobody": sum(
                len(columns_about_nobody(one)) for one in entries().values()
            ),
            "short-lived notes read": len(cached),
        },
    )


ABOUT_COLUMNS = frozenset(["E101", "E109", "E115"])
"""The checks that ask whether each column has its word in the map."""


@promise("policy.names-what-we-collect", look=Look.NOW, strength=Strength.LOOKED_UP)
def the_map_has_no_fault(site: RunningSite) -> Evidence:
    """What stops a start stops nothing where somebody has silenced it: it is looked at here too."""
    faults = [fault for fault in check_map() if str(fault.id)[-4:] in ABOUT_COLUMNS]
    require(not faults, faults[0].msg if faults else "")
    more = sorted({*settings.DATABASES, *settings.CACHES} - {"default", "local"})
    require(not more, f"there are stores that the map does not know: {', '.join(more)}")
    return Evidence(
        "The data map classifies every column, calls none not personal that sounds so, and knows "
        "every database and cache.",
        {"tables in the map": len(entries())},
    )


@promise("retention.backups", look=Look.ROWS)
def the_ledger_follows_the_backups(site: RunningSite) -> Evidence:
    """No line is older than a backup may be, and what a restored backup brought back is gone."""
    sentence_gives_its_periods("retention.backups")
    now = timezone.now()
    limit = now - timedelta(days=35)
    kept_from = ledger.BACKUP_LIFE.before(now)
    require(abs(kept_from - limit) < A_DAY, f"lines are kept from {(now - kept_from).days} days on")
    moments = [line.moment for line in ledger.lines()]
    old = sum(moment < limit - LATE for moment in moments)
    require(not old, f"{old} lines of the ledger are older than any backup may be")
    runs_daily(PURGE)
    nothing_more_is_picked_out(*ENDED_BY["retention.backups"])
    runs_daily("finish erasures")
    waiting = sum(line.moment < now - LATE for line in pending())
    require(not waiting, f"{waiting} erasures are unknown to this database, as after a restore")
    made = _backups_by_their_names(Path(settings.BACKUP_DIR))
    over = sum(moment < limit - LATE for moment in made)
    require(not over, f"{over} backups are older than 35 days")
    return Evidence(
        "No backup in the folder in which the site keeps them is older than 35 days. The ledger, by "
        "which people are erased again after a restore, has no line older than that, and none that "
        "this database has not seen. Copies of backups that lie elsewhere are not looked at.",
        {
            "backups": len(made),
            "the oldest backup": age(min(made, default=None)),
            "lines": len(moments),
            "the oldest": age(min(moments, default=None)),
            **ran_lately(PURGE),
        },
    )


def _backups_by_their_names(folder: Path) -> list[datetime]:
    """Return when each was made, as eight digits in its name say, whatever else may stand there."""
    names = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    days = (re.search(r"\d{8}", name) for name in names)
    return [datetime.strptime(day[0], "%Y%m%d").replace(tzinfo=UTC) for day in days if day]


@promise("retention.backups", look=Look.REHEARSAL)
def backups_go_after_35_days(site: RunningSite) -> Evidence:
    """An archive goes with the day on which it is 35 days old, by the job that deletes all else.

    Of whatever day it is: none of the first of a month, or of a year, is kept for longer.
    """
    with site.rehearsal(), ledger_of_its_own(), TemporaryDirectory() as folder:
        limit = timezone.now() - timedelta(days=35)
        names = {
            f"site-{moment.astimezone(UTC):%Y%m%dT%H%M%S}Z.tar.zst.age": stays
            for days in range(400)
            for moment, stays in (
                (limit - AN_HOUR - timedelta(days=days), False),
                (min(limit + AN_HOUR + timedelta(days=days), limit + timedelta(days=35)), True),
            )
        }
        for name in names:
            (Path(folder) / name).touch()
        usual, settings.BACKUP_DIR = settings.BACKUP_DIR, folder
        last = Path(folder) / next(iter(names))
        try:
            done_by_the_job(PURGE)
            left = {name: (Path(folder) / name).exists() for name in names}
            for name in names:
                (Path(folder) / name).unlink(missing_ok=True)
            last.touch()
            done_by_the_job(PURGE)
        finally:
            settings.BACKUP_DIR = usual
        require(not last.exists(), "the last backup stays for longer than 35 days, if none follows")
    over = sum(there for name, there in left.items() if not names[name])
    require(not over, f"{over} backups stay for longer than 35 days")
    gone = sum(not there for name, there in left.items() if names[name])
    require(not gone, f"{gone} backups go before their 35 days are over")
    return Evidence(
        "Played through for this check: a backup went after 35 days and not before.", {"days": 35}
    )


@promise("retention.backups", look=Look.REHEARSAL)
def lines_of_the_ledger_go_with_the_last_backup(site: RunningSite) -> Evidence:
    """A line of the ledger goes after 35 days, when no backup can bring anybody back any more."""
    with site.rehearsal(), ledger_of_its_own() as file:
        limit = timezone.now() - timedelta(days=35)
        line = {"cause": "check", "plan": "", "account": "", "addresses": []}
        moments = {"over": limit - AN_HOUR, "not yet": limit + AN_HOUR}
        lines = [
            json.dumps({**line, "reference": name, "at": moment.isoformat()})
            for name, moment in moments.items()
        ]
        file.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
        done_by_the_job(PURGE)
        left = file.read_text(encoding="utf-8")
    require('"over"' not in left, "a line of the ledger stays for longer than any backup")
    require('"not yet"' in left, "a line of the ledger goes before the last backup")
    return Evidence(
        "Played through for this check: a line of the ledger went after 35 days and not before.",
        {"days": 35},
    )
