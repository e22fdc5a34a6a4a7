"""A copy of everything that the map finds about a person, as a zip that is made while it is sent.

Three files: `data.json` for machines, `index.html` for people (no script), `manifest.json` with
purpose, basis, source, recipients and retention of each item, and the digests of the others. What
is a file of its own, such as a photo, lies beside them.
Rows are read in portions, so that ten thousand of them need no more memory than ten. Never in it:
secrets (password hashes, tokens, second factors) and the names of staff.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from io import RawIOBase
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html

from privacy.datamap.portable import (
    FILE,
    SCHEMA,
    SCHEMA_FILE,
    portable_entries,
    portable_json,
)
from privacy.datamap.registry import Entry, MapError, concrete_field, personal_entries, stores
from privacy.datamap.rows import rows_of
from privacy.datamap.subjects import Subject
from sens_site.context import render_without_request

FORMAT = "site-export-1"
PORTION = 500
DATA, PAGE, MANIFEST = "data.json", "index.html", "manifest.json"
NOTHING = "nothing held"


class _Pipe(RawIOBase):
    """What the zip writer writes into, and the response reads out of."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def drain(self) -> bytes:
        """Return what has been written since the last call."""
        drained = b"".join(self._parts)
        self._parts.clear()
        return drained


def exported_entries() -> list[Entry]:
    """Return the entries that an export covers."""
    return [entry for entry in personal_entries() if entry.exported]


def shown_columns(entry: Entry) -> list[str]:
    """Return the columns of a table that its person may see.

    The number of the account is left out: each row is of the person whose copy this is.
    """
    return [
        name
        for name, column in entry.columns.items()
        if column.personal
        and not column.secret
        and concrete_field(entry.model, name).related_model is not get_user_model()
    ]


def rows_for(entry: Entry, subject: Subject) -> Iterator[dict[str, Any]]:
    """Yield the person's rows of one table, reduced to what the person may see.

    What a row belongs to is called by its name: a key of the database says nothing outside of it.
    """
    names = shown_columns(entry)
    links = {name for name in names if concrete_field(entry.model, name).is_relation}
    rows = rows_of(entry, subject).only(*names).defer(*entry.attached).prefetch_related(*links)
    for row in rows.iterator(chunk_size=PORTION):
        yield {
            name: entry.attached[name](row)
            if name in entry.attached
            else _named(row, name)
            if name in links
            else getattr(row, name)
            for name in names
        }


def attached_files(subject: Subject) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield what of the person's rows is a file of its own, by the name that stands in the row."""
    for entry in exported_entries():
        for column, name_of in entry.attached.items():
            keys = list(rows_of(entry, subject).values_list("pk", flat=True))
            # One at a time: each may be large.
            for key in keys:
                row = entry.model._base_manager.get(pk=key)
                yield name_of(row), iter([bytes(getattr(row, column))])


def stream_export(
    subject: Subject, *, now: datetime | None = None, portable: bool = False
) -> Iterator[bytes]:
    """Yield the bytes of the zip; if it is to be taken along, with the file for that."""
    made_at = now or timezone.now()
    pipe = _Pipe()
    digests: dict[str, str] = {}
    counts: dict[str, int] = {}
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        files: Iterator[tuple[str, Iterator[str | bytes]]] = chain(
            _portable(subject, made_at) if portable else (),
            attached_files(subject),
            (
                (DATA, _data(subject, counts)),
                (PAGE, _page(subject, made_at)),
                (MANIFEST, _manifest(counts, digests, made_at)),
            ),
        )
        for name, chunks in files:
            digest = hashlib.sha256()
            stamp = zipfile.ZipInfo(name, timezone.localtime(made_at).timetuple()[:6])
            stamp.compress_type = zipfile.ZIP_DEFLATED
            stamp.external_attr = 0o600 << 16
            with archive.open(stamp, "w") as member:
                for chunk in chunks:
                    encoded = chunk if isinstance(chunk, bytes) else chunk.encode()
                    digest.update(encoded)
                    member.write(encoded)
                    if drained := pipe.drain():
                        yield drained
            digests[name] = digest.hexdigest()
    yield pipe.drain()


def _portable(subject: Subject, made_at: datetime) -> Iterator[tuple[str, Iterator[str]]]:
    rows = ((e, activity, list(rows_for(e, subject))) for e, activity in portable_entries())
    yield FILE, iter([portable_json(rows, made_at=made_at)])
    yield SCHEMA_FILE, iter([json.dumps(SCHEMA, indent=1)])


def file_name(now: datetime | None = None) -> str:
    """Return a name for the file that names nobody."""
    return f"{settings.COMPANY.slug}-data-{timezone.localtime(now):%Y-%m-%d}.zip"


def _encoded(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, default=str)


def _data(subject: Subject, counts: dict[str, int]) -> Iterator[str]:
    yield f'{{"format": "{FORMAT}", "tables": {{'
    for position, entry in enumerate(exported_entries()):
        count = 0
        yield f"{',' if position else ''}\n{_encoded(entry.label)}: ["
        for count, row in enumerate(rows_for(entry, subject), start=1):
            yield f"{',' if count > 1 else ''}\n {_json_row(row)}"
        counts[entry.label] = count
        yield "]"
    yield "\n}}\n"


def _json_row(row: dict[str, Any]) -> str:
    return json.dumps(row, cls=_Encoder, ensure_ascii=False)


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, bytes | memoryview):
            return None  # bytes are either secret or of no use to a reader
        return super().default(o)


def _page(subject: Subject, made_at: datetime) -> Iterator[str]:
    head, tail = render_without_request(
        "privacy/datamap/export.html", {"made_at": made_at, "stores": stores().values()}
    ).split("<!--rows-->")
    yield head
    for entry in exported_entries():
        names = shown_columns(entry)
        activity = entry.activity
        yield format_html(
            "<h2>{}</h2><p>{} {}. Kept {}.</p>",
            entry.title,
            activity.purpose.title if activity else "",
            f"({activity.purpose.basis.title})" if activity else "",
            "; ".join(dict.fromkeys(keep.words for keep in entry.keep)),
        )
        count = 0
        for count, row in enumerate(rows_for(entry, subject), start=1):
            if count == 1:
                yield "<table><thead><tr>"
                yield "".join(format_html("<th>{}</th>", _words(entry, name)) for name in names)
                yield "</tr></thead><tbody>\n"
            cells = "".join(
                format_html("<td>{}</td>", _shown(entry, name, row[name])) for name in names
            )
            yield f"<tr>{cells}</tr>\n"
        yield "</tbody></table>\n" if count else f"<p>{NOTHING}</p>\n"
    yield tail


def _named(row: Model, name: str) -> str | None:
    related = getattr(row, name)
    return None if related is None else str(related)


def _words(entry: Entry, name: str) -> str:
    return str(concrete_field(entry.model, name).verbose_name)


def _shown(entry: Entry, name: str, value: Any) -> str:
    """Return a value as people read it; what was chosen from a list, in the words of the list."""
    if name in entry.words:
        value = entry.words[name](value)
    else:
        value = dict(concrete_field(entry.model, name).flatchoices).get(value, value)
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return str(localize(timezone.localtime(value)))
    return str(localize(value) if isinstance(value, date) else value)


def _manifest(counts: dict[str, int], digests: dict[str, str], made_at: datetime) -> Iterator[str]:
    manifest = {
        "format": FORMAT,
        "made_at": made_at.isoformat(),
        "items": [_item(entry, counts[entry.label]) for entry in exported_entries()],
        "stores": [
            {
                "title": store.title,
                "holds": store.holds,
                "retention": store.keep.words,
                "why": store.reason,
            }
            for store in stores().values()
        ],
        "sha256": digests,
    }
    yield json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"


def _item(entry: Entry, rows: int) -> dict[str, Any]:
    activity = entry.activity
    if activity is None:  # check E103 has said so at start
        raise MapError(f"{entry.label} belongs to no processing activity.")
    return {
        "table": entry.label,
        "title": entry.title,
        "rows": rows or NOTHING,
        "columns": {
            name: category.title
            for name in shown_columns(entry)
            if (category := entry.columns[name].category)
        },
        "withheld": [name for name, column in entry.columns.items() if column.secret],
        "purpose": activity.purpose.title,
        "basis": activity.purpose.basis.title,
        "source": activity.source.value,
        "recipients": [recipient.title for recipient in activity.recipients],
        "retention": list(dict.fromkeys(keep.words for keep in entry.keep)),
    }
