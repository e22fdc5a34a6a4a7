"""The record is checked by us and by any reader, and each kind of change is named."""

import contextlib
import email.message
import io
import json
import subprocess
import sys
import urllib.error
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy.policy import verification
from privacy.policy.chain import GENESIS, hash_of, record_of
from privacy.policy.models import PRIVACY, Policy, PolicyVersion
from privacy.policy.services import _insert_version
from privacy.policy.verification import log_line, read_anchors
from sens_site.lib import row_guards
from sens_site.lib.canonical_json import digest_of

CHECKER = Path(verification.__file__).with_name("reader_check.txt")


def tamper(*statements: str) -> None:
    """Play somebody who owns the database."""
    with row_guards.lifted(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.check_constraints()  # PostgreSQL alters no table while checks are outstanding


def make_chain_anew() -> None:
    previous: dict[int, str] = {}
    for version in PolicyVersion.objects.order_by("policy", "number"):
        version.previous_hash = previous.get(version.policy_id, GENESIS)
        version.hash = previous[version.policy_id] = hash_of(version)
        tamper(
            f"UPDATE policy_policyversion SET hash = '{version.hash}',"  # noqa: S608
            f" previous_hash = '{version.previous_hash}' WHERE id = {version.pk}"
        )


def faults(**options: Any) -> list[str]:
    return [str(fault) for fault in verification.verify(**options).faults]


def anchors() -> verification.Anchors:
    versions = PolicyVersion.objects.select_related("policy")
    return read_anchors(log_line(version) for version in versions)


def test_what_was_sealed_is_found_whole(db: None):
    report = verification.verify(anchors=anchors(), all_renderings=True)
    assert (report.versions, report.anchors, report.faults) == (3, 3, [])


def test_one_changed_byte_is_found(db: None):
    tamper("UPDATE policy_policyversion SET summary = summary || '.' WHERE number = 2")
    assert faults() == ["privacy version 2: is not what was sealed: its hash is another"]


@pytest.mark.parametrize(
    "column",
    ["posted_at", "effective_on", "posted_on", "kind", "renderer", "claims_json", "imported"],
)
def test_no_column_is_left_out_of_the_hash(db: None, column: str):
    value = {
        "posted_at": "'2020-07-17 06:00:01+00:00'",
        "effective_on": "'2020-07-18'",
        "posted_on": "'2020-07-16'",
        "claims_json": "'[]'",
        "imported": "NOT imported",
        "kind": "'editorial'",
    }.get(column, "'x'")
    tamper(
        f"UPDATE policy_policyversion SET {column} = {value} WHERE number = 1"  # noqa: S608
        " AND policy_id = (SELECT id FROM policy_policy WHERE slug = 'privacy')"
    )
    assert faults()[0] == "privacy version 1: is not what was sealed: its hash is another"


def test_a_deleted_row_is_found(db: None):
    tamper(
        "DELETE FROM policy_policyversion WHERE number = 1"
        " AND policy_id = (SELECT id FROM policy_policy WHERE slug = 'privacy')"
    )
    assert faults() == ["privacy version 2: follows version 0: what stood between is gone"]


def test_a_deleted_last_row_is_found_by_its_anchor(db: None):
    kept = anchors()
    tamper("DELETE FROM policy_policyversion WHERE number = 2")
    assert faults() == []
    assert faults(anchors=kept) == [
        "privacy version 2: is in the anchor file and not in the database"
    ]


def test_a_swapped_pair_is_found(db: None):
    privacy = "policy_id = (SELECT id FROM policy_policy WHERE slug = 'privacy')"
    tamper(
        f"UPDATE policy_policyversion SET number = 99 WHERE number = 1 AND {privacy}",  # noqa: S608
        f"UPDATE policy_policyversion SET number = 1 WHERE number = 2 AND {privacy}",  # noqa: S608
        f"UPDATE policy_policyversion SET number = 2 WHERE number = 99 AND {privacy}",  # noqa: S608
    )
    assert faults()[:2] == [
        "privacy version 1: does not continue the version before it",
        "privacy version 1: is not what was sealed: its hash is another",
    ]


def test_a_chain_that_was_made_anew_is_found_by_its_anchor_alone(db: None):
    kept = anchors()
    tamper("UPDATE policy_policyversion SET summary = 'Nothing.' WHERE number = 1")
    make_chain_anew()
    assert faults() == []
    assert faults(anchors=kept) == [
        f"{name}: has another hash than the anchor file: the chain was made anew"
        for name in ("privacy version 1", "privacy version 2", "terms version 1")
    ]


def test_html_that_is_not_of_its_text_is_found(db: None):
    tamper("UPDATE policy_policyversion SET rendered_html = '<p>x</p>' WHERE number = 2")
    make_chain_anew()
    assert faults() == ["privacy version 2: shows other than its text"]


def test_a_missing_guard_is_found(db: None):
    row_guards.lift()
    assert len(faults()) == len(row_guards.missing()) > 0
    row_guards.install()
    assert faults() == []


def test_anchors_are_read_from_a_kept_copy_of_the_log():
    digest = "a" * 64
    text = ["# a comment", f"privacy 12 posted 2027-01-01 effective 2027-01-01 sha256 {digest}", ""]
    assert read_anchors(text) == {("privacy", 12): digest}


def test_the_command_writes_anchors_and_holds_the_record_against_them(db: None, tmp_path, capsys):
    file = tmp_path / "anchors.txt"
    call_command("verify_policy", write_anchors=file)
    assert len(file.read_text().splitlines()) == 3
    call_command("verify_policy", anchors=[file])
    assert "3 of them were compared" in capsys.readouterr().out
    tamper("UPDATE policy_policyversion SET summary = 'x' WHERE number = 2")
    with pytest.raises(CommandError, match=r"First at privacy version 2: is not what was sealed"):
        call_command("verify_policy", anchors=[file])
    capsys.readouterr()


@pytest.mark.parametrize("content", ["", "nothing", "privacy one abc"])
def test_a_file_without_anchors_proves_nothing_and_says_so(db: None, tmp_path, content: str):
    file = tmp_path / "anchors.txt"
    file.write_text(content)
    with pytest.raises(CommandError, match="holds no anchors"):
        call_command("verify_policy", anchors=[file])


def saved(client: Any, folder: Path, *numbers: int) -> Path:
    """Save the JSON of some versions as a reader would; return the address of the newest."""
    for number in numbers:
        (folder / f"{number}.json").write_bytes(client.get(f"/privacy/v/{number}.json").content)
    return folder / f"{max(numbers)}.json"


def checked(file: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, str(CHECKER), file.as_uri(), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def test_a_reader_follows_the_chain_with_a_few_lines_of_python(client, db: None, tmp_path):
    newest = saved(client, tmp_path, 1, 2)
    digests = [v.hash for v in PolicyVersion.objects.of("privacy")]
    assert len(CHECKER.read_text().splitlines()) <= 20
    # Who has kept nothing is told so, and not that nothing has changed.
    assert checked(newest) == (0, f"nothing to compare with {digests[0]}")
    # A hash of any version that the chain runs through is one to compare with.
    for digest in digests:
        assert checked(newest, digest) == (0, f"unchanged {digests[0]}")
    assert checked(newest, "0" * 64) == (1, "CHANGED: no version has the hash that you kept")


def test_the_reader_script_finds_an_old_version_that_was_changed(client, db: None, tmp_path):
    newest = saved(client, tmp_path, 1, 2)
    first, text = tmp_path / "1.json", (tmp_path / "1.json").read_text("utf-8")
    first.write_text(text.replace("privacy", "secrecy", 1), "utf-8")
    assert checked(newest) == (1, "CHANGED: version 1")
    # Hashed anew, it is no longer the one that version 2 continues.
    page = json.loads(text)
    page["record"]["summary"] = "Nothing."
    page["hash"] = digest_of(page["record"])
    first.write_text(json.dumps(page), "utf-8")
    assert checked(first)[0] == 0
    assert checked(newest) == (1, "CHANGED: version 1")


def test_the_reader_script_says_which_version_is_not_shown(tmp_path):
    """It is run in this process, with a site that withholds version 1."""
    record = {"previous_hash": "a" * 64}
    pages = {"2.json": json.dumps({"record": record, "hash": digest_of(record)})}

    def urlopen(address: str) -> io.StringIO:
        name = address.rpartition("/")[2]
        if name not in pages:
            raise urllib.error.HTTPError(address, 404, "", email.message.Message(), None)
        return io.StringIO(pages[name])

    out = io.StringIO()
    with (
        mock.patch("urllib.request.urlopen", urlopen),
        mock.patch.object(sys, "argv", ["check.py", "https://x.test/privacy/v/2.json"]),
        contextlib.redirect_stdout(out),
    ):
        exec(compile(CHECKER.read_text(), str(CHECKER), "exec"), {})  # noqa: S102 - our own lines
    assert out.getvalue().splitlines() == [
        "version 1 is not shown (404)",
        f"nothing to compare with {digest_of(record)}",
    ]


def test_the_reader_script_stands_on_the_history_page(client, db: None):
    from django.utils.html import escape

    assert escape(CHECKER.read_text()) in client.get("/privacy/history/").content.decode()


def test_a_sealed_version_has_the_hash_of_its_canonical_record(policy: PolicyVersion):
    assert digest_of(record_of(policy)) == hash_of(policy) == policy.hash


def test_a_version_that_was_hashed_once_has_that_hash_for_ever():
    version = PolicyVersion(
        policy=Policy(slug=PRIVACY),
        number=1,
        kind="material",
        reason="first",
        summary="Été",
        source_text='We keep "nothing".\n',
        rendered_html="<p>We keep &quot;nothing&quot;.</p>\n",
        claims_json="{}",
        renderer="markdown 1",
        posted_at=datetime(2026, 11, 25, 12, tzinfo=UTC),
        posted_on=date(2026, 11, 25),
        effective_on=date(2026, 12, 25),
        previous_hash="0" * 64,
    )
    assert hash_of(version) == "791283a28f0f32efd685e380fb6ea8303c37c3c5440bf66a44a46cd546a0edaa"


def lengthen(count: int) -> None:
    """Add versions as imported history, the way the service does."""
    policy = Policy.objects.get(slug=PRIVACY)
    for number in range(count):
        _insert_version(
            policy,
            kind="minor",
            reason="r",
            summary="s",
            source_text=f"Text {number}.",
            posted_at=timezone.now(),
            effective_on=timezone.localdate(),
            imported=True,
        )


@pytest.mark.parametrize(
    "text", ["", "plain", 'a "quote" and a \\ slash\nline', "tab\tbell\x07", "é — “𝄞” \u2028 \x7f"]
)
def test_the_quick_hash_is_the_hash_of_the_canonical_record(policy: PolicyVersion, text: str):
    policy.source_text, policy.rendered_html, policy.reason = text, text[::-1], text
    assert hash_of(policy) == digest_of(record_of(policy))


def test_queries_do_not_grow_with_the_chain(db: None):
    counts = []
    for _ in range(2):
        lengthen(3)
        with CaptureQueriesContext(connection) as captured:
            assert verification.verify().faults == []
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_file_that_cannot_be_read_is_named(db: None, tmp_path):
    file = tmp_path / "anchors.txt"
    with pytest.raises(CommandError, match=r"anchors\.txt cannot be read as an anchor file"):
        call_command("verify_policy", anchors=[file])
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match=r"anchors\.txt cannot be read as an anchor file"):
        call_command("verify_policy", anchors=[file])


def test_anchor_files_that_disagree_prove_nothing(db: None, tmp_path):
    files = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for file, digest in zip(files, ("a" * 64, "b" * 64), strict=True):
        file.write_text(
            f"privacy 2 posted 2026-10-20 effective 2026-11-20 sha256 {digest}\n", "utf-8"
        )
    with pytest.raises(CommandError, match="disagree on privacy version 2"):
        call_command("verify_policy", anchors=files)
