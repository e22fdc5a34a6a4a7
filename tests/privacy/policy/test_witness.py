"""A witness keeps what another site's log says, signs for it, and refuses another past."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from privacy.policy import witness
from privacy.policy.head_log import close_day, log_key
from privacy.policy.kept_heads import read_files
from privacy.policy.models import HeadLogEntry
from privacy.policy.witness import (
    RefusedError,
    Seen,
    countersigned,
    fetch_from,
    look,
    read_store,
    store_text,
)
from sens_site.lib.canonical_json import digest_of
from sens_site.lib.signed_note import WITNESS, read_key, signed_at, signing_key

pytestmark = pytest.mark.django_db
PATHS = ("/privacy/log/key", "/privacy/log/checkpoint", "/privacy/log/heads", "/privacy/log.txt",
         "/legal/log.txt", "/privacy/v/1.json", "/privacy/v/2.json", "/privacy/v/3.json",
         "/legal/v/1.json", "/legal/v/2.json")  # fmt: skip
OWN = signing_key("w" * 43, "witness.test/privacy/witness", WITNESS)
Shown = dict[str, str]


def all_shown(client: Any) -> Shown:
    return {path: client.get(path).content.decode() for path in PATHS}


@pytest.fixture
def shown(client) -> Shown:
    """What a site shows that has logged its heads: a test alters it."""
    close_day()
    return all_shown(client)


@pytest.fixture
def seen(shown) -> Seen:
    """What a witness saw of it before."""
    return look(shown.get, None)


def refused(shown: Shown, before: Seen | None, **options: Any) -> str:
    with pytest.raises(RefusedError) as info:
        look(shown.get, before, **options)
    return str(info.value)


def test_it_sees_the_whole_log_and_signs_for_it(shown):
    first = look(shown.get, None)
    assert (first.checkpoint.size, len(first.lines), len(first.versions)) == (3, 3, 5)
    signed = countersigned(first, OWN, at=1_800_000_000)
    assert signed_at(signed.checkpoint, OWN.public) == 1_800_000_000
    assert signed_at(signed.checkpoint, first.key) == 0
    assert look(shown.get, signed).checkpoint == first.checkpoint


def test_what_is_added_is_taken(shown, seen, client):
    HeadLogEntry.objects.create(
        position=3, chain="x", size=1, head="a" * 64, logged_on=seen.lines[-1].day
    )
    later = look(all_shown(client).get, seen)
    assert [str(line) for line in later.lines[3:]] == [f"x 1 {'a' * 64} {seen.lines[-1].day}"]


def test_lines_that_came_after_the_checkpoint_wait_for_the_next_look(shown, seen):
    shown["/privacy/log/heads"] += f"x 1 {'a' * 64} 2030-01-01\n"
    assert look(shown.get, seen) == seen


def test_a_log_that_was_rolled_back_is_refused(shown, seen, client):
    HeadLogEntry.objects.create(
        position=3, chain="x", size=1, head="a" * 64, logged_on=seen.lines[-1].day
    )
    later = look(all_shown(client).get, seen)
    assert refused(shown, later) == "it had 4 lines and has 3: it was rolled back"


def signed_anew(shown: Shown, lines: list[str]) -> Shown:
    """Publish other lines, signed by the key of the log."""
    from sens_site.lib.merkle import root_of
    from sens_site.lib.signed_note import Checkpoint

    key = log_key()
    assert key is not None
    unsigned = Checkpoint(key.name, len(lines), root_of(line.encode() for line in lines))
    return shown | {
        "/privacy/log/checkpoint": f"{unsigned.text}\n{key.line(unsigned.text)}",
        "/privacy/log/heads": "".join(f"{line}\n" for line in lines),
    }


def test_a_fork_is_refused_and_said_where_it_begins(shown, seen):
    lines = shown["/privacy/log/heads"].splitlines()
    other = [lines[0], lines[1].replace(lines[1][-10:], "2020-01-01"), lines[2], lines[2]]
    other[3] = f"x 1 {'a' * 64} 2030-01-01"
    assert refused(signed_anew(shown, other), seen) == (
        f"line 1 was “{lines[1]}” and is “{other[1]}”: its past is another"
    )


def test_lines_that_are_not_those_of_the_checkpoint_are_refused(shown):
    lines = shown["/privacy/log/heads"].splitlines(keepends=True)
    shown["/privacy/log/heads"] = "".join(reversed(lines))
    assert refused(shown, None) == "its lines are not those that the checkpoint was made of"
    shown["/privacy/log/heads"] = lines[0]
    assert refused(shown, None) == "its checkpoint is of 3 lines, and it shows 1"
    shown["/privacy/log/heads"] = "".join(lines) + "Trust us.\n"
    assert refused(shown, None) == "/privacy/log/heads holds something that is no line of a log"


def test_a_log_that_runs_backwards_is_refused(shown):
    lines = shown["/privacy/log/heads"].splitlines()
    twice = signed_anew(shown, [*lines, lines[1]])
    assert refused(twice, None).endswith("links: it runs backwards")


def test_another_key_is_refused_unless_the_witness_was_told(shown, seen, settings):
    old = str(seen.key)
    settings.LOG_SIGNING_KEY = "n" * 43
    key = log_key()
    assert key is not None
    checkpoint = f"{seen.checkpoint.text}\n{key.line(seen.checkpoint.text)}"
    shown |= {"/privacy/log/key": f"{key.public}\n", "/privacy/log/checkpoint": checkpoint}
    assert refused(shown, seen) == f"its key was {old} and is {key.public}"
    assert refused(shown, None, key=read_key(old)) == f"its key was {old} and is {key.public}"
    assert look(shown.get, seen, key=key.public).key == key.public


def test_a_checkpoint_that_its_key_has_not_signed_is_refused(shown):
    signed = shown["/privacy/log/checkpoint"]
    shown["/privacy/log/checkpoint"] = signed.replace("\n3\n", "\n2\n")
    assert refused(shown, None) == "the signature of testserver/privacy/log is not by its key"
    head, _, _ = signed.partition("\n\n")
    other = signing_key("o" * 43, "testserver/privacy/log").line(f"{head}\n")
    shown["/privacy/log/checkpoint"] = f"{head}\n\n{other}"
    assert refused(shown, None) == "its checkpoint is not signed with its key"
    shown["/privacy/log/checkpoint"] = "Trust us."
    assert refused(shown, None) == "this is no checkpoint"
    shown["/privacy/log/key"] = f"{OWN.public}\n"
    shown["/privacy/log/checkpoint"] = signed
    assert refused(shown, None) == "its checkpoint is not signed with its key"


def test_a_checkpoint_of_another_log_is_refused(shown):
    key = signing_key("k" * 43, "other.test/log")
    text = shown["/privacy/log/checkpoint"].partition("\n\n")[0] + "\n"
    shown |= {
        "/privacy/log/key": str(key.public),
        "/privacy/log/checkpoint": f"{text}\n{key.line(text)}",
    }
    assert refused(shown, None) == (
        "the checkpoint is of testserver/privacy/log, the key of other.test/log"
    )


@pytest.mark.parametrize("path", PATHS[:3])
def test_what_is_not_there_is_refused(shown, path):
    del shown[path]
    assert refused(shown, None) == f"{path} is not there"


def test_a_version_with_another_hash_than_its_head_is_refused(shown):
    first, second, third = shown["/privacy/log.txt"].splitlines()
    other = third[:-64] + "a" * 64
    shown["/privacy/log.txt"] = f"{first}\n{second}\n{other}\n"
    assert refused(shown, None) == (
        f"privacy version 3 has the hash {'a' * 64}, and its own log says {third[-64:]}"
    )


def test_a_log_of_versions_that_is_no_log_is_refused(shown):
    first, second, third = shown["/privacy/log.txt"].splitlines()
    shown["/privacy/log.txt"] = f"{second}\n{first}\n{third}\n"
    assert refused(shown, None) == f"/privacy/log.txt has no line of version 1, but “{second}”"


def test_an_old_version_that_was_hashed_anew_is_refused(shown, seen):
    """The first version is in no head, as the log began later: the record of the second tells."""
    page = json.loads(shown["/privacy/v/1.json"])
    page["record"]["summary"] = "Nothing."
    old, page["hash"] = page["hash"], digest_of(page["record"])
    shown["/privacy/v/1.json"] = json.dumps(page)
    assert (
        refused(shown, None) == "the record of privacy version 1 is not what its hash was made of"
    )
    shown["/privacy/log.txt"] = shown["/privacy/log.txt"].replace(old, page["hash"])
    assert (
        refused(shown, None) == "the record of privacy version 2 is not what its hash was made of"
    )
    assert refused(shown, seen) == refused(shown, None)
    # Who withholds the record in between has still another line in the log of versions.
    del shown["/privacy/v/2.json"]
    assert refused(shown, seen).endswith("is no longer in the log of the policies")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"hash": "a", "record": {}}', '{"record": 1}'])
def test_a_record_that_cannot_be_read_is_refused(shown, text):
    shown["/legal/v/1.json"] = text
    assert refused(shown, None) == "the record of terms version 1 cannot be read"


def test_a_record_of_another_version_is_refused(shown):
    page = json.loads(shown["/legal/v/2.json"])
    page["record"]["number"] = 3
    old, page["hash"] = page["hash"], digest_of(page["record"])
    shown["/legal/log.txt"] = shown["/legal/log.txt"].replace(old, page["hash"])
    heads = shown["/privacy/log/heads"].replace(old, page["hash"]).splitlines()
    shown["/legal/v/2.json"] = json.dumps(page)
    assert refused(signed_anew(shown, heads), None) == (
        "the record of terms version 2 is not what its hash was made of"
    )


def test_a_site_without_terms_is_seen_all_the_same(shown):
    del shown["/legal/log.txt"], shown["/legal/v/1.json"], shown["/legal/v/2.json"]
    assert len(look(shown.get, None).versions) == 3


# --- its file --------------------------------------------------------------------------------------


def test_what_it_keeps_is_read_again_and_compares_the_site_with_it(seen, tmp_path):
    store = tmp_path / "seen.txt"
    assert read_store(store) is None
    signed = countersigned(seen, OWN, at=1_800_000_000)
    store.write_text(store_text(signed, OWN.public), "utf-8")
    assert read_store(store) == signed
    (kept,) = read_files([store])
    assert (kept.keys, len(kept.lines), len(kept.versions)) == ((OWN.public,), 3, 5)
    assert kept.checkpoints == (signed.checkpoint,)


@pytest.mark.parametrize("text", ["", "a+b+c", f"{OWN.public}\n"])
def test_a_file_that_is_none_of_a_witness_is_refused(tmp_path, text):
    store = tmp_path / "seen.txt"
    store.write_text(text)
    with pytest.raises(RefusedError, match="is not the file of a witness"):
        read_store(store)


# --- over the network ------------------------------------------------------------------------------


@pytest.fixture
def served(shown) -> Iterator[str]:
    """The site, behind a server of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = shown.get(self.path)
            self.send_response(200 if text is not None else 500 if self.path == "/500" else 404)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_command_keeps_countersigns_and_refuses(served, shown, tmp_path, capsys):
    store = tmp_path / "witness" / "seen.txt"
    call_command("witness", served, store=store)
    said = capsys.readouterr().out
    assert "testserver/privacy/log: 3 lines, 3 of them new; 5 versions" in said
    assert "Countersigned as testserver/privacy/witness+" in said
    call_command("witness", f"{served}/", store=store)
    assert "3 lines, 0 of them new" in capsys.readouterr().out
    call_command("verify_policy", heads=[store])
    assert "compared with 6 heads of 1 witness" in capsys.readouterr().out
    before = store.read_bytes()
    lines = shown["/privacy/log/heads"].splitlines()
    shown |= signed_anew(shown, [lines[1], lines[0], lines[2]])
    with pytest.raises(CommandError, match=r"line 0 was “.*” and is “.*”.*Nothing was signed"):
        call_command("witness", served, store=store)
    assert store.read_bytes() == before


def test_a_witness_without_a_key_keeps_and_does_not_sign(served, tmp_path, settings, capsys):
    signing, settings.BASE_DIR = log_key(), tmp_path
    assert signing is not None
    settings.LOG_SIGNING_KEY = ""
    call_command("witness", served, key=str(signing.public))
    assert "kept, not signed" in capsys.readouterr().out
    text = (tmp_path / "var" / "witness" / "127.0.0.1.txt").read_text("utf-8")
    assert "privacy/witness" not in text


@pytest.mark.parametrize("key", ["nonsense", str(OWN.public)])
def test_the_command_takes_no_other_key(served, tmp_path, key):
    with pytest.raises(CommandError, match="Nothing was signed"):
        call_command("witness", served, store=tmp_path / "seen.txt", key=key)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.test/", "www.example.com", ""])
def test_only_sites_are_looked_at(url):
    with pytest.raises(RefusedError, match="is no address of a site"):
        fetch_from(url)


def test_what_cannot_be_fetched_is_refused(served, monkeypatch):
    fetch = fetch_from(served)
    assert fetch("/none") is None
    with pytest.raises(RefusedError, match="/500 answers 500"):
        fetch("/500")
    with pytest.raises(RefusedError, match=r"/privacy/log/key cannot be read \(URLError\)"):
        fetch_from("http://127.0.0.1:1")("/privacy/log/key")
    monkeypatch.setattr(witness, "MOST_BYTES", 5)
    with pytest.raises(RefusedError, match="/privacy/log/key is larger than 5 bytes"):
        fetch("/privacy/log/key")
