"""A release, one machine after the other, while visitors ask ten thousand times."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.cluster.load import MESSAGES, Front, ask_machine, load, message_of, stored
from tests.cluster.topology import Cluster

REQUESTS = 10_000
BUSY_MACHINE = 3
STOPPED_WITHIN = 3.0 * BUSY_MACHINE
"""The claim is 3 s on an idle machine; one that has other things to do may take three times as long."""
KINDS = (*["page", "page", "page", "session"] * 5, "document")


def test_a_rolling_deploy_fails_nobody(cluster: Cluster, front: Front) -> None:
    without = {
        machine: cluster.configuration([one for one in cluster.machines if one is not machine])
        for machine in cluster.machines
    }
    with_both = cluster.configuration(cluster.machines)
    stops = []
    with load(front, "rolling deploys", visitors=6, most=REQUESTS, pause=0, kinds=KINDS) as running:
        while not running.is_over():
            for machine in cluster.machines:
                cluster.use_front(without[machine])
                stops.append(machine.renew())
                cluster.use_front(with_both)
    print(f"{len(stops)} machines made new, the longest stop {max(stops):.1f} s")
    assert running.failed() == []
    assert (len(running.asked) >= REQUESTS, len(stops) >= 2) == (True, True)
    found = stored(cluster)
    assert {found[text] for text in running.acknowledged} == {1}
    assert max(stops) <= STOPPED_WITHIN


def test_a_form_that_is_being_stored_when_its_server_is_told_to_end_is_acknowledged(
    cluster: Cluster,
) -> None:
    machine, text = cluster.machines[0], secrets.token_hex(8)
    with ThreadPoolExecutor(2) as threads:
        with psycopg.connect(cluster.database.primary.url) as opened:
            opened.execute("LOCK TABLE contact_contactmessage IN EXCLUSIVE MODE")
            form = threads.submit(ask_machine, cluster, machine, "POST", MESSAGES, message_of(text))
            wait_until_somebody_waits(cluster)
            stop = threads.submit(machine.web.stop)
            time.sleep(1)
            assert not form.done()
        assert form.result()[0] == 303
        print(f"\na server that is storing a form ends in {stop.result():.1f} s")
        assert stop.result() <= STOPPED_WITHIN
    assert stored(cluster)[text] == 1
    machine.web.start()
    machine.web.wait_until_it_listens()


def wait_until_somebody_waits(cluster: Cluster) -> None:
    """Return when a statement waits for the lock on the messages."""
    while not cluster.database.rows(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'contact_contactmessage'::regclass"
    ):
        time.sleep(0.05)
