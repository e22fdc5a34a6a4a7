"""The `.env` of a machine that tries the site."""

import re
import runpy
import stat
from pathlib import Path

from dotenv import dotenv_values

from sens_site.lib.deploy import local_env
from sens_site.lib.deploy.local_env import write_local_env


def test_for_its_owner_alone_and_readable_as_written(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert write_local_env(path) is True
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = re.search("^SECRET_KEY=(.*)$", path.read_text(), re.MULTILINE)
    assert secret is not None
    assert re.fullmatch("[A-Za-z0-9_-]{60,}", secret[1])
    assert dotenv_values(path)["SECRET_KEY"] == secret[1]
    assert re.fullmatch("[A-Za-z0-9_-]{43}", dotenv_values(path)["LOG_SIGNING_KEY"] or "")


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine")
    assert write_local_env(path) is False
    assert path.read_text() == "SECRET_KEY=mine"


def test_two_machines_have_two_secrets(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    assert [write_local_env(path) for path in paths] == [True, True]
    assert paths[0].read_text() != paths[1].read_text()


def test_as_a_program_it_writes_the_file_that_it_is_given(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / ".env"
    monkeypatch.setattr("sys.argv", ["local_env", str(path)])
    runpy.run_path(local_env.__file__, run_name="__main__")
    assert dotenv_values(path)["DEBUG"] == "true"
