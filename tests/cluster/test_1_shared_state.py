"""What is one thing for all machines: limits, what pages show, and who does a job."""

import re
import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.cluster.load import MESSAGES, any_address, ask_machine, message_of
from tests.cluster.topology import Cluster, Machine, family

WINDOW = 600
ALLOWED = 5
PEOPLE = 30
SHOWN_WITHIN = 1.0
PATIENCE = 600
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
    time.sleep(2)
    assert by_turns(cluster, 12) == {303: ALLOWED, 429: 12 - ALLOWED}


def shown_at(cluster: Cluster, machine: Machine, mark: str) -> float:
    """Ask a machine for the history of the policy until it shows a version; return when."""
    until = time.time() + PATIENCE
    while time.time() < until:
        asked_at = time.time()
        status, page = ask_machine(cluster, machine, "GET", "/privacy/history/")
        assert status == 200
        if mark in page:
            return asked_at
        time.sleep(0.02)
    raise AssertionError("the version is not shown")


def test_a_sealed_policy_is_shown_by_all_machines_within_a_second_and_told_once(
    cluster: Cluster,
) -> None:
    mark = f"Version {secrets.token_hex(8)}"
    first = cluster.machines[0]
    with ThreadPoolExecutor(3) as threads:
        looks = [threads.submit(shown_at, cluster, machine, mark) for machine in cluster.machines]
        said = first.manage("shell", "-c", SEAL.format(people=PEOPLE, mark=mark))
        sealed = re.search(r"sealed at ([\d.]+)", said)
        assert sealed, said
        took = [look.result() - float(sealed[1]) for look in looks]
    print("\na sealed policy is shown after", *(f"{seconds:.2f} s" for seconds in took))
    assert max(took) <= SHOWN_WITHIN

    # As both workers do when their minute falls together.
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(
            lambda machine: machine.manage("run_job", "announce policy versions"), cluster.machines
        ))  # fmt: skip
    told = ("SELECT recipient, count(*) FROM outbox_outboxmail"
            " WHERE recipient LIKE 'reader%' GROUP BY recipient")  # fmt: skip
    found = dict(cluster.database.rows(told))
    print(f"{len(found)} people told, most often {max(found.values())} time(s)")
    assert found == {f"reader{number}@customer.test": 1 for number in range(PEOPLE)}
    until = time.monotonic() + PATIENCE
    while (mails := readers(cluster)).total() < PEOPLE and time.monotonic() < until:
        time.sleep(0.5)
    assert mails == dict.fromkeys(found, 1)


def readers(cluster: Cluster) -> Counter[str]:
    """Count what the mail server was given, by reader."""
    return Counter(
        one
        for mail in cluster.mails.received
        for one in mail.recipients
        if one.startswith("reader")
    )


def test_the_look_at_the_promises_is_made_by_one_worker(cluster: Cluster) -> None:
    """Both were due for it when they started, and each look is a link of the public chain.

    It is waited for here also for what follows, as it holds locks.
    """
    until = time.monotonic() + PATIENCE
    while "inside" not in looks(cluster) or any(map(is_at_work, cluster.machines)):
        assert time.monotonic() < until
        time.sleep(0.5)
    made = looks(cluster)
    print(f"\ntwo workers were due for the looks at the promises; made: {dict(made)}")
    assert set(made.values()) == {1}


def looks(cluster: Cluster) -> Counter[str]:
    """Count the looks by where they were made from: the one from outside is a job of its own."""
    return Counter(
        "outside" if '"outside: ' in record else "inside"
        for (record,) in cluster.database.rows("SELECT record FROM promises_promiserun")
    )


def is_at_work(machine: Machine) -> bool:
    """Tell whether a worker has started a process for a long job."""
    assert machine.worker.running is not None
    return len(family(machine.worker.running.pid)) > 1
