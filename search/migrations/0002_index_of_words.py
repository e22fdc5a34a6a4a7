"""The index of words, which each database has of its own kind: FTS5, or `tsvector` with GIN."""

from django.db import migrations


def create(apps, schema_editor):
    from search.engines import engine

    for statement in engine().create:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    from search.engines import engine

    for statement in engine().drop:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
