"""A release, one machine after the other, while visitors ask ten thousand times."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg

from tests.cluster.load import MESSAGES, Front, ask_machine, load, message_of, stored
from tests.cluster.topology import Cluster, Took

REQUESTS = 10_000
DEPLOYS = 2
STOPPED_WITHIN = 3.0
KINDS = (*["page", "page", "file", "session"] * 5, "document")


def test_a_rolling_deploy_fails_nobody(cluster: Cluster, front: Front) -> None:
    first, second = cluster.machines
    with ThreadPoolExecutor() as threads:
        asked = [second], [first], [first, second]
        *without, with_both = threads.map(partial(cluster.configuration, first), asked)
    cluster.use_front(with_both)  # it knows the headers of pages since the policy has changed
    stops: list[tuple[str, Took]] = []
    with load(front, "rolling deploys", visitors=4, pause=0, kinds=KINDS) as running:
        for machine, others in [*zip(cluster.machines, without, strict=True)] * DEPLOYS:
            running.wait_for(REQUESTS // 5 * (len(stops) + 1) // 2)
            cluster.use_front(others)
            stops += machine.renew().items()
            cluster.use_front(with_both)
        running.wait_for(REQUESTS)
    print("stopped:", *(f"{name} in {took};" for name, took in stops))
    assert running.failed() == []
    assert len(running.asked) >= REQUESTS
    found = stored(cluster)
    assert {found[text] for text in running.acknowledged} == {1}
    assert max(took.of_its_own for _, took in stops) <= STOPPED_WITHIN


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
            time.sleep(0.5)
            assert not form.done()
        assert form.result()[0] == 303
        print(f"\na server that is storing a form ends in {stop.result()}")
        assert stop.result().of_its_own <= STOPPED_WITHIN
    assert stored(cluster)[text] == 1
    machine.web.start()
    machine.web.wait_until_it_listens()


def wait_until_somebody_waits(cluster: Cluster) -> None:
    """Return when a statement waits for the lock on the messages."""
    while not cluster.database.rows(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'contact_contactmessage'::regclass"
    ):
        time.sleep(0.05)
