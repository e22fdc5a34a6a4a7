"""Beginning a site for another company."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sens_site.lib.content import load_company, missing_files
from tests.architecture.source import ROOT


@pytest.mark.parametrize("exists", [False, True])
def test_copies_the_example_into_a_new_or_an_empty_folder(tmp_path, exists):
    folder, said = tmp_path / "acme", StringIO()
    if exists:
        folder.mkdir()
    call_command("start_content", str(folder), stdout=said)
    assert load_company(folder).short_name == "Example Power"
    assert missing_files(folder) == {}
    assert f"Set CONTENT_DIR={folder} in .env." in said.getvalue()
    assert f"{folder}/company.toml" in said.getvalue()


def test_overwrites_nothing(tmp_path):
    (tmp_path / "company.toml").write_text("mine")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("start_content", str(tmp_path))
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("company.toml", "mine")]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "acme").write_text("mine")
    with pytest.raises(CommandError, match="is a file"):
        call_command("start_content", str(tmp_path / "acme"))


def test_the_example_is_no_place_for_a_company():
    with pytest.raises(CommandError, match="is not empty"):
        call_command("start_content", str(ROOT / "content" / "example"))
