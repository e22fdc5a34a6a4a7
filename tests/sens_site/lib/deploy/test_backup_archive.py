"""The file of a backup: what comes out is what went in, or nothing is used of it."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
import zstandard

from sens_site.lib.deploy import backup_archive
from sens_site.lib.deploy.backup_archive import BackupError, Member

KEY = pyrage.x25519.Identity.generate()
KEYS = backup_archive.recipients([str(KEY.to_public())])
NAME = "site-20260228T235959Z.tar.zst.age"


def sign(content: bytes) -> list[str]:
    return [hashlib.sha256(b"present" + content).hexdigest(), "a former one"]


def written(folder: Path, *members: Member) -> Path:
    backup_archive.write(folder / NAME, members, keys=KEYS, sign=sign, release="1")
    return folder / NAME


def unpacked(archive: Path, into: Path, identities=(KEY,), good=sign):
    into.mkdir()
    return backup_archive.unpack(archive, into, identities=list(identities), sign=good)


def forged(folder: Path, *entries: tuple[tarfile.TarInfo, bytes], behind: bytes = b"") -> Path:
    """Return an archive that somebody else has encrypted to our public key."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for entry, content in entries:
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    packed = zstandard.compress(plain.getvalue())
    file = folder / "forged.age"
    file.write_bytes(pyrage.encrypt(packed + behind, [KEY.to_public()]))
    return file


def test_what_comes_out_is_what_went_in(tmp_path):
    large = tmp_path / "large"
    large.write_bytes(os.urandom(700_001))
    archive = written(
        tmp_path / "backups",
        Member("documents/ab/large", large),
        Member("ledger", b"a line\n"),
        Member("empty", b""),
        Member("media/é", b"text"),
        Member("gone", tmp_path / "deleted meanwhile"),
    )
    listed = unpacked(archive, tmp_path / "out")
    assert sorted(listed["files"]) == ["documents/ab/large", "empty", "ledger", "media/é"]
    assert listed["release"] == "1"
    assert (tmp_path / "out/documents/ab/large").read_bytes() == large.read_bytes()
    assert (tmp_path / "out/ledger").read_bytes() == b"a line\n"
    assert (tmp_path / "out/media/é").read_bytes() == b"text"
    assert archive.stat().st_mode & 0o777 == 0o600
    assert b"a line" not in archive.read_bytes()


def test_programs_that_everybody_has_read_it(tmp_path):
    archive = written(tmp_path, Member("ledger", b"a line\n"))
    plain = (
        zstandard.ZstdDecompressor()
        .decompressobj()
        .decompress(pyrage.decrypt(archive.read_bytes(), [KEY]))
    )
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        assert tar.getnames() == ["ledger", "manifest.json", "manifest.hmac"]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:-66_000],
        lambda content: content[:9_000] + bytes([content[9_000] ^ 1]) + content[9_001:],
        lambda content: b"plain text",
    ],
    ids=["empty", "without its last byte", "cut short", "one bit", "another file"],
)
def test_a_damaged_archive_is_refused(tmp_path, change):
    archive = written(tmp_path, Member("large", os.urandom(300_000)))
    archive.write_bytes(change(archive.read_bytes()))
    with pytest.raises(BackupError, match="cannot be read"):
        unpacked(archive, tmp_path / "out")


def test_damage_behind_all_files_is_seen_too(tmp_path):
    archive = forged(tmp_path, (tarfile.TarInfo("ledger"), b"a line"), behind=bytes(200_000))
    content = archive.read_bytes()
    archive.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BackupError, match="cannot be read"):
        unpacked(archive, tmp_path / "out")


def test_another_key_reads_nothing(tmp_path):
    archive = written(tmp_path, Member("x", b"x"))
    with pytest.raises(BackupError, match="No matching keys found"):
        unpacked(archive, tmp_path / "out", [pyrage.x25519.Identity.generate()])
    assert list((tmp_path / "out").iterdir()) == []


def test_a_former_key_of_the_site_is_good_and_that_of_another_site_is_not(tmp_path):
    archive = written(tmp_path, Member("x", b"x"))
    unpacked(archive, tmp_path / "out", good=lambda content: ["now another", *sign(content)])
    with pytest.raises(BackupError, match="not made by a site with this SECRET_KEY"):
        unpacked(archive, tmp_path / "out2", good=lambda content: ["of another site"])


def test_who_knows_the_public_key_cannot_make_a_backup_of_this_site(tmp_path):
    x = (tarfile.TarInfo("x"), b"x")
    with pytest.raises(BackupError, match="no list of what is in it"):
        unpacked(forged(tmp_path, x), tmp_path / "1")
    listed = (tarfile.TarInfo("manifest.json"), b'{"format": 1, "files": {}}')
    unsigned = (tarfile.TarInfo("manifest.hmac"), b"\xff\xff")
    with pytest.raises(BackupError, match="not made by a site"):
        unpacked(forged(tmp_path, x, listed, unsigned), tmp_path / "2")


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ({"format": 2, "files": {}}, "format 2, which is not known here"),
        ({"format": 1, "files": {}}, "other files than its list says"),
        ({"format": 1, "files": {"x": {"size": 1, "sha256": "0" * 64}}}, "other files than its"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(tmp_path, listed, says):
    text = json.dumps(listed).encode()
    archive = forged(
        tmp_path,
        (tarfile.TarInfo("x"), b"x"),
        (tarfile.TarInfo("manifest.json"), text),
        (tarfile.TarInfo("manifest.hmac"), sign(text)[0].encode()),
    )
    with pytest.raises(BackupError, match=says):
        unpacked(archive, tmp_path / "out")


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside", "a/../../outside"])
def test_nothing_is_written_outside(tmp_path, name):
    with pytest.raises(BackupError, match="no plain file below the archive"):
        unpacked(forged(tmp_path, (tarfile.TarInfo(name), b"x")), tmp_path / "out")


def test_nothing_but_files_is_written(tmp_path):
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(BackupError, match="no plain file below the archive"):
        unpacked(forged(tmp_path, (link, b"")), tmp_path / "out")


def test_a_file_that_shrinks_while_it_is_read_leaves_no_archive(tmp_path, monkeypatch):
    file = tmp_path / "shrinks"
    file.write_bytes(bytes(1000))
    taken = backup_archive._header

    def shrink(name: str, size: int) -> bytes:
        file.write_bytes(b"")
        return taken(name, size)

    monkeypatch.setattr(backup_archive, "_header", shrink)
    with pytest.raises(BackupError, match="shrinks was cut short"):
        written(tmp_path / "backups", Member("shrinks", file))
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_full_disk_leaves_no_archive(tmp_path, monkeypatch):
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackupError, match=r"cannot be written: .*No space left on device"):
        written(tmp_path, Member("x", b"x"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("recipients", "says"),
    [([], "No key is named"), (["age1x"], "“age1x” is no key"), (["ssh-rsa x"], "is no key")],
)
def test_what_is_no_key_is_told_before_anything_is_copied(recipients, says):
    with pytest.raises(BackupError, match=says):
        backup_archive.recipients(recipients)


def test_a_key_of_ssh_is_good_too(tmp_path):
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN"
    keys = backup_archive.recipients([key])
    backup_archive.write(tmp_path / NAME, [], keys=keys, sign=sign)
    assert (tmp_path / NAME).read_bytes().startswith(b"age-encryption.org/v1\n-> ssh-ed25519 ")


def test_private_keys_are_read_as_age_writes_them(tmp_path):
    file = tmp_path / "key"
    file.write_text(f"# created: 2026\n# public key: {KEY.to_public()}\n\n{KEY}\n")
    assert [str(one) for one in backup_archive.read_identities(file)] == [str(KEY)]
    for content in (b"\xff", b"nonsense"):
        file.write_bytes(content)
        with pytest.raises(BackupError, match="holds no private key"):
            backup_archive.read_identities(file)
    with pytest.raises(BackupError, match=r"nowhere cannot be read: No such file or directory\."):
        backup_archive.read_identities(tmp_path / "nowhere")


def test_a_private_key_that_is_piped_in_by_root_is_read_by_the_user_of_the_site(monkeypatch):
    """Who is not its owner may read what comes through a pipe, and not open it by a name."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"# public key: {KEY.to_public()}\n{KEY}\n"))
    found = backup_archive.read_identities(Path("/dev/stdin"))
    assert [str(one) for one in found] == [str(KEY)]


def test_names_say_when_a_backup_was_begun_in_utc():
    moment = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    assert backup_archive.name_for(moment) == NAME
    assert backup_archive.made_at(Path("/x") / NAME) == moment
    assert backup_archive.made_at(Path("/x") / (NAME + ".part")) == moment
    assert backup_archive.made_at(Path("/x/notes.txt")) is None


def test_what_was_begun_earlier_goes_and_what_is_none_of_ours_stays(tmp_path):
    for name in (NAME, NAME + ".part", "site-20260301T000000Z.tar.zst.age", "notes-2020.txt"):
        (tmp_path / name).touch()
    limit = datetime(2026, 3, 1, tzinfo=UTC)
    assert backup_archive.trim(tmp_path, before=limit) == 2
    assert [file.name for file in backup_archive.archives(tmp_path)] == [
        "site-20260301T000000Z.tar.zst.age"
    ]
    assert (tmp_path / "notes-2020.txt").exists()
    shutil.rmtree(tmp_path)
    assert backup_archive.trim(tmp_path, before=limit) == 0
    assert backup_archive.archives(tmp_path) == []
