"""The attack table: what may be tried on sealed rows, on both databases, before and after a rebuild.

Each attack goes to the database past the model's own refusals. It must end in an IntegrityError
and leave every row as it was; what no database can refuse its owner must be detected.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from privacy.policy import guards as policy_guards
from privacy.policy.models import Policy, PolicyDraft, PolicyEvent, PolicyVersion
from privacy.policy.services import create_draft, record_event, seal_and_publish
from sens_site.lib import row_guards

SQLITE, POSTGRESQL = "sqlite", "postgresql"
TABLES = ("policy_policy", "policy_policyversion", "policy_policyevent", "policy_policydraft")
COLUMNS = (
    "policy_id, number, kind, reason, summary, source_text, rendered_html, renderer, claims_json,"
    " posted_at, posted_on, effective_on, imported, origin, previous_hash, hash"
)
UPSERT = "SET summary = excluded.summary"


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def plain(model: type[models.Model]) -> models.QuerySet:
    """The rows without the model's own refusals."""
    return models.QuerySet(model)


def one() -> PolicyVersion:
    return PolicyVersion.objects.get(policy__slug="privacy", number=1)


def changed() -> PolicyVersion:
    version = one()
    version.summary = "x"
    return version


def copy_with(**columns: str) -> str:
    """A SELECT of version 1 in which some columns are others."""
    names = [name.strip() for name in COLUMNS.split(",")]
    values = ", ".join(columns.get(name, name) for name in names)
    return f"SELECT {values} FROM policy_policyversion WHERE number = 1"  # noqa: S608


def insert(verb: str, rest: str = "", **columns: str) -> Callable[[], None]:
    return lambda: run(
        f"{verb} INTO policy_policyversion ({COLUMNS}) {copy_with(**columns)} LIMIT 1 {rest}"
    )


def replace_same_id() -> None:
    pk = one().pk
    run(
        f"INSERT OR REPLACE INTO policy_policyversion (id, {COLUMNS})"  # noqa: S608
        f" SELECT {pk}, {COLUMNS.replace('summary', 'reason')}"
        f" FROM policy_policyversion WHERE id = {pk}"
    )


def load_over() -> None:
    from django.core import serializers

    for item in serializers.deserialize("json", serializers.serialize("json", [changed()])):
        item.save()


def flush() -> None:
    try:
        call_command("flush", interactive=False, verbosity=0)
    except CommandError as error:
        raise IntegrityError(str(error)) from error


def without_recursive_triggers() -> None:
    run("PRAGMA recursive_triggers=OFF")
    try:
        insert("INSERT OR REPLACE", number="1", hash="'x'", summary="'x'")()
    finally:
        run("PRAGMA recursive_triggers=ON")


def update(table: str, what: str, where: str = "1=1") -> Callable[[], None]:
    return lambda: run(f"UPDATE {table} SET {what} WHERE {where}")  # noqa: S608


VERSION, EVENT, DRAFT = TABLES[1:]
EVERYWHERE: dict[str, Callable[[], object]] = {
    "save past the model": lambda: models.Model.save(changed()),
    "queryset update": lambda: plain(PolicyVersion).update(summary="x"),
    "queryset raw delete": lambda: plain(PolicyEvent)._raw_delete("default"),
    "bulk update": lambda: plain(PolicyVersion).bulk_update([changed()], ["summary"]),
    "bulk upsert": lambda: plain(PolicyVersion).bulk_create(
        [changed()], update_conflicts=True, unique_fields=["id"], update_fields=["summary"]
    ),
    "raw update": update(VERSION, "summary = 'x'"),
    "raw update of the text": update(VERSION, "source_text = 'x'", "number = 2"),
    "raw update that changes nothing": update(VERSION, "summary = summary"),
    "raw update of the id": update(VERSION, "id = id + 1000"),
    "raw delete": lambda: run("DELETE FROM policy_policyversion WHERE number = 2"),
    "raw delete of all": lambda: run("DELETE FROM policy_policyversion"),
    "upsert on the number": insert(
        "INSERT", f"ON CONFLICT (policy_id, number) DO UPDATE {UPSERT}", hash="'x'", summary="'x'"
    ),
    "load a fixture over it": load_over,
    "flush": flush,
    "event: update": update(EVENT, "note = 'x'"),
    "event: delete": lambda: run("DELETE FROM policy_policyevent"),
    "policy: another slug": update("policy_policy", "slug = 'x'", "slug = 'terms'"),
    "policy: delete": lambda: run("DELETE FROM policy_policy"),
    "sealed draft: update": update(DRAFT, "source_text = 'x'", "sealed_as_id IS NOT NULL"),
    "sealed draft: unseal": update(DRAFT, "sealed_as_id = NULL", "sealed_as_id IS NOT NULL"),
    "sealed draft: delete": lambda: run(
        "DELETE FROM policy_policydraft WHERE sealed_as_id IS NOT NULL"
    ),
}
ON_SQLITE: dict[str, Callable[[], object]] = {
    "insert or replace, same id": replace_same_id,
    "insert or replace, same number": insert("INSERT OR REPLACE", hash="'x'", summary="'x'"),
    "insert or replace, same hash": insert("INSERT OR REPLACE", number="99", summary="'x'"),
    "replace into": insert("REPLACE", hash="'x'", summary="'x'"),
    "update or replace": lambda: run("UPDATE OR REPLACE policy_policyversion SET number = 1"),
    "replace without recursive triggers": without_recursive_triggers,
    "event: insert or replace": lambda: run(
        "INSERT OR REPLACE INTO policy_policyevent (version_id, kind, at, actor, note)"
        " SELECT version_id, kind, at, actor, 'x' FROM policy_policyevent WHERE kind = 'sealed'"
    ),
    "draft: update or replace takes a sealed one's place": lambda: run(
        "UPDATE OR REPLACE policy_policydraft SET sealed_as_id ="
        " (SELECT sealed_as_id FROM policy_policydraft WHERE sealed_as_id IS NOT NULL)"
        " WHERE sealed_as_id IS NULL"
    ),
}
ON_POSTGRESQL: dict[str, Callable[[], object]] = {
    "upsert on the id": lambda: run(
        f"INSERT INTO policy_policyversion (id, {COLUMNS}) SELECT id, {COLUMNS}"  # noqa: S608
        f" FROM policy_policyversion LIMIT 1 ON CONFLICT (id) DO UPDATE {UPSERT}"
    ),
    "upsert on the hash": insert("INSERT", f"ON CONFLICT (hash) DO UPDATE {UPSERT}", number="99"),
    "truncate": lambda: run("TRUNCATE policy_policyevent"),
    "truncate with cascade": lambda: run("TRUNCATE policy_policyversion CASCADE"),
    "truncate a table it hangs on": lambda: run("TRUNCATE policy_policy CASCADE"),
    "replica mode": lambda: run(
        "SET LOCAL session_replication_role = replica",
        "UPDATE policy_policyversion SET summary = 'x'",
    ),
    "merge": lambda: run(
        "MERGE INTO policy_policyversion v USING (SELECT 1 AS number) s ON v.number = s.number"
        " WHEN MATCHED THEN UPDATE SET summary = 'x'"
    ),
    "copy from a changed table": lambda: run(
        "CREATE TEMP TABLE other ON COMMIT DROP AS SELECT * FROM policy_policyversion",
        "UPDATE policy_policyversion v SET summary = 'x' FROM other o WHERE o.id = v.id",
    ),
}
ATTACKS = EVERYWHERE | (ON_SQLITE if connection.vendor == SQLITE else ON_POSTGRESQL)


def rows() -> dict[str, list[tuple[object, ...]]]:
    result = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
            result[table] = cursor.fetchall()
    return result


def furnish() -> None:
    """One sealed draft with its event, one draft that is not sealed."""
    fields = {"kind": "minor", "reason": "r", "summary": "s"}
    day = timezone.localdate() + dt.timedelta(days=1)
    policy = Policy.objects.get(slug="terms")
    sealed = create_draft(policy, by=None, source_text="Sealed.", effective_on=day, **fields)
    seal_and_publish(sealed, by=None)
    create_draft(policy, by=None, source_text="Free.", **fields)
    connection.check_constraints()  # PostgreSQL truncates nothing while checks are outstanding


def rebuild(*, back: bool = False) -> None:
    """Alter a column of each table, for which SQLite makes the table anew."""
    for model, name in ((PolicyVersion, "reason"), (PolicyEvent, "note"), (PolicyDraft, "reason")):
        field = model._meta.get_field(name)
        other: models.CharField = models.CharField(max_length=9000, null=True)
        other.set_attributes_from_name(name)
        other.model = model
        with connection.schema_editor() as editor:
            editor.alter_field(model, *((other, field) if back else (field, other)))


def outcome(attack: Callable[[], object]) -> str:
    before = rows()
    try:
        with transaction.atomic():
            attack()
    except IntegrityError:
        return "refused" if rows() == before else "refused, but rows changed"
    return "went through"


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused(db: None, name: str):
    furnish()
    assert outcome(ATTACKS[name]) == "refused"


@pytest.mark.django_db(transaction=True)
def test_attacks_are_refused_after_a_migration_that_rebuilds_the_tables():
    furnish()
    rebuild()
    lost = 9 if connection.vendor == SQLITE else 0
    assert len(row_guards.missing()) == lost
    assert len(row_guards.check_guards(databases=["default"])) == lost
    call_command("migrate", verbosity=0)
    try:
        assert row_guards.missing() == []
        assert {name: outcome(attack) for name, attack in ATTACKS.items()} == dict.fromkeys(
            ATTACKS, "refused"
        )
    finally:
        rebuild(back=True)
        row_guards.install()


def test_at_least_fourteen_attacks_are_tried_on_each_database():
    assert min(len(EVERYWHERE | ON_SQLITE), len(EVERYWHERE | ON_POSTGRESQL)) >= 14


def test_what_may_change_still_can(db: None):
    furnish()
    plain(Policy).filter(slug="terms").update(title="Terms of use")
    free = PolicyDraft.objects.get(sealed_as=None)
    plain(PolicyDraft).filter(pk=free.pk).update(summary="x")
    free.delete()
    plain(PolicyDraft).update(author=None, reviewer=None)
    record_event(one(), PolicyEvent.Kind.ANNOUNCED)
    assert Policy.objects.get(slug="terms").title == "Terms of use"
    assert PolicyDraft.objects.filter(sealed_as=None).count() == 0


def test_a_guard_that_is_taken_away_or_switched_off_is_noticed_and_put_back(db: None):
    name = f"guard_{VERSION}_" + ("update" if connection.vendor == SQLITE else "update_or_delete")
    if connection.vendor == SQLITE:
        run(f"DROP TRIGGER {name}")
    else:
        run(f"ALTER TABLE {VERSION} DISABLE TRIGGER {name}")
    assert row_guards.missing() == [name]
    assert [message.id for message in row_guards.check_guards(databases=["default"])] == [
        "sens_site.W010"
    ]
    assert row_guards.install() == [name]
    assert (row_guards.missing(), row_guards.install()) == ([], [])


def test_a_guard_with_another_content_is_noticed(db: None):
    if connection.vendor == SQLITE:
        name = f"guard_{VERSION}_update"
        run(
            f"DROP TRIGGER {name}",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {VERSION} WHEN 0 BEGIN SELECT 1; END",
        )
        assert row_guards.missing() == [name]
    else:
        run(
            f"CREATE OR REPLACE FUNCTION guard_{VERSION}() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'"
        )
        names = [f"guard_{VERSION}_update_or_delete", f"guard_{VERSION}_truncate"]
        assert row_guards.missing() == names


def test_lifted_guards_come_back(db: None):
    with row_guards.lifted():
        assert len(row_guards.missing()) == len(row_guards.registered()) * (
            3 if connection.vendor == SQLITE else 2
        )
        run("UPDATE policy_policyversion SET summary = 'x'")
    assert row_guards.missing() == []


def test_one_table_has_one_guard():
    assert row_guards.register(policy_guards.VERSION) == policy_guards.VERSION
    with pytest.raises(ValueError, match="another guard"):
        row_guards.register(row_guards.Guard(VERSION))


def test_the_worker_says_which_guard_is_missing(db: None, caplog: pytest.LogCaptureFixture):
    from privacy.policy.jobs import compare_guards

    assert (compare_guards(), caplog.messages) == (0, [])
    with row_guards.lifted():
        assert compare_guards() == len(caplog.messages) == len(row_guards.missing()) > 0
    assert "Run manage.py migrate." in caplog.messages[0]


def test_where_no_table_is_guarded_none_is_looked_for(monkeypatch):
    monkeypatch.setattr(row_guards, "_expected", lambda connection: [])
    assert row_guards.missing() == []
