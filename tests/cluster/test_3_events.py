"""What one part less means under load: nothing that was acknowledged is lost, nothing is done twice."""

import time
from collections import Counter

import pytest

from tests.cluster.load import Front, Load, load, stored
from tests.cluster.topology import Cluster

SETTLED = 5.0
"""Seconds after an event from which on no request fails."""
BEFORE, AFTER = 2.0, SETTLED + 2
PATIENCE = 600


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
    assert len(running.acknowledged) > 10
    assert {found[text] for text in running.acknowledged} == {1}


def wait_until_all_is_sent(cluster: Cluster) -> None:
    """Return when no mail waits; those in the hand of a worker that was killed have waited five minutes."""
    until = time.monotonic() + PATIENCE
    waiting = "SELECT lease_until IS NULL FROM outbox_outboxmail WHERE sent_at IS NULL"
    while time.monotonic() < until:
        time.sleep(1)
        left = [free for (free,) in cluster.database.rows(waiting)]
        if not any(left):
            time.sleep(2)  # whoever lives has recorded what it holds by then
            cluster.database.rows(
                "UPDATE outbox_outboxmail SET lease_until = now() WHERE sent_at IS NULL"
            )
        if not left:
            return
    raise AssertionError(f"{len(left)} mails are not sent")


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
        time.sleep(BEFORE)
        machine.web.kill()
        running.note("the kill")
        time.sleep(AFTER)
        machine.web.start()
        machine.web.wait_until_it_listens()
        running.note("the new start")
        time.sleep(BEFORE)
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
            time.sleep(0.1)
        machine.worker.kill()
        running.note("the kill")
        cluster.mails.go_on.set()
        time.sleep(BEFORE)
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
        time.sleep(BEFORE)
        cluster.cache.kill()
        running.note("the kill")
        time.sleep(AFTER)
        cluster.cache.start()
        cluster.cache.wait_until_it_listens()
        running.note("the new start")
        time.sleep(AFTER)
    assert running.failed_after("the kill", SETTLED) == []
    nothing_is_lost(cluster, running)


def test_a_database_that_is_gone_is_followed_by_its_replica(cluster: Cluster, front: Front) -> None:
    """The last of all: from here on there is one server, and none that follows it."""
    with load(front, "PostgreSQL fails over") as running:
        time.sleep(BEFORE)
        cluster.database.primary.crash()
        cluster.database.replica.promote()
        running.note("the promotion")
        time.sleep(AFTER + SETTLED)
    assert running.failed_after("the promotion", SETTLED) == []
    nothing_is_lost(cluster, running)
    wait_until_all_is_sent(cluster)
    found = sent(cluster)
    assert Counter(found.values())[2] <= 2  # the one of before, and one that was in hand
