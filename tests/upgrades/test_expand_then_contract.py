"""A migration of a later release can run beside the processes of the release before it.

They go on while it runs and after it: they must still find each column that they read, and be able to
write rows without those that they do not know. So a release first expands; what it no longer uses it
takes away in a later one, by a migration that says since when nobody has used it: `unused_since`.
"""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.db import migrations, models
from django.db.models import NOT_PROVIDED

TAKES_AWAY = (
    migrations.RemoveField, migrations.DeleteModel, migrations.RenameField, migrations.RenameModel,
    migrations.AlterModelTable,
)  # fmt: skip
BY_HAND = (migrations.RunSQL, migrations.RunPython)
OF_THE_FIRST_RELEASE = {"search.migrations.0002_index_of_words"}
"""Besides the initial ones: these meet no older processes."""


def breaking(migration: type[migrations.Migration]) -> list[str]:
    """Name what a migration does that processes of the release before it would stumble over."""
    if getattr(migration, "unused_since", None):
        return []
    return [operation.describe() for operation in migration.operations if _breaks(operation)]


def _breaks(operation: object) -> bool:
    if isinstance(operation, migrations.AddField):
        field = operation.field
        # A default of Python's is not one of the database.
        return not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)
    if isinstance(operation, migrations.AddConstraint):
        return True
    if isinstance(operation, migrations.AlterField):
        return not operation.field.null
    return isinstance(operation, (*TAKES_AWAY, *BY_HAND))


def later_migrations() -> Iterator[type[migrations.Migration]]:
    """Yield our migrations but those that make the tables of the first release."""
    for config in apps.get_app_configs():
        folder = settings.BASE_DIR / config.name.replace(".", "/") / "migrations"
        for file in sorted(folder.glob("[0-9]*.py")):
            migration = import_module(f"{config.name}.migrations.{file.stem}").Migration
            if not (migration.initial or migration.__module__ in OF_THE_FIRST_RELEASE):
                yield migration


def test_no_migration_takes_away_what_the_release_before_it_uses():
    assert {one.__module__: breaking(one) for one in later_migrations() if breaking(one)} == {}


def test_what_was_taken_away_had_been_unused_for_a_release():
    since = [getattr(one, "unused_since", "0") for one in later_migrations()]
    today = tuple(map(int, settings.VERSION.split(".")))
    assert [one for one in since if tuple(map(int, one.split("."))) >= today] == []


def made(*operations: object, **facts: object) -> type[migrations.Migration]:
    return type("Migration", (migrations.Migration,), {"operations": list(operations), **facts})


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        (migrations.AddField("x", "y", models.TextField()), True),
        (migrations.AddField("x", "y", models.TextField(default="")), True),
        (migrations.AddField("x", "y", models.TextField(db_default="")), False),
        (migrations.AddField("x", "y", models.TextField(null=True)), False),
        (migrations.AlterField("x", "y", models.TextField()), True),
        (migrations.AlterField("x", "y", models.TextField(null=True)), False),
        (migrations.CreateModel("x", []), False),
        (migrations.RemoveField("x", "y"), True),
        (migrations.RenameField("x", "y", "z"), True),
        (migrations.DeleteModel("x"), True),
        (migrations.RunSQL("DROP TABLE x"), True),
        (migrations.AddConstraint("x", models.UniqueConstraint(fields=["y"], name="z")), True),
    ],
)
def test_what_stops_processes_of_the_release_before_is_noticed(operation, breaks):
    assert bool(breaking(made(operation))) is breaks
    assert breaking(made(operation, unused_since="0.3.0")) == []
