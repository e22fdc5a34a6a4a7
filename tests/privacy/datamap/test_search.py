"""The eye of the proof of erasure reads everything, and holds little of it at a time."""

import tracemalloc
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from privacy.datamap import search

NEEDLE = "Ada-Lovelace"


@pytest.mark.django_db
def test_a_table_is_read_from_the_server_by_portions():
    Group.objects.create(name=NEEDLE)
    texts: Any = search._tables()
    places = [place for place, text in texts if text == NEEDLE.encode()]
    assert places == ["auth_group.name"]
    if connection.vendor == "postgresql":
        texts = search._tables()
        next(texts)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_cursors WHERE statement LIKE '%SELECT * FROM%'")
            assert cursor.fetchone() == (1,)
        texts.close()


def test_a_file_is_searched_in_whatever_case_without_being_read_into_memory(tmp_path, monkeypatch):
    file = tmp_path / "database"
    padding = b"x" * 8_000_000
    file.write_bytes(padding + b"ada-lovelaceADA-LOVELACE" + padding + b"ada.lovelace Grace")
    monkeypatch.setattr(search, "database_file", lambda: file)
    tracemalloc.start()
    found = search.hits_in_file([NEEDLE, "grace"])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == 3
    assert most < 1_000_000
