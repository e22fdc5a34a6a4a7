"""A private file that others on the machine can read is named; one of the site's own is counted."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from privacy.promises.registry import PromiseBroken
from sens_site.promises import private_files
from sens_site.promises.private_files import private_files_lie_for_the_site_alone


@pytest.fixture
def letter(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file in a folder that everybody may enter."""
    monkeypatch.setattr(private_files, "PRIVATE", ("PRIVATE_ROOT",))
    with tempfile.TemporaryDirectory() as folder:
        settings.PRIVATE_ROOT = folder
        Path(folder).chmod(0o755)
        file = Path(folder) / "letter"
        file.write_text("A letter.")
        yield file


def test_a_file_of_the_sites_own_is_counted(letter):
    letter.chmod(0o640)
    assert private_files_lie_for_the_site_alone() == 1


def test_a_file_that_others_can_read_is_named(letter):
    letter.chmod(0o644)
    with pytest.raises(PromiseBroken, match="everybody on the machine can read PRIVATE_ROOT"):
        private_files_lie_for_the_site_alone()
