"""The promise about loss: what it says where backups are made here, elsewhere, or not yet."""

import tempfile
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.job_runs import BACKUP_MADE, RESTORE_TRIED, note_done
from outbox.models import JobRun
from privacy.promises.registry import NotCarriedOut, PromiseBroken
from privacy.promises.running_site import RunningSite
from sens_site.promises import backups
from sens_site.promises.backups import what_is_lost_can_be_brought_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(settings, tmp_path):
    """A site that others reach and that makes its own backups."""
    settings.SITE_HOST, settings.BACKUP_RECIPIENTS = "www.example.com", ["age1nobody"]
    settings.BACKUP_DIR = str(tmp_path)
    note_done(BACKUP_MADE)
    note_done(RESTORE_TRIED)
    return tmp_path


def test_before_the_first_backup_there_is_nothing_to_look_at(settings):
    for recipients in ([], ["age1nobody"]):
        settings.BACKUP_RECIPIENTS = recipients
        with pytest.raises(NotCarriedOut, match="No backup has been made yet"):
            what_is_lost_can_be_brought_back(RunningSite())


def test_a_backup_of_yesterday_that_only_its_key_opens_is_what_is_promised(here):
    file = here / f"site-{timezone.now() - timedelta(days=1):%Y%m%dT%H%M%S}Z.tar.zst.age"
    file.write_bytes(b"age-encryption.org/v1\n-> X25519 x\n")
    seen = what_is_lost_can_be_brought_back(RunningSite())
    assert seen.figures == {
        "backups": 1, "the newest": "1 days", "last restored for a test": "0 days",
    }  # fmt: skip


def test_a_folder_that_is_not_there_holds_no_backup(here, settings):
    settings.BACKUP_DIR = str(here / "gone")
    with pytest.raises(PromiseBroken, match="has none of two days"):
        what_is_lost_can_be_brought_back(RunningSite())


def test_who_makes_backups_by_other_means_tries_to_restore_them(settings):
    settings.BACKUP_RECIPIENTS = []
    note_done(RESTORE_TRIED)
    for host in ("www.example.com", "localhost"):
        settings.SITE_HOST = host
        seen = what_is_lost_can_be_brought_back(RunningSite())
        assert seen.figures == {"last restored for a test": "0 days"}
        assert "encrypted" not in seen.words


def test_on_a_machine_of_ones_own_no_restore_has_to_be_tried(here, settings):
    settings.SITE_HOST = "localhost"
    JobRun.objects.filter(name=RESTORE_TRIED).delete()
    (here / f"site-{timezone.now():%Y%m%dT%H%M%S}Z.tar.zst.age").write_bytes(
        b"age-encryption.org/v1\n"
    )
    seen = what_is_lost_can_be_brought_back(RunningSite())
    assert (seen.figures["backups"], seen.figures["last restored for a test"]) == (1, "none")


def test_what_is_being_written_or_is_no_file_is_not_read(here):
    newest = here / f"site-{timezone.now():%Y%m%dT%H%M%S}Z.tar.zst.age"
    newest.write_bytes(b"age-encryption.org/v1\n-> X25519 x\n")
    (here / f"{newest.name}.part").touch()
    (here / "copied").mkdir()
    (here / "copied" / "lost").symlink_to(here / "nowhere")
    assert what_is_lost_can_be_brought_back(RunningSite()).figures["backups"] == 2


def test_anything_else_beside_backups_can_be_read_by_a_thief(here):
    (here / "list.txt").write_text("private/scan.pdf")
    with pytest.raises(PromiseBroken, match="1 files of the backups can be read"):
        what_is_lost_can_be_brought_back(RunningSite())


def test_whatever_a_backup_leaves_behind_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "_places", lambda: (tmp_path,))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "was-there").touch()
    with backups._left_beside() as left:
        (tmp_path / "scratch").mkdir()
        (tmp_path / "scratch" / "dump.sql").touch()
    assert sorted(left) == [tmp_path / "scratch", tmp_path / "scratch" / "dump.sql"]


def test_what_is_gone_when_it_is_looked_at_can_be_read_by_nobody(tmp_path):
    (tmp_path / "plain").write_bytes(b"INSERT INTO people")
    assert backups._can_be_read(tmp_path / "plain")
    assert not backups._can_be_read(tmp_path / "gone")
