"""What arises during a look passes the recorder, and what ends with the look leaves nothing."""

import importlib
import logging
import socket
import sqlite3
import sys
import syslog
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.session_store import SessionStore
from privacy.promises.witness.recorder import Recorder, heard_by, own_databases, unheard


@pytest.mark.django_db
def test_the_recorder_hears_what_arises_and_nothing_else(tmp_path, capsys):
    heard: list[tuple[str, Any]] = []
    recorder = Recorder(lambda kind, thing: heard.append((kind, thing)))
    logger, usual = logging.getLogger("some.room"), sys.stdout
    with heard_by(recorder):
        logger.info("by %s", "ada", extra={"phone": 5})
        logger.debug("by nobody")
        print("printed")
        print(" ")
        sys.stdout.flush()
        cache.get("nothing")
        Path(tmp_path / "log").write_text("x")
        Path(tmp_path / "log").read_text()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET name = %s WHERE 1=0", ["ada"])
        with unheard(), connection.cursor() as cursor:
            logger.info("by us")
            cursor.execute("UPDATE accounts_user SET name = %s WHERE 1=0", ["ada"])
            SessionStore().encode({"text": "ada"})
            Path(tmp_path / "log").write_text("y")
    with heard_by(recorder):
        logger.error("failed", exc_info=ValueError("of ada"))
    assert sys.stdout is usual
    kinds = [kind for kind, _ in heard]
    assert kinds == ["line", "line", "file", "row", "line"]
    assert "by ada" in heard[0][1].text
    assert "5" in heard[0][1].text
    assert heard[1][1].text == "printed"
    assert "of ada" in heard[-1][1].text
    assert "printed" in capsys.readouterr().out


@pytest.mark.django_db
def test_what_is_left_on_a_disk_without_being_opened_here_is_heard(tmp_path):
    heard: list[tuple[str, Any]] = []
    recorder = Recorder(lambda kind, thing: heard.append((kind, thing)))
    folder, other = tmp_path / "ada@example.com", tmp_path / "other.sqlite3"
    with heard_by(recorder):
        folder.mkdir()
        folder.rename(tmp_path / "moved")
        sqlite3.connect(other).close()
        sqlite3.connect(":memory:").close()
        syslog.syslog("ada")
    assert heard[:3] == [("file", str(path)) for path in (folder, tmp_path / "moved", other)]
    assert [kind for kind, _ in heard[3:]] == ["connection"]


def test_the_sites_own_database_is_no_file_beside_it(settings):
    assert str(connection.settings_dict["NAME"]) in own_databases()


def test_servers_that_the_settings_name_are_the_sites_own_and_no_other_port_of_theirs(
    settings, monkeypatch
):
    def resolved(name, port):
        if name != "store.test":
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    settings.CACHE_URL = "unix:///run/valkey.sock?db=0"
    settings.DOCUMENTS_S3_ENDPOINT, settings.DOCUMENTS_S3_BUCKET = "https://store.test", "papers"
    heard: list[Any] = []
    with heard_by(Recorder(lambda kind, thing: heard.append(thing))):
        sys.audit("socket.getaddrinfo", "store.test", 443, 0, 0, 0)
        sys.audit("socket.getaddrinfo", "papers.store.test", 443, 0, 0, 0)
        sys.audit("http.client.connect", None, "store.test", 443)
        sys.audit("socket.connect", None, ("192.0.2.7", 443))
        sys.audit("socket.connect", None, "/run/valkey.sock")
        assert heard == []
        sys.audit("socket.getaddrinfo", "store.test", 80, 0, 0, 0)
        sys.audit("http.client.connect", None, "other.test", 443)
        sys.audit("socket.connect", None, ("192.0.2.8", 443, 0, 0))
        sys.audit("socket.connect", None, "/run/other.sock")
    assert [one.partition(" ")[0] for one in heard] == [
        "socket.getaddrinfo", "http.client.connect", "socket.connect", "socket.connect",
    ]  # fmt: skip


def test_a_look_within_a_look_ends_alone():
    with heard_by(Recorder(lambda kind, thing: None)):
        outer = vars(SessionStore)["encode"]
        with heard_by(Recorder(lambda kind, thing: None)):
            pass
        assert vars(SessionStore)["encode"] is outer
    assert "encode" not in vars(SessionStore)


def test_what_python_compiles_at_a_first_import_is_no_file_of_the_site(tmp_path, monkeypatch):
    heard: list[tuple[str, Any]] = []
    (tmp_path / "imported_late.py").write_text("NAME = 'ada'")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    with heard_by(Recorder(lambda kind, thing: heard.append((kind, thing)))):
        importlib.import_module("imported_late")
        (tmp_path / "__pycache__" / "written.pyc").write_text("ada")
    compiled = [one.name for one in (tmp_path / "__pycache__").iterdir()]
    assert len(compiled) == 2
    assert [Path(str(thing)).name for kind, thing in heard if kind == "file"] == ["written.pyc"]
