"""The promise that what is sealed is locked: each kind of change is tried on the database itself.

Which tables and columns are meant stands here word by word, and not where the locks are made: a
lock that is taken out of the code and of the database at once would else be missed by nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit_log.models import AuditEntry
from privacy.consent.models import (
    ConsentReceipt,
    EditorialNote,
    GroupVersion,
    NoticeSnapshot,
    ReceiptSeal,
)
from privacy.policy.models import (
    HeadLogEntry,
    PolicyDraft,
    PolicyEvent,
    PolicyVersion,
)
from privacy.promises.models import PromiseRun
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights.models import RequestEvent, RequestSeal, SubjectRequest
from sens_site.lib.months import add_months
from sens_site.promises.opened_locks import no_code_opens_a_lock

MAY_CHANGE: Mapping[str, frozenset[str]] = {
    "policy_policy": frozenset({"title"}),
    "policy_policyversion": frozenset(),
    "policy_policyevent": frozenset(),
    "policy_policydraft": frozenset({"author_id", "reviewer_id"}),  # of sealed ones
    "policy_headlogentry": frozenset(),
    "consent_groupversion": frozenset(),
    "consent_editorialnote": frozenset(),
    "consent_noticesnapshot": frozenset(),
    "consent_consentreceipt": frozenset(),
    "consent_receiptseal": frozenset(),
    "rights_requestevent": frozenset(),
    "rights_requestseal": frozenset(),
    "promises_promiserun": frozenset(),
    "audit_log_auditentry": frozenset({"actor_id", "row"}),  # an erasure takes them out
}
"""The tables that are locked, each with the columns that may change all the same."""
END_SOME_DAY = ("audit_log_auditentry", "consent_consentreceipt", "rights_requestevent")
"""Rows of these go when the policy's period is over: of them only new ones are deleted for a try."""
FAR = 10**12

Row = dict[str, Any]


@promise("security.against-change", look=Look.REHEARSAL)
def the_database_refuses_changes(site: RunningSite) -> Evidence:
    """Each column of the first, the last and a new row is altered, each row deleted and replaced."""
    no_code_opens_a_lock()
    tried = 0
    with site.rehearsal(), _no_recursive_triggers():
        tried += _empty_tables()
        made = _made_rows()
        for table, may_change in MAY_CHANGE.items():
            key = _primary_key(table)
            for row in _rows(table, key, made[table]):
                new = row[key] in made[table]
                for name, attack in _attacks(table, key, row, may_change, new=new):
                    tried += 1
                    _must_be_refused(table, key, row, name, attack)
    return Evidence(
        "Played through for this check: sealed rows of every kind were changed, replaced, and "
        "deleted one by one and all at once, by statements to the database itself. It refused each. "
        "No code that serves the site takes such a lock away.",
        {"tables locked": len(MAY_CHANGE), "statements refused": tried},
    )


def _made_rows() -> Mapping[str, list[Any]]:
    """Add rows of each kind, so that there are some to try; return their primary keys.

    A receipt here is kept for three years after a consent that may have ended when it was given,
    and one request was closed 35 months ago, of the 36 that its outline is kept.
    """
    now, today = timezone.now(), timezone.localdate()
    version = PolicyVersion.objects.order_by("policy__slug", "number").first()
    assert version is not None  # noqa: S101 - for the type checker: a site has a policy
    notice = NoticeSnapshot.objects.create(digest="c" * 64, content="{}")
    receipt = ConsentReceipt.objects.create(
        at=now,
        keep_until=today + timedelta(days=187),
        document="{}",
        digest="d" * 64,
        notice=notice,
    )
    request, earlier = (
        SubjectRequest.objects.create(kind="question", channel="form", due_on=today)
        for _ in range(2)
    )
    draft = PolicyDraft.objects.filter(sealed_as=version).first() or PolicyDraft.objects.create(
        policy=version.policy, source_text="x", reason="x", summary="x", sealed_as=version
    )
    same = {"previous_hash": "e" * 64, "hash": "f" * 64}
    made = (
        version.policy,
        version,
        PolicyEvent.objects.create(version=version, kind="overridden", note="x"),
        PolicyEvent.objects.filter(version=version, kind="sealed").first()
        or PolicyEvent.objects.create(version=version, kind="sealed", note="x"),
        draft,
        HeadLogEntry.objects.create(
            position=FAR, chain="x", size=1, head="a" * 64, logged_on=today
        ),
        GroupVersion.objects.create(group="x", version="x", material={"x": "x"}),
        EditorialNote.objects.create(group="x", earlier="x", later="y", reason="x", actor="x"),
        notice,
        receipt,
        ReceiptSeal.objects.create(
            number=FAR, receipt_id=uuid4(), digest="d" * 64, keep_until=today, **same
        ),
        RequestEvent.objects.create(request=request, did="received", fact="form"),
        RequestEvent.objects.create(request=earlier, did="received", at=add_months(now, -37)),
        RequestEvent.objects.create(request=earlier, did="answered", at=add_months(now, -35)),
        RequestEvent.objects.create(request=earlier, did="extended"),
        RequestEvent.objects.create(request=earlier, did="alarm", fact="x"),
        RequestSeal.objects.create(
            number=FAR, sealed_on=date(2999, 1, 1), salt="x", content="[]", **same
        ),
        PromiseRun.objects.create(number=2 * 10**9, at=now, record="{}", **same),
        AuditEntry.objects.create(
            kind="other",
            did="x",
            table="x",
            name="x",
            changes={"x": ["x", "y"]},
            place="x",
            pseudonym="x",
        ),
    )
    keys = defaultdict[str, list[Any]](list)
    for one in made:
        pk: Any = one.pk
        as_text = isinstance(pk, UUID) and connection.vendor == "sqlite"
        keys[one._meta.db_table].append(pk.hex if as_text else pk)
    require(set(keys) == set(MAY_CHANGE), "the tables of what is sealed have other names")
    return keys


def _rows(table: str, key: str, made: list[Any]) -> Iterator[Row]:
    """Yield the rows that were made, the first and the last: as the database holds them."""
    name, pk = _quoted(table), _quoted(key)
    sealed = 'WHERE "sealed_as_id" IS NOT NULL' if table == "policy_policydraft" else ""
    seen = set[Any]()
    for statement, values in (
        *((f"SELECT * FROM {name} WHERE {pk} = %s", [one]) for one in made),  # noqa: S608 - names from above
        (f"SELECT * FROM {name} {sealed} ORDER BY {pk} LIMIT 1", []),  # noqa: S608 - as above
        (f"SELECT * FROM {name} {sealed} ORDER BY {pk} DESC LIMIT 3", []),  # noqa: S608 - as above
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            columns = [one[0] for one in cursor.description]
            found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        for row in found:
            if row[key] not in seen:
                seen.add(row[key])
                yield row


Attack = tuple[str, list[Any]]


def _attacks(
    table: str, key: str, row: Row, may_change: frozenset[str], *, new: bool
) -> Iterator[tuple[str, Attack]]:
    name, pk = _quoted(table), _quoted(key)
    here = f"WHERE {pk} = %s"
    for column, value in row.items():
        if column not in may_change and value is not None:
            statement = f"UPDATE {name} SET {_quoted(column)} = %s {here}"  # noqa: S608 - names of the database
            yield f"another {column}", (statement, [_other(value), row[key]])
    if new or table not in END_SOME_DAY:
        yield "a deletion", (f"DELETE FROM {name} {here}", [row[key]])  # noqa: S608 - as above
    if new:
        yield "the deletion of all", (f"DELETE FROM {name}", [])  # noqa: S608 - as above
    if connection.vendor == "sqlite":
        for columns in _unique_keys(table, key):
            yield f"another row of the same {', '.join(columns)}", _replacement(table, row, columns)
        yield "another row in its place", _replacement(table, row, tuple(row.keys() - {key}))
    else:  # pragma: postgresql - its words
        yield "an upsert", _upsert(table, key, row)


def _replacement(table: str, row: Row, same: tuple[str, ...]) -> Attack:
    """Insert over a row by one of its unique keys, with all other values changed."""
    values = {c: v if c in same or v is None else _other(v) for c, v in row.items()}
    columns, signs = ", ".join(map(_quoted, values)), ", ".join(["%s"] * len(values))
    statement = f"INSERT OR REPLACE INTO {_quoted(table)} ({columns}) VALUES ({signs})"  # noqa: S608 - names of the database
    return statement, list(values.values())


def _upsert(table: str, key: str, row: Row) -> Attack:  # pragma: postgresql - its words
    name, pk = _quoted(table), _quoted(key)
    return (
        f"INSERT INTO {name} SELECT * FROM {name} WHERE {pk} = %s"  # noqa: S608 - names of the database
        f" ON CONFLICT ({pk}) DO UPDATE SET {pk} = EXCLUDED.{pk}"
    ), [row[key]]


def _must_be_refused(table: str, key: str, row: Row, name: str, attack: Attack) -> None:
    what = f"{name} in {table}"
    outcome = _tried(*attack, then=lambda: _row(table, key, row[key]))
    if outcome == row:
        return  # it was added beside the row, as its key is not unique for this kind
    require(outcome is None, f"the database let through {what}")


def _row(table: str, key: str, value: Any) -> Row:
    with connection.cursor() as cursor:
        statement = f"SELECT * FROM {_quoted(table)} WHERE {_quoted(key)} = %s"  # noqa: S608 - names of the database
        cursor.execute(statement, [value])
        found = cursor.fetchone()
        columns = [one[0] for one in cursor.description]
    return dict(zip(columns, found, strict=True)) if found else {}


def _tried(statement: str, values: list[Any], *, then: Callable[[], Row]) -> Row | None:
    """Carry out a statement and take it back; return what it left, or None if a lock refused it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            left = then()
            transaction.set_rollback(True)
    except DatabaseError as error:
        if not _by_a_lock(error):
            raise
        return None
    return left


def _by_a_lock(error: DatabaseError) -> bool:
    """Tell whether a trigger has refused, and no constraint that happens to stand behind it."""
    cause: Any = error.__cause__
    if connection.vendor == "sqlite":
        return getattr(cause, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_TRIGGER"
    return getattr(cause, "sqlstate", "") == "23001"  # pragma: postgresql - its number


@contextmanager
def _no_recursive_triggers() -> Iterator[None]:
    """Act as a program that opens the file itself: there INSERT OR REPLACE asks no DELETE trigger."""
    if connection.vendor != "sqlite":  # pragma: postgresql - it knows no such thing
        yield
        return
    # Past Django, which takes no statement after one that has failed.
    execute: Any = connection.connection.execute
    was = execute("PRAGMA recursive_triggers").fetchone()[0]
    execute("PRAGMA recursive_triggers = OFF")
    try:
        yield
    finally:
        # As it was: that it is on is for the settings to say, and for another promise to look up.
        execute(f"PRAGMA recursive_triggers = {was}")


def _empty_tables() -> int:
    """Try to empty each table at once, where a database has a statement for that."""
    if connection.vendor == "sqlite":
        return 0
    connection.check_constraints()  # pragma: postgresql - nothing may be outstanding
    for table in MAY_CHANGE:  # pragma: postgresql - SQLite has no such statement
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
                cursor.execute(f"TRUNCATE {_quoted(table)} CASCADE")
                transaction.set_rollback(True)
        except DatabaseError as error:
            if not _by_a_lock(error):
                raise
        else:
            require(False, f"the database let {table} be emptied")
    return len(MAY_CHANGE)  # pragma: postgresql - as above


def _unique_keys(table: str, key: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table)
    unique = {tuple(one["columns"]) for one in constraints.values() if one["unique"]}
    return sorted(unique | {(key,)})


def _primary_key(table: str) -> str:
    with connection.cursor() as cursor:
        found = connection.introspection.get_primary_key_column(cursor, table)
    require(found, f"{table} has no primary key")
    return str(found)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _other(value: Any) -> Any:
    """Return another value of the same kind and length."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, datetime | date):
        return value + timedelta(days=1)
    if isinstance(value, str) and value.startswith(("{", "[")):
        return '{"y": "y"}' if value.startswith("{") else '["y", "y"]'
    if isinstance(value, str):
        return value[:-1] + ("y" if value.endswith("x") else "x")
    return uuid4()  # pragma: postgresql - whose numbers are no text
