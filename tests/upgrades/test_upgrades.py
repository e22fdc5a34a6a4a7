"""The database of each release, from 0.2.0 on, is carried over: to the tables of today, with its rows."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import zstandard
from django.conf import settings
from django.db import connection

from tests.architecture.source import ROOT
from tests.upgrades.shape import shape

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
FOLDER = Path(__file__).parent
DUMPS = sorted(FOLDER.glob(f"*.{connection.vendor}.zst"))
LARGEST = 50_000_000
STALE = (
    "The first migrations of the release that is not out yet have changed: store its dumps anew,"
    " by the two commands of tests/upgrades/store.py. Of one that is out, never."
)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a database as a release has left it."""
    content = zstandard.decompress(request.param.read_bytes(), max_output_size=LARGEST)
    if connection.vendor == "sqlite":
        (tmp_path / "site.sqlite3").write_bytes(content)
        yield f"sqlite:///{tmp_path / 'site.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_of_then"
    server = urlsplit(settings.DATABASE_URL)
    url = urlunsplit((server.scheme, server.netloc, f"/{name}", server.query, ""))
    (tmp_path / "dump.sql").write_bytes(content)
    load = ["psql", url, "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "-f", "dump.sql"]
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as opened:
        opened.execute(f"CREATE DATABASE {name}".encode())
        try:
            subprocess.run(load, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
            yield url
        finally:
            opened.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.once
def test_the_release_that_is_made_is_among_them():
    releases = {dump.name.partition(f".{connection.vendor}")[0] for dump in DUMPS}
    assert {settings.VERSION, "0.2.0"} <= releases


@pytest.mark.parametrize("database", DUMPS, indirect=True, ids=[dump.name for dump in DUMPS])
def test_it_gets_the_tables_of_today_and_loses_no_row(database: str):
    done = subprocess.run(
        [sys.executable, "-m", "tests.upgrades.forward"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "DATABASE_URL": database},
    )  # fmt: skip
    assert done.returncode == 0, f"{STALE}\n{done.stderr}"
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("shape") == shape(), STALE
    assert found == {
        "fewer rows": {},
        "faults": [],
        "guards": [],
        "people": 2,
        "pages": [200, 200, 200],
    }
