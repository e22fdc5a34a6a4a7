"""A backup brings back what the site was, but for people who were erased since."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from outbox.job_runs import RESTORE_TRIED, note_done, was_done
from outbox.jobs import registered_jobs
from outbox.models import JobRun
from privacy.datamap import ledger
from privacy.datamap.backups import NO_BACKUP, NO_RESTORE
from privacy.datamap.models import Erasure
from privacy.datamap.replay import Replayed
from privacy.datamap.subjects import subject_of
from sens_site import backups
from sens_site.backups import Restored, faults_of_the_site
from sens_site.lib import row_guards
from sens_site.lib.deploy import backup_archive, database_dump
from sens_site.lib.deploy.backup_archive import BackupError
from tests.architecture.source import ROOT

IN_ORDER = "Chains, guards, ledger and documents are in order: the site may open."


@pytest.mark.slow
@pytest.mark.own_database
def test_a_site_that_is_lost_is_restored_and_who_was_erased_since_is_erased_again(
    copied_database: str, tmp_path: Path
):
    done = subprocess.run(
        [sys.executable, "-m", "tests.sens_site.backup_drill", tmp_path, configured.DOCUMENTS_ROOT],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "DATABASE_URL": copied_database},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    (archive,) = (tmp_path / "backups").iterdir()
    assert found == {
        "without a key": [
            "No key is named to which backups are encrypted (BACKUP_RECIPIENTS).", False,
        ],
        "mode of the key": "600",
        "key again": "File exists.",
        "nothing to restore": "There is no backup",
        "due with a key": True,
        "due after it": False,
        "drill": f"{archive.name} can be restored. The date is noted.",
        "noted": True,
        "after the drill": ["ada", "grace"],
        "over a database": "There is a database already. To lose it, say --replace.",
        "without the ledger": "who was erased since the backup would be back. Name its newest copy"
        " with --ledger FILE, or say --ledger backup.",
        "a ledger that is nowhere": "There is no /nowhere.",
        "while the site runs": "The database is in use. Stop the site first, its worker too.",
        "so far": ["grace", "later"],
        "restored": IN_ORDER,
        "afterwards": ["grace"],
        "sessions": 0,
        "files": ["as it was", "as it was"],
        "new files": [False, False],
        "documents": True,
        "erasures in the ledger": 1,
        "guards": [],
        "left over": [],
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.once
def test_without_a_key_the_job_copies_nothing_and_is_no_failure(monkeypatch, caplog):
    monkeypatch.setattr(database_dump, "dump", lambda into: pytest.fail("was copied in clear"))
    caplog.set_level("INFO", "sens_site.jobs")
    (job,) = [one for one in registered_jobs() if one.name == "make backup"]
    assert (job.when(), job.run()) == (False, None)
    assert caplog.messages == [
        "No backup is made: no key is named in BACKUP_RECIPIENTS (docs/backup.md)."
    ]
    with pytest.raises(BackupError, match="No key is named"):
        backups.make_backup()
    assert not JobRun.objects.exists()


@pytest.mark.django_db
@pytest.mark.once
def test_the_command_says_what_a_backup_lacks(settings):
    settings.BACKUP_RECIPIENTS = []
    with pytest.raises(CommandError, match="No key is named to which backups are encrypted"):
        call_command("backup")


@pytest.mark.once
def test_the_command_says_what_it_made_and_what_is_over(monkeypatch, tmp_path, capsys):
    made = tmp_path / "one.age"
    made.write_bytes(b"abc")
    monkeypatch.setattr("sens_site.management.commands.backup.make_backup", lambda: made)
    monkeypatch.setattr("sens_site.management.commands.backup.backups.trim", lambda: 2)
    call_command("backup")
    assert capsys.readouterr().out == f"{made}: 3 bytes. 2 older ones were deleted.\n"


@pytest.mark.django_db
@pytest.mark.once
def test_of_two_workers_one_makes_the_backup(monkeypatch, settings):
    settings.BACKUP_RECIPIENTS = ["age1…"]
    made: list[Path] = []

    def make() -> Path:
        made.append(Path("one"))
        return made[-1]

    monkeypatch.setattr("sens_site.backups.make_backup", make)
    (job,) = [one for one in registered_jobs() if one.name == "make backup"]
    assert [job.run(), job.run()] == ["one", None]
    assert made == [Path("one")]


@pytest.mark.django_db
def test_what_is_not_in_order_after_a_restore_is_named(person, monkeypatch):
    assert list(faults_of_the_site()) == []
    now = timezone.now()
    Erasure.objects.create(reference="lost", cause="own", plan_version="p")
    who = subject_of(person)
    ledger.write(ledger.line_for(who, reference="new", cause="own", plan="p", at=now))
    monkeypatch.setattr(row_guards, "missing", lambda: ["guard_x"])
    chain = SimpleNamespace(name="some", faults=lambda: ["a link is broken"])
    monkeypatch.setattr(backups, "registered_chains", lambda: {"some": chain})
    document = SimpleNamespace(words=["missing: a manual"])
    monkeypatch.setattr(backups, "verify_documents", lambda: document)
    assert list(faults_of_the_site()) == [
        "chain some: a link is broken",
        "guard guard_x: missing or changed",
        "ledger: 1 erasures could not be done again",
        "ledger: it is older than the backup, which knows of 1 erasures more",
        "document missing: a manual",
    ]


def test_a_restore_with_faults_ends_with_a_failure(monkeypatch, tmp_path):
    done = Restored("2026-01-01", Replayed(0, 0, 0), ["guard x: missing"], ["kept heads: more"])
    monkeypatch.setattr("sens_site.management.commands.restore.restore", lambda *a, **k: done)
    with pytest.raises(CommandError, match=r"Do not open the site: 1 faults. First guard x"):
        call_command("restore", "some", "--identity", str(tmp_path), verbosity=0)


@pytest.mark.django_db
@pytest.mark.once
def test_a_drill_that_fails_says_why_and_is_not_noted(monkeypatch, tmp_path):
    ledger.path().write_text("")
    for printed, says in (("…\nCommandError: No key.\n", "No key"), ("", "it said nothing")):
        ended = SimpleNamespace(returncode=1, stderr=printed)
        monkeypatch.setattr("subprocess.run", lambda *a, _e=ended, **k: _e)
        with pytest.raises(BackupError, match=says):
            backups.try_restore(tmp_path / "archive", identity=tmp_path / "key")
    assert not was_done(RESTORE_TRIED)


@pytest.mark.django_db
@pytest.mark.once
def test_a_backup_of_the_other_database_changes_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(database_dump, "has_tables", lambda: False)
    monkeypatch.setattr(backup_archive, "read_identities", lambda file: [])
    monkeypatch.setattr(backup_archive, "unpack", lambda *a, **k: {})
    monkeypatch.setattr(database_dump, "load", lambda file: pytest.fail("was loaded"))
    with pytest.raises(BackupError, match="another kind of database"):
        backups.restore(tmp_path, identity=tmp_path, replace=False, newest_ledger="backup")


def test_what_the_backup_did_not_have_is_not_there_afterwards(tmp_path):
    (tmp_path / "media" / "folder").mkdir(parents=True)
    (tmp_path / "media" / "file").touch()
    backups._fill(tmp_path / "media", tmp_path / "not in the archive")
    assert list((tmp_path / "media").iterdir()) == []


def test_what_is_added_to_the_ledger_is_not_swallowed_by_half_a_line():
    """A machine that loses power may leave one; it has no end, and no erasure."""
    ledger.path().write_text('{"void": "a"}\n{"refer')
    ledger.void("b")
    assert ledger.take_over(['{"void": "a"}', '{"void": "c"}']) == 1
    assert ledger._records() == [{"void": "a"}, {"void": "b"}, {"void": "c"}]


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize(("are_in_it", "bucket"), [(True, ""), (False, "manuals")])
def test_a_drill_is_led_to_nothing_of_the_site(monkeypatch, tmp_path, settings, are_in_it, bucket):
    """Where a setting is a file, the file would win; and what is in a bucket is not to be written."""
    monkeypatch.setenv("DATABASE_URL_FILE", "/run/secrets/database_url")
    monkeypatch.setenv("DOCUMENTS_S3_BUCKET", "manuals")
    settings.BACKUP_S3_DOCUMENTS = are_in_it
    given = {}

    def run(command, *, env, **options):
        given.update(env)
        return SimpleNamespace(returncode=1, stderr="enough")

    monkeypatch.setattr("subprocess.run", run)
    with pytest.raises(BackupError, match="enough"):
        backups.try_restore(tmp_path / "archive", identity=tmp_path / "key")
    assert (given["DATABASE_URL_FILE"], given["DOCUMENTS_S3_BUCKET"]) == ("", bucket)


@pytest.mark.django_db
@pytest.mark.once
def test_before_others_rely_on_the_site_backups_are_made_and_tried(monkeypatch):
    def found() -> list[str]:
        every = run_checks(include_deployment_checks=True)
        return [str(one.msg) for one in every if one.id == "datamap.W103"]

    assert found() == [NO_BACKUP, NO_RESTORE]
    note_done(RESTORE_TRIED)
    assert found() == []
    JobRun.objects.update(succeeded_at=timezone.now() - timedelta(days=31))
    assert found() == [NO_RESTORE]
    with monkeypatch.context() as patched:
        patched.setattr(JobRun._meta, "db_table", "of_a_database_that_is_not_set_up_yet")
        assert found() == []

    def away(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr(connection.introspection, "table_names", away)
    assert found() == []
