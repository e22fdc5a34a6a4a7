"""What operators change by a command stands in the list, and what they only look at does not."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import base
from django.db import connection, connections

from audit_log.command_line import AuditedUtility
from audit_log.models import AuditEntry
from tests.factories.people import PASSWORD, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keep_the_connection(monkeypatch):
    """A command closes its connections at the end; that of the test is in a transaction."""
    monkeypatch.setattr(type(connections), "close_all", lambda self: None)


def run(*words: str) -> list[tuple[str, str, str, str]]:
    AuditedUtility(["manage.py", *words]).execute()
    assert connection.execute_wrappers == []
    return list(AuditEntry.objects.values_list("kind", "did", "place", "pseudonym"))


def test_a_command_that_changes_something_is_written_down_without_its_arguments(
    monkeypatch, capsys
):
    monkeypatch.setenv("STAFF_PASSWORD", PASSWORD)
    given = ["--username", "alan", "--email", "alan@company.test", "--no-input", "--skip-checks"]
    assert run("make_staff", *given) == [("command", "Ran make_staff.", "manage.py make_staff", "")]


def test_a_command_that_changes_nothing_is_not(capsys):
    assert run("purge_expired", "--skip-checks") == []
    assert run("help", "make_staff") == []


def test_what_comes_with_a_release_is_not(monkeypatch, capsys):
    def load(self: base.BaseCommand, *args: object, **options: object) -> None:
        Group.objects.create(name="Loaded")

    monkeypatch.setattr("sens_site.management.commands.setup_site.Command.handle", load)
    assert run("setup_site", "--skip-checks") == []
    assert Group.objects.filter(name="Loaded").exists()


def test_a_command_that_fails_is_not(monkeypatch, capsys):
    make_staff("grace")
    with pytest.raises(SystemExit):
        run("reset_second_factor", "grace", "--by", "grace", "--skip-checks")
    assert AuditEntry.objects.count() == 0
    assert connection.execute_wrappers == []
