"""The look at all promises on two machines: a run of its own, as it takes longer than all else here."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.cluster import topology
from tests.cluster.topology import Cluster, Machine, family

PATIENCE = 1800


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Two machines that were just deployed: the worker of each is due to look."""
    with topology.cluster(with_looks=True) as running:
        yield running


def test_the_look_at_the_promises_is_made_by_one_worker_and_finds_none_broken(
    cluster: Cluster,
) -> None:
    """Both were due for it when they started, and each look is a link of the public chain.

    From outside nobody finds the site: its name is in no name system.
    """
    until = time.monotonic() + PATIENCE
    while any(map(is_at_work, cluster.machines)) or "inside" not in looks(cluster):
        assert time.monotonic() < until
        time.sleep(0.5)
    made = looks(cluster)
    print(f"\ntwo workers were due for the looks at the promises; made: {dict(made)}")
    assert set(made.values()) == {1}
    broken = "SELECT claim_id, words FROM promises_promiseresult WHERE state = 'broken'"
    assert cluster.database.rows(broken) == []


def looks(cluster: Cluster) -> Counter[str]:
    """Count the looks by where they were made from: the one from outside is a job of its own."""
    return Counter(
        "outside" if '"outside: ' in record else "inside"
        for (record,) in cluster.database.rows("SELECT record FROM promises_promiserun")
    )


def is_at_work(machine: Machine) -> bool:
    """Tell whether a worker has started a process for a long job, and hurry it on.

    A look lets everything else on its machine go first, for hours where others have much to do.
    """
    assert machine.worker.running is not None
    _, *jobs = family(machine.worker.running.pid)
    for pid in jobs:
        with suppress(ProcessLookupError, PermissionError):  # root alone may
            os.setpriority(os.PRIO_PROCESS, pid, 0)
    return bool(jobs)
