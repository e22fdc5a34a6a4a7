"""What one part less means under load: nothing that was acknowledged is lost, nothing is done twice."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cluster.load import Front, Link, Load, ask_front, load, stored
from tests.cluster.topology import Cluster

BRING = """
import io, pathlib, secrets, time
from functools import partial
from downloads import services
from downloads.inspection import inspect
from downloads.store import StoreAwayError
from django.utils import timezone
from tests.factories.documents import make_document
document = make_document("brought")
print = partial(print, file=open({said!r}, "w", buffering=1))
while not pathlib.Path({enough!r}).exists():
    text = secrets.token_hex(8)
    file = inspect(io.BytesIO(text.encode() * 1000), name=text + ".txt", kind=document.kind)
    try:
        version = services.add_version(document, file, label=text, publish_at=timezone.now())
        print("taken", version.pk, version.sha256)
    except StoreAwayError:
        print("refused")
    time.sleep(1)
"""
"""Brings one document after the other, as staff do."""
SETTLED = 5.0
"""Seconds after an event from which on no request fails."""
AFTER = SETTLED + 2
WRITES = 12
"""Forms that are acknowledged before something happens, and again after it."""
PATIENCE = 600
LET_GO = (
    "UPDATE outbox_outboxmail SET lease_until = now() WHERE sent_at IS NULL"
    " AND lease_until < now() + interval '5 minutes' - interval '10 seconds'"
)


@pytest.fixture(autouse=True)
def _an_hour_later(cluster: Cluster) -> None:
    """Each test has the sixty messages of an hour that go out as mails."""
    cluster.database.rows(
        "UPDATE contact_contactmessage SET received_at = received_at - interval '2 hours'"
    )


def nothing_is_lost(cluster: Cluster, running: Load) -> None:
    """Each form that was acknowledged is stored, and none twice, however often it was sent."""
    assert running.unanswered == []
    found = stored(cluster)
    assert len(running.acknowledged) >= WRITES
    assert {found[text] for text in running.acknowledged} == {1}


def wait_until_all_is_sent(cluster: Cluster) -> None:
    """Return when no mail waits.

    One that was in the hand of a worker that was killed is let go as if its five minutes were over:
    whoever lives has one in hand for a moment, so one that is in hand for so long is of the dead.
    """
    until = time.monotonic() + PATIENCE
    while cluster.database.rows("SELECT 1 FROM outbox_outboxmail WHERE sent_at IS NULL LIMIT 1"):
        assert time.monotonic() < until, "mails are not sent"
        time.sleep(0.2)
        cluster.database.rows(LET_GO)


def sent(cluster: Cluster) -> Counter[tuple[str, str]]:
    """Count what the mail server was given, by Message-ID and recipient."""
    return Counter(
        (str(mail.mime["Message-ID"]), recipient)
        for mail in cluster.mails.received
        for recipient in mail.recipients
    )


def test_a_web_server_that_is_killed_takes_nothing_with_it(cluster: Cluster, front: Front) -> None:
    machine = cluster.machines[0]
    with load(front, "a web server is killed") as running:
        running.wait_for_writes(WRITES)
        machine.web.kill()
        running.note("the kill")
        time.sleep(AFTER)
        machine.web.start()
        machine.web.wait_until_it_listens()
        running.note("the new start")
        running.wait_for_writes(WRITES)
    assert running.failed_after("the kill", SETTLED) == []
    nothing_is_lost(cluster, running)


def test_of_a_worker_that_is_killed_while_it_sends_one_mail_goes_out_again_and_no_other(
    cluster: Cluster, front: Front
) -> None:
    wait_until_all_is_sent(cluster)
    before = sent(cluster)
    assert set(before.values()) <= {1}
    machine = cluster.machines[0]
    with load(front, "a worker is killed") as running:
        cluster.mails.hold()
        held = len(cluster.mails.received)
        until = time.monotonic() + PATIENCE
        while len(cluster.mails.received) < held + 2:  # each worker has one in its hand
            assert time.monotonic() < until
            time.sleep(0.02)
        machine.worker.kill()
        running.note("the kill")
        cluster.mails.go_on.set()
        running.wait_for_writes(WRITES)
        machine.worker.start()
    assert running.failed() == []
    nothing_is_lost(cluster, running)
    wait_until_all_is_sent(cluster)
    found = sent(cluster)
    ((stored_mails,),) = cluster.database.rows("SELECT count(*) FROM outbox_outboxmail")
    twice = [mail for mail, count in found.items() if count > 1]
    print(f"{len(found)} mails sent, {len(twice)} of them twice, with the same Message-ID")
    # The server had it, and the worker could not say so any more: no sender can know.
    assert (len(twice), max(found.values())) == (1, 2)
    assert len(found) == stored_mails


def test_a_cache_that_is_killed_stops_nothing(cluster: Cluster, front: Front) -> None:
    with load(front, "the cache is killed") as running:
        running.wait_for_writes(WRITES)
        cluster.cache.kill()
        running.note("the kill")
        time.sleep(AFTER)
        cluster.cache.start()
        cluster.cache.wait_until_it_listens()
        running.note("the new start")
        time.sleep(AFTER)
    assert running.failed_after("the kill", SETTLED) == []
    nothing_is_lost(cluster, running)


def test_a_store_of_documents_that_is_killed_stops_documents_alone_and_loses_none(
    cluster: Cluster, front: Front
) -> None:
    said, enough = cluster.folder / "brought", cluster.folder / "enough"
    said.touch()
    with (
        ThreadPoolExecutor(1) as threads,
        load(front, "the S3 server is killed", kinds=("file", "page", "document")) as running,
    ):
        script = BRING.format(said=str(said), enough=str(enough))
        bringing = threads.submit(cluster.machines[1].manage, "shell", "-c", script)
        try:
            wait_for_words(said, "taken", 2)
            cluster.files.kill()
            running.note("the kill")
            wait_for_words(said, "refused", 2)
            running.wait_for_writes(WRITES)
            cluster.files.start()
            cluster.files.wait_until_it_listens()
            running.note("the new start")
            wait_for_words(said, "taken", said.read_text().count("taken") + 1)
            time.sleep(AFTER)
        finally:
            enough.touch()
        bringing.result()
    assert running.failed_after("the new start", SETTLED) == []
    failed = Counter((one.what, one.status) for one in running.failed())
    assert set(failed) == {("document", 503)}
    nothing_is_lost(cluster, running)
    taken = dict(re.findall(r"taken (\d+) (\w+)", said.read_text()))
    print(f"{len(taken)} documents were taken, {said.read_text().count('refused')} refused")
    rows = cluster.database.rows(
        "SELECT v.id, v.sha256 FROM downloads_documentversion v JOIN downloads_document d"
        " ON d.id = v.document_id WHERE d.number = 'brought'"
    )
    assert {str(key): sha256 for key, sha256 in rows} == taken
    for key, digest in taken.items():
        _, content = ask_front(cluster, cluster.machines[0], f"/downloads/brought/{key}/file")
        assert sha256(content).hexdigest() == digest


def wait_for_words(file: Path, words: str, number: int) -> None:
    """Return when words stand in a file so many times."""
    until = time.monotonic() + PATIENCE
    while file.read_text().count(words) < number:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_database_that_is_gone_is_followed_by_its_replica(cluster: Cluster, front: Front) -> None:
    """The last of all: from here on there is one server, and none that follows it."""
    doubled = twice(cluster)
    with load(front, "PostgreSQL fails over") as running:
        running.wait_for_writes(WRITES)
        cluster.database.primary.crash()
        with closing(Link(cluster)) as link:
            meanwhile = [front.ask(what, link, text="away") for what in ("file", "page", "message")]
        cluster.database.replica.promote()
        running.note("the promotion")
        time.sleep(AFTER + SETTLED)
    assert running.failed_after("the promotion", SETTLED) == []
    nothing_is_lost(cluster, running)
    print("while it is away:", *(f"{one.what} {one.status};" for one in meanwhile))
    assert [one.status for one in meanwhile] == [200, 200, 503]
    assert "away" not in stored(cluster)
    wait_until_all_is_sent(cluster)
    assert max(sent(cluster).values()) <= 2
    # Each worker had one in its hand at most, and nowhere to say so.
    assert len(twice(cluster) - doubled) <= len(cluster.machines)


def twice(cluster: Cluster) -> set[tuple[str, str]]:
    """Return the mails that went out more than once."""
    return {mail for mail, count in sent(cluster).items() if count > 1}
