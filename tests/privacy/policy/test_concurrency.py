"""Two people press the button at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from privacy.policy.models import PolicyDraft, PolicyVersion
from privacy.policy.services import SealingRefused, create_draft, ensure_policy, seal_and_publish

pytestmark = pytest.mark.django_db(transaction=True)


def draft_of(text: str) -> PolicyDraft:
    return create_draft(
        ensure_policy("terms"),
        by=None,
        source_text=text,
        kind="minor",
        reason="r",
        summary="s",
        effective_on=timezone.localdate(),
    )


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run each act in a thread of its own, all from the same moment; return how each ended."""
    barrier, ends = Barrier(len(acts)), [""] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            ends[index] = str(act())
        except SealingRefused as refusal:
            ends[index] = str(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(i, act)) for i, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_one_draft_makes_one_version(no_site_checks: None):
    draft = draft_of("New terms.")
    ends = at_once(*[lambda: seal_and_publish(draft, by=None)] * 4)
    assert ends == [
        "Somebody else has sealed this draft already.",
        "Somebody else has sealed this draft already.",
        "Somebody else has sealed this draft already.",
        "Terms and conditions version 3",
    ]
    assert PolicyVersion.objects.filter(policy__slug="terms").count() == 3


def test_two_drafts_make_two_links_of_one_chain(no_site_checks: None):
    drafts = [draft_of(f"New terms {n}.") for n in range(4)]
    at_once(*[lambda draft=draft: seal_and_publish(draft, by=None) for draft in drafts])
    versions = list(PolicyVersion.objects.filter(policy__slug="terms").order_by("number"))
    assert [v.number for v in versions] == [1, 2, 3, 4, 5, 6]
    assert [v.previous_hash for v in versions[1:]] == [v.hash for v in versions[:-1]]
