"""One cluster for the whole run: the files ask it in the order of their names."""

from collections.abc import Iterator

import pytest

from tests.cluster import topology
from tests.cluster.load import Front


@pytest.fixture(scope="session")
def cluster() -> Iterator[topology.Cluster]:
    """Two machines and all that they share."""
    with topology.cluster() as running:
        yield running


@pytest.fixture(scope="session")
def front(cluster: topology.Cluster) -> Front:
    """The way in, for visitors."""
    return Front(cluster)
