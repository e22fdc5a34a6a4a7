"""A witness holds each line of a policy's log against its number and the log of heads."""

import pytest

from privacy.policy.head_log import close_day
from privacy.policy.witness import RefusedError, look

pytestmark = pytest.mark.django_db
LOG = "/privacy/log.txt"
PATHS = ("/privacy/log/key", "/privacy/log/checkpoint", "/privacy/log/heads", LOG,
         "/legal/log.txt", "/privacy/v/1.json", "/privacy/v/2.json", "/legal/v/1.json")  # fmt: skip


@pytest.fixture
def shown(client) -> dict[str, str]:
    """What a site shows that has logged its heads: a test alters it."""
    close_day()
    return {path: client.get(path).content.decode() for path in PATHS}


def refused(shown: dict[str, str]) -> str:
    with pytest.raises(RefusedError) as info:
        look(shown.get, None)
    return str(info.value)


@pytest.mark.parametrize("line", ["Trust us.", ""])
def test_a_line_that_is_of_no_version_is_refused(shown, line):
    second = shown[LOG].splitlines()[1]
    shown[LOG] = shown[LOG].replace(second, line)
    assert refused(shown) == f"{LOG} has no line of version 2, but “{line}”"


def test_versions_in_another_order_are_refused(shown):
    first, second, *_ = shown[LOG].splitlines()
    shown[LOG] = f"{second}\n{first}\n"
    assert refused(shown) == f"{LOG} has no line of version 1, but “{second}”"


def test_a_version_with_another_hash_than_the_log_of_heads_has_is_refused(shown):
    lines = shown[LOG].splitlines()
    true = lines[-1].rpartition(" ")[2]
    shown[LOG] = shown[LOG].replace(true, "a" * 64)
    assert refused(shown) == (
        f"privacy version {len(lines)} has the hash {'a' * 64}, and its own log says {true}"
    )
