"""What is one thing for all machines: limits, what pages show, and who does a job."""

import re
import secrets
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Self

from tests.cluster.load import MESSAGES, any_address, ask_front, ask_machine, message_of
from tests.cluster.topology import Cluster, Took, Waited, family

WINDOW = 600
ALLOWED = 5
PEOPLE = 10
SHOWN_WITHIN = 1.0
PATIENCE = 1800
HISTORY = "/privacy/history/"
SEAL = """
import datetime, time
from django.utils import timezone
from accounts.models import User
from privacy.policy import services
from privacy.policy.models import Kind, PolicyVersion
from tests.factories.people import make_person, make_staff
for number in range({people}):
    make_person(f"reader{{number}}")
author = make_staff("author")
policy = services.ensure_policy("privacy")
last = PolicyVersion.objects.filter(policy=policy).order_by("-number").first()
draft = services.create_draft(
    policy, by=author, source_text=last.source_text + "\\n\\n{mark}\\n", kind=Kind.MATERIAL,
    reason="A test asks for it.", summary="{mark}",
    effective_on=timezone.localdate() + datetime.timedelta(days=40),
)
version = services.seal_and_publish(
    draft, by=author, override_reason="A test of several machines asks for it."
)
print("sealed at", time.time(), version.number)
"""


def room_in_the_window() -> None:
    """Limits are counted in windows of ten minutes by the clock: begin in one that lasts."""
    left = WINDOW - time.time() % WINDOW
    if left < 30:
        time.sleep(left + 1)


def by_turns(cluster: Cluster, number: int) -> Counter[int]:
    """Send messages of one client to the machines in turn."""
    client = any_address()
    machines = [cluster.machines[turn % 2] for turn in range(number)]
    return Counter(
        ask_machine(cluster, machine, "POST", MESSAGES, message_of(secrets.token_hex(8)), client)[0]
        for machine in machines
    )


def test_a_client_is_limited_by_all_machines_together(cluster: Cluster) -> None:
    room_in_the_window()
    assert by_turns(cluster, 12) == {303: ALLOWED, 429: 12 - ALLOWED}


def test_a_client_is_limited_by_all_machines_while_the_cache_is_away(cluster: Cluster) -> None:
    room_in_the_window()
    cluster.cache.kill()
    try:
        assert by_turns(cluster, 12) == {303: ALLOWED, 429: 12 - ALLOWED}
    finally:
        cluster.cache.start()
        cluster.cache.wait_until_it_listens()
    time.sleep(2)  # whoever found it away asks again after a second
    assert by_turns(cluster, 12) == {303: ALLOWED, 429: 12 - ALLOWED}


class Shown:
    """Who asks a machine for the history of the policy all the time, until a version stands there.

    What counts is when the last answer without it was *asked for*: how long that answer then took is
    the load's, and not a page that is shown too long.
    """

    def __init__(
        self, name: str, ask: Callable[[], tuple[int, bytes]], mark: str, *pids: int
    ) -> None:
        self.name, self.ask, self.mark = name, ask, mark
        self.waited = Waited(*pids)
        self.without: list[tuple[float, float]] = []
        """When it was asked and did not show it, and how long the processes had waited by then."""

    def watch(self) -> Self:
        """Ask until it is shown."""
        until = time.time() + PATIENCE
        while time.time() < until:
            asked_at = time.time()
            if self.mark.encode() in self.ask()[1]:
                return self
            self.waited.look()
            self.without.append((asked_at, self.waited.seconds))
            time.sleep(0.05)
        raise AssertionError(f"{self.name} does not show the version")

    def after(self, sealed_at: float) -> Took:
        """Return how long after it was sealed it was not shown."""
        last, waited = self.without[-1]
        before = max(seconds for asked_at, seconds in self.without if asked_at <= sealed_at)
        return Took(last - sealed_at, waited - before)


def wait_until_published(cluster: Cluster) -> None:
    """Return when each machine's nginx sends the history of the policy without asking the site."""
    until = time.monotonic() + PATIENCE
    while not all(ask_front(cluster, machine, HISTORY)[0] for machine in cluster.machines):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_sealed_policy_is_shown_by_all_machines_within_a_second_and_told_once(
    cluster: Cluster,
) -> None:
    """By the web servers, and by nginx, which has the page as a file that has to be withdrawn."""
    mark = f"Version {secrets.token_hex(8)}"
    wait_until_published(cluster)
    looks = []
    for machine in cluster.machines:
        assert machine.web.running is not None
        pids = family(machine.web.running.pid)
        by_site = partial(ask_machine, cluster, machine, "GET", HISTORY)
        by_nginx = partial(ask_front, cluster, machine, HISTORY)
        looks += [
            Shown(machine.web.name, by_site, mark, *pids),
            Shown(machine.front.name, by_nginx, mark, *pids),
        ]
    with ThreadPoolExecutor(len(looks)) as threads:
        found = [threads.submit(one.watch) for one in looks]
        said = cluster.machines[0].manage("shell", "-c", SEAL.format(people=PEOPLE, mark=mark))
        sealed = re.search(r"sealed at ([\d.]+)", said)
        assert sealed, said
        took = {one.result().name: one.result().after(float(sealed[1])) for one in found}
    print("\na sealed policy is not shown until", *(f"{one}: {s};" for one, s in took.items()))
    assert max(one.of_its_own for one in took.values()) <= SHOWN_WITHIN

    # As both workers do when their minute falls together.
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(
            lambda machine: machine.manage("run_job", "announce policy versions"), cluster.machines
        ))  # fmt: skip
    told = ("SELECT recipient, count(*) FROM outbox_outboxmail"
            " WHERE recipient LIKE 'reader%' GROUP BY recipient")  # fmt: skip
    found_mails = dict(cluster.database.rows(told))
    print(f"{len(found_mails)} people told, most often {max(found_mails.values())} time(s)")
    assert found_mails == {f"reader{number}@customer.test": 1 for number in range(PEOPLE)}
    until = time.monotonic() + PATIENCE
    while (mails := readers(cluster)).total() < PEOPLE and time.monotonic() < until:
        time.sleep(0.1)
    assert mails == dict.fromkeys(found_mails, 1)


def readers(cluster: Cluster) -> Counter[str]:
    """Count what the mail server was given, by reader."""
    return Counter(
        one
        for mail in cluster.mails.received
        for one in mail.recipients
        if one.startswith("reader")
    )
