"""The chains are compared with what others have kept, and it is said with how much."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from privacy.policy.chains import Chain, register_chain
from privacy.policy.head_log import append_heads, current_checkpoint, log_key, sign
from privacy.policy.kept_heads import (
    Comparison,
    Kept,
    KeptError,
    Line,
    compare,
    compare_stored,
    kept_here,
    read_files,
    read_kept,
)
from privacy.policy.models import HeadLogEntry, PolicyVersion
from sens_site.lib import row_guards
from sens_site.lib.merkle import root_of
from sens_site.lib.signed_note import WITNESS, Checkpoint, signing_key

DAY = date(2026, 12, 1)
A, B, C = ("a" * 64, "b" * 64, "c" * 64)
LOG = (Line("x", 1, A, DAY), Line("y", 4, C, DAY), Line("x", 2, B, DAY))
HASHES = {"x": {1: A, 2: B}, "y": {4: C}}
KEY = signing_key("k" * 43, "testserver/privacy/log")


def checkpoint(size: int, lines=LOG, key=KEY) -> Checkpoint:
    root = root_of(str(line).encode() for line in lines[:size])
    unsigned = Checkpoint("testserver/privacy/log", size, root)
    return sign(unsigned, key)


def faults(kept: Kept, lines=LOG, hashes=HASHES) -> list[str]:
    return compare(lines, hashes, [kept], key=KEY.public).faults


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Comparison(), "compared with none"),
        (Comparison(1, 1), "compared with 1 head of 1 witness"),
        (Comparison(12, 3), "compared with 12 heads of 3 witnesses"),
    ],
)
def test_it_says_with_how_much_it_was_compared(found, words):
    assert found.words == words


def test_what_fits_is_counted_once_however_often_it_was_kept():
    mail = Kept("mail.txt", checkpoints=(checkpoint(2),))
    saved = Kept("saved.txt", lines=LOG[:2])
    versions = Kept("log.txt", versions=(("x", 2, B),))
    found = compare(LOG, HASHES, [mail, saved, versions], key=KEY.public)
    assert (found.faults, found.heads, found.witnesses) == ([], 3, 3)


def test_a_witness_is_counted_once_for_all_its_files():
    one, two = (signing_key(letter * 43, "w.test/witness", WITNESS) for letter in "xy")
    looks = [
        Kept(f"{n}.txt", (sign(checkpoint(2), key, at=n),), keys=(key.public,))
        for n, key in enumerate((one, one, two), 1)
    ]
    assert compare(LOG, HASHES, looks, key=KEY.public).witnesses == 2
    # A name under a checkpoint is no signature, and a key that has not signed is no witness.
    unsigned = Kept("file", (checkpoint(2),), keys=(one.public,))
    assert compare(LOG, HASHES, [unsigned], key=KEY.public).witnesses == 1
    line = sign(checkpoint(1), one, at=1).signatures[-1]
    forged = Kept(
        "forged.txt",
        (Checkpoint(KEY.name, 2, checkpoint(2).root, (*checkpoint(2).signatures, line)),),
        keys=(one.public,),
    )
    assert faults(forged) == ["forged.txt: the signature of w.test/witness is not by its key."]


def test_a_log_that_was_rolled_back_is_found():
    assert faults(Kept("m", (checkpoint(3),)), LOG[:2]) == [
        "m has kept a checkpoint of 3 lines; the log has 2 lines today."
    ]


def test_a_log_with_another_line_is_found():
    other = (LOG[0]._replace(day=date(2026, 12, 2)), *LOG[1:])
    assert faults(Kept("m", (checkpoint(2),)), other) == [
        (
            "m has kept a checkpoint of 2 lines; the first 2 lines of the log are not those that it was "
            "made of."
        )
    ]
    assert faults(Kept("s", lines=LOG[:1]), other) == [
        f"s has kept the line “x 1 {A} 2026-12-01”, which the log no longer has."
    ]


def test_a_checkpoint_by_another_key_is_compared_and_said_to_be():
    other = checkpoint(2, key=signing_key("o" * 43, KEY.name))
    assert faults(Kept("m", (other,))) == []
    assert compare(LOG, HASHES, [Kept("m", (other,))], key=None).faults == []
    wrong = checkpoint(2, LOG[1:], key=signing_key("o" * 43, KEY.name))
    assert "(not signed with today's key); the first 2 lines" in faults(Kept("m", (wrong,)))[0]


def test_a_checkpoint_with_a_false_signature_is_no_proof():
    false = Checkpoint(KEY.name, 2, checkpoint(2).root, checkpoint(1).signatures)
    assert faults(Kept("m", (false,))) == [
        (
            "m has kept a checkpoint of 2 lines, but the signature of testserver/privacy/log is not by "
            "its key."
        )
    ]


def test_a_chain_with_another_past_is_found_by_the_log_and_by_what_was_kept():
    kept = Kept("s", versions=(("x", 1, A),))
    other = {"x": {1: C, 2: B}, "y": {4: C}}
    assert faults(kept, LOG, other) == [
        f"Link 1 of the chain x had the hash {A[:12]}…, {who}; today it is {C[:12]}…."
        for who in ("as the log says", "as s has kept")
    ]


def test_a_chain_that_is_gone_or_shorter_is_found():
    assert faults(Kept("s", versions=(("z", 1, A),))) == [
        (
            f"Link 1 of the chain z had the hash {A[:12]}…, as s has kept; today there is no such "
            "link."
        )
    ]
    assert len(faults(Kept("s", versions=(("x", 3, C),)))) == 1


@pytest.mark.parametrize("size", [1, 2])
def test_a_log_that_runs_backwards_is_found(size):
    again = (*LOG, Line("x", size, HASHES["x"][size], DAY))
    assert faults(Kept("s", versions=(("x", 1, A),)), again)[0] == (
        f"The log says “{again[-1]}” after 2 links: it runs backwards."
    )


# --- what can be brought ---------------------------------------------------------------------------


def test_a_mail_a_saved_log_and_the_log_of_versions_can_be_brought():
    text = (
        f"> Dear officer,\r\n\r\n{checkpoint(2)}".replace("\n", "\r\n")
        + f"\r\nx 1 {A} 2026-12-01\r\n"
        + f"privacy 2 posted 2026-10-20 effective 2026-11-20 sha256 {B}\r\n"
    )
    assert read_kept(text, "mail") == Kept(
        "mail", (checkpoint(2),), (LOG[0],), (("policy-privacy", 2, B),)
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "x holds no head of this site"),
        (str(checkpoint(2)).replace("testserver", "other.test"), "x holds no head of this site"),
        (f"x 1 {A} 2026-02-30\n", "x cannot be read: day is out of range for month"),
        (
            f"a+00000000+{'A' * 44}\n",
            "x cannot be read: this|x cannot be read: the public key of a",
        ),
    ],
)
def test_what_holds_nothing_of_this_site_is_refused(text, why):
    with pytest.raises(KeptError, match=why):
        read_kept(text, "x")


def test_files_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch):
    file = tmp_path / "kept.txt"
    with pytest.raises(KeptError, match=r"kept\.txt cannot be read"):
        read_files([file])
    file.write_bytes(b"\xff")
    with pytest.raises(KeptError, match=r"kept\.txt cannot be read"):
        read_files([file])
    monkeypatch.setattr("privacy.policy.kept_heads.MOST_BYTES", 0)
    with pytest.raises(KeptError, match=r"kept\.txt is too large"):
        read_files([file])


# --- the site itself -------------------------------------------------------------------------------


def keep(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "mail.txt").write_text(str(current_checkpoint()), "utf-8")
    return folder / "mail.txt"


def test_the_command_says_with_what_it_compared(db: None, tmp_path, settings, capsys):
    settings.KEPT_HEADS = str(tmp_path / "kept")
    append_heads()
    call_command("verify_policy")
    assert "The chains were compared with none.\nWithout --heads" in capsys.readouterr().out
    file = keep(tmp_path)
    call_command("verify_policy", heads=[file])
    said = capsys.readouterr().out
    assert "The chains were compared with 2 heads of 1 witness." in said
    assert "Without" not in said
    keep(tmp_path / "kept")
    (tmp_path / "kept" / "folder").mkdir()
    call_command("verify_policy")
    assert "The chains were compared with 2 heads of 1 witness." in capsys.readouterr().out


def test_the_command_refuses_what_it_cannot_read(db: None, tmp_path):
    with pytest.raises(CommandError, match=r"none\.txt cannot be read\."):
        call_command("verify_policy", heads=[tmp_path / "none.txt"])


def test_an_owner_who_writes_all_anew_is_found_by_what_was_kept_alone(
    db: None, tmp_path, settings, capsys
):
    settings.KEPT_HEADS = str(tmp_path / "nothing")
    append_heads()
    file = keep(tmp_path)
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM policy_headlogentry WHERE chain = 'policy-terms'")
        connection.check_constraints()
    assert kept_here() == []
    assert compare_stored([]).faults == []
    with pytest.raises(CommandError, match=r"First at heads: mail\.txt has kept a checkpoint of 2"):
        call_command("verify_policy", heads=[file])
    capsys.readouterr()


def test_a_gap_in_the_log_and_a_chain_that_says_its_own_faults_are_found(db: None, monkeypatch):
    monkeypatch.setattr("privacy.policy.chains._chains", {})
    digest = "d" * 64
    HeadLogEntry.objects.create(position=1, chain="z", size=1, head=digest, logged_on=DAY)
    register_chain(
        Chain(
            "z",
            head=lambda: pytest.fail("its head is not asked for"),
            hashes_at=lambda sizes: dict.fromkeys(sizes, digest),
            faults=lambda: ["A row of z has been changed."],
        )
    )
    assert compare_stored([]).faults == [
        "A line of the log of heads is missing.",
        "A row of z has been changed.",
    ]


def test_a_chain_is_asked_by_portions(db: None, monkeypatch):
    asked: list[int] = []

    def hashes_at(sizes):
        asked.append(len(sizes))
        return dict.fromkeys(sizes, A)

    monkeypatch.setattr("privacy.policy.chains._chains", {})
    register_chain(Chain("z", head=lambda: pytest.fail("not asked for"), hashes_at=hashes_at))
    kept = Kept("s", versions=tuple(("z", n, A) for n in range(1, 1202)))
    assert compare_stored([kept]).heads == 1201
    assert asked == [500, 500, 201]


def test_the_hash_of_a_version_kept_in_a_notice_is_compared(db: None):
    version = PolicyVersion.objects.of("privacy").get(number=2)
    line = f"privacy 2 posted 2026-10-20 effective 2026-11-20 sha256 {version.hash}\n"
    assert compare_stored([read_kept(line, "log")]).words == "compared with 1 head of 1 witness"
    wrong = line.replace(version.hash, A)
    assert len(compare_stored([read_kept(wrong, "log")]).faults) == 1
    assert log_key() is not None
