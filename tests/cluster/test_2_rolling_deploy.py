"""A release, one machine after the other, while visitors ask ten thousand times."""

import time

from tests.cluster.load import Front, load, stored
from tests.cluster.topology import Cluster

REQUESTS = 10_000
STOPPED_WITHIN = 3.0
MINUTES = 10
KINDS = (*["page", "page", "page", "session"] * 5, "document")


def test_a_rolling_deploy_fails_nobody(cluster: Cluster, front: Front) -> None:
    stops = []
    until = time.monotonic() + MINUTES * 60
    with load(
        front, "a rolling deploy", visitors=6, most=REQUESTS, pause=0, kinds=KINDS
    ) as running:
        while not running.is_over():
            assert time.monotonic() < until
            for machine in cluster.machines:
                others = [other for other in cluster.machines if other is not machine]
                cluster.write_front(others)
                cluster.reload_front()
                time.sleep(0.5)
                stops.append(machine.web.stop())
                machine.web.start()
                machine.web.wait_until_it_listens()
                cluster.write_front(cluster.machines)
                cluster.reload_front()
                time.sleep(1)
    print(f"{len(stops)} stops, the longest {max(stops):.1f} s")
    assert running.failed() == []
    assert len(running.asked) >= REQUESTS
    found = stored(cluster)
    assert {found[text] for text in running.acknowledged} == {1}
    assert max(stops) <= STOPPED_WITHIN
