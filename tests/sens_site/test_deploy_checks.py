"""The checks of an installation: they name what has not been done, and run where a database is named."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError

from sens_site.set_up import Item

pytestmark = pytest.mark.django_db


def found(check: str, *databases: str) -> list[str]:
    messages = run_checks(include_deployment_checks=True, databases=databases or None)
    return [str(message.msg) for message in messages if message.id == check]


def test_w006_what_is_open_on_the_set_up_list_is_named():
    said = found("sens_site.W006", "default")
    assert (
        "Privacy officer: Nobody has the role “Privacy officer” yet. Give it to a colleague."
        in said
    )
    assert [line for line in said if line.startswith("Backup made, and restore tried: ")] != []


def test_w006_a_list_without_gaps_is_nothing_to_speak_of(monkeypatch):
    done = [Item("Mail that arrives", "/", ()), Item("Second factors", "/", ())]
    monkeypatch.setattr("sens_site.deploy_checks.set_up_items", lambda: done)
    assert found("sens_site.W006", "default") == []


def test_w006_a_database_without_tables_is_said_and_no_fault_of_the_command(monkeypatch):
    def no_tables():
        raise DatabaseError("no such table")

    monkeypatch.setattr("sens_site.deploy_checks.set_up_items", no_tables)
    assert found("sens_site.W006", "default") == [
        "The set-up list cannot be looked at: the database lacks its tables."
    ]


def test_w007_a_log_that_nobody_has_kept_is_named(settings, tmp_path: Path):
    settings.KEPT_HEADS = str(tmp_path / "kept")
    said = "The log of heads is compared with none: nobody would see that its past was rewritten."
    assert found("sens_site.W007", "default") == [said]
    (tmp_path / "kept").mkdir()
    assert found("sens_site.W007", "default") == [said]
    (tmp_path / "kept" / "www.example.com.txt").write_text("a head")
    assert found("sens_site.W007", "default") == []


@pytest.mark.parametrize("check", ["sens_site.W006", "sens_site.W007"])
def test_without_a_database_nothing_is_asked_of_one(check, settings, tmp_path):
    settings.KEPT_HEADS = str(tmp_path / "kept")
    assert found(check) == []


@pytest.mark.parametrize(("endpoint", "installed", "times"), [
    ("", False, 0), ("http://127.0.0.1:4318", True, 0), ("http://127.0.0.1:4318", False, 1),
])  # fmt: skip
def test_e010_traces_that_are_wanted_can_be_made(settings, monkeypatch, endpoint, installed, times):
    settings.TRACES_TO = endpoint
    monkeypatch.setattr("sens_site.deploy_checks.find_spec", lambda name: installed or None)
    assert len(found("sens_site.E010")) == times
