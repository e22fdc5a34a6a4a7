"""Static files are collected when one has changed, and only then."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import get_finder
from pytest_django import Settings

from sens_site.lib.deploy.static_collection import collect_if_changed


@pytest.fixture
def source(settings: Settings, tmp_path: Path) -> Path:
    """A folder of static files, and nothing else to collect."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.css").write_text("a {}")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = str(tmp_path / "collected")
    cached: Any = get_finder
    cached.cache_clear()
    return folder


def test_only_a_change_makes_it_run(source: Path, settings: Settings) -> None:
    collected = Path(settings.STATIC_ROOT)
    assert [collect_if_changed(), collect_if_changed()] == [True, False]
    assert (collected / "a.css").read_text() == "a {}"
    (source / "a.css").write_text("a { color: red }")
    assert [collect_if_changed(), collect_if_changed()] == [True, False]
    assert (collected / "a.css").read_text() == "a { color: red }"
    (source / "b.css").write_text("b {}")
    assert [collect_if_changed(), collect_if_changed()] == [True, False]


def test_a_file_that_only_looks_newer_is_no_change(source: Path) -> None:
    """An image is collected when it is built; what copies it later keeps no fractions of seconds."""
    collect_if_changed()
    os.utime(source / "a.css", (1_000_000_000, 1_000_000_000))
    assert collect_if_changed() is False


def test_lost_folder_is_filled_again(source: Path, settings: Settings) -> None:
    collect_if_changed()
    (Path(settings.STATIC_ROOT) / ".collected").unlink()
    assert collect_if_changed() is True
