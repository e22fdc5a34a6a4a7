"""Large databases for the benchmarks: many documents, versions of the policy, and people.

Imported once the apps are loaded.
"""

import hashlib
from datetime import timedelta

from django.db import connection, models
from django.utils import timezone

from downloads.models import Document, DocumentPlace, DocumentVersion, Kind
from privacy.policy.chain import hash_of
from privacy.policy.models import PolicyVersion

PLACES = ("/applications/marine/", "/applications/industrial-control-scada/")
FIRST_COPY = 1_000_000_000
"""The key of a copied row is so much more than its number."""


def fill_documents(count: int) -> None:
    """Store documents with two versions each. No page opens a file, so there are none."""
    kinds, now = Kind.values, timezone.now()
    documents = Document.objects.bulk_create(
        Document(
            number=f"d-{n}",
            title=f"{Kind(kinds[n % len(kinds)]).label} {n}",
            kind=kinds[n % len(kinds)],
            access="registered" if kinds[n % len(kinds)] in ("drawing", "cad") else "everyone",
            language=("en", "es", "fr")[n % 3],
            part_numbers=f"A1C-{n}\nB{n % 97}\nP{n:05}",
        )
        for n in range(count)
    )
    DocumentPlace.objects.bulk_create(
        DocumentPlace(document=one, path=PLACES[n % 2]) for n, one in enumerate(documents)
    )
    DocumentVersion.objects.bulk_create(
        DocumentVersion(
            document=one,
            label=str(label),
            file_name=f"{one.number}.pdf",
            content_type="application/pdf",
            size=1000,
            sha256=hashlib.sha256(f"{n} {label}".encode()).hexdigest(),
            publish_at=now - timedelta(minutes=3 * n + 2 - label),
        )
        for n, one in enumerate(documents)
        for label in (1, 2)
    )


def lengthen(versions: int) -> None:
    """Make the chain of the privacy policy long, with texts of the shipped length."""
    last = PolicyVersion.objects.of("privacy")[0]
    batch = []
    for number in range(last.number + 1, versions + 1):
        version = PolicyVersion(
            **{
                field.attname: getattr(last, field.attname)
                for field in PolicyVersion._meta.concrete_fields
                if not field.primary_key
            }
        )
        version.number, version.previous_hash, version.imported = number, last.hash, True
        version.hash = hash_of(version)
        batch.append(version)
        last = version
        if len(batch) == 200 or number == versions:
            PolicyVersion.objects.bulk_create(batch)
            batch = []


def copy_rows(model: type[models.Model], rows: int, copied: set[type[models.Model]]) -> None:
    """Copy the oldest row of a table by SQL, each copy with keys of its own.

    What leads to a table of which there are as many copies leads to the copy of the same number.
    Dates go back by a second each, within a month. Speaks SQLite.
    """
    quote = connection.ops.quote_name
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = f"one.{quote(field.column)}"
        columns.append(quote(field.column))
        values.append(
            f"CASE WHEN {column} IS NULL THEN NULL ELSE {_copied(field, column, copied)} END"
        )
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - names of our own tables
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) "
            f"SELECT {', '.join(values)} FROM (SELECT * FROM {table} ORDER BY {key} LIMIT 1) AS one, numbers"
        )


def _copied(
    field: "models.Field[object, object]", column: str, copied: set[type[models.Model]]
) -> str:
    if isinstance(field, models.ForeignKey):
        return f"{FIRST_COPY} + n" if field.related_model in copied else column
    if isinstance(field, models.UUIDField):
        return "printf('%032x', n)"
    if isinstance(field, models.IntegerField):
        return f"{FIRST_COPY} + n" if field.unique else column
    if isinstance(field, models.DateTimeField):
        return f"strftime('%Y-%m-%d %H:%M:%S', {column}, '-' || (n % 2592000) || ' seconds')"
    if isinstance(field, models.CharField | models.TextField) and _tells_apart(field):
        length = field.max_length or 40
        return f"substr(n || 'x' || {column}, 1, {length})"
    return column


def _tells_apart(field: "models.Field[object, object]") -> bool:
    """Tell whether rows differ in this field, as is said of the field or of several together."""
    together = [
        name
        for constraint in field.model._meta.constraints
        for name in getattr(constraint, "fields", ())
    ]
    together += [name for names in field.model._meta.unique_together for name in names]
    return field.unique or field.name in together or field.name in ("email", "username")
