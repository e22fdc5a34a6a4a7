"""Running checks, keeping their results, telling staff."""

import gc
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.promises import registry
from privacy.promises.models import PromiseResult, State
from privacy.promises.registry import Evidence, Look, NotCarriedOut, PromiseBroken, promise
from privacy.promises.services import run_checks, store_outcomes, verify_promises
from tests.factories.promises import looks, make_result

pytestmark = pytest.mark.django_db
CLAIM, OTHER = "policy.last-updated", "policy.breadcrumb"


@pytest.fixture
def checks(monkeypatch):
    mine: dict = {}
    monkeypatch.setattr(registry, "_checks", mine)
    monkeypatch.setattr("privacy.promises.services.discover", lambda: None)
    return mine


def broken(site):
    raise PromiseBroken("it is not so")


def kept(site):
    return Evidence("it is so", {"pages": 3})


def test_a_claim_has_each_of_its_checks_once(checks):
    def again(site):
        return Evidence("another function of that name")

    again.__module__, again.__name__ = kept.__module__, kept.__name__
    promise(CLAIM, look=Look.NOW)(kept)
    promise(CLAIM, look=Look.NOW)(kept)
    promise(CLAIM, look=Look.ROWS)(broken)
    assert [one.function for one in registry.registered_checks()[CLAIM]] == [kept, broken]
    with pytest.raises(ValueError, match="already checked"):
        promise(CLAIM, look=Look.NOW)(again)


def test_a_check_for_several_claims_runs_once(checks):
    runs = []

    def check(site):
        runs.append(site)
        return Evidence("seen")

    promise(CLAIM, OTHER, look=Look.NOW)(check)
    assert [one.claim_id for one in run_checks()] == [CLAIM, OTHER]
    assert len(runs) == 1


def cut_off(site):
    raise NotCarriedOut("There is no network here.")


def divided(site):
    return 1 / 0


def locked(site):
    raise OperationalError("database is locked")


def full(site):
    raise OSError("no space left on device")


def without_table(site):
    raise OperationalError("no such table: contact_contactmessage")


@pytest.mark.parametrize(
    ("check", "state", "words"),
    [
        (kept, State.KEPT, "it is so"),
        (broken, State.BROKEN, "it is not so"),
        (cut_off, State.NOT_CARRIED_OUT, "There is no network here."),
        (divided, State.BROKEN, "What was tried ended in an error (ZeroDivisionError)."),
        (locked, State.NOT_CARRIED_OUT, "The check could not look (OperationalError)."),
        (full, State.NOT_CARRIED_OUT, "The check could not look (OSError)."),
        (without_table, State.BROKEN, "What was tried ended in an error (OperationalError)."),
    ],
)
def test_what_the_world_is_to_blame_for_is_neither_kept_nor_broken(
    checks, caplog, check, state, words
):
    checks[CLAIM] = looks(check)
    (outcome,) = run_checks()
    assert (outcome.state, outcome.evidence.words) == (state, words)


def test_no_ids_is_not_all_ids(checks):
    checks[CLAIM] = looks(kept)
    assert run_checks([]) == []


def test_results_are_stored_with_their_figures(checks):
    checks[CLAIM] = looks(kept)
    verify_promises()
    result = PromiseResult.objects.get(claim_id=CLAIM)
    assert (result.state, result.words, result.figures) == (
        State.KEPT,
        "it is so",
        {"pages": 3},
    )
    assert result.broken_since is None


def test_staff_hear_once_of_a_promise_that_turns_red(checks, settings):
    mails = OutboxMail.objects.count()
    checks[CLAIM] = looks(broken)
    verify_promises()
    verify_promises()
    assert OutboxMail.objects.count() - mails == 1
    checks[CLAIM] = looks(kept)
    verify_promises()
    assert OutboxMail.objects.count() - mails == 1
    checks[CLAIM] = looks(broken)
    verify_promises()
    assert OutboxMail.objects.count() - mails == 2


def test_a_broken_promise_remembers_since_when(checks):
    checks[CLAIM] = looks(broken)
    first = timezone.now() - timedelta(days=2)
    store_outcomes(run_checks(), at=first)
    store_outcomes(run_checks(), at=first + timedelta(days=1))
    assert PromiseResult.objects.get(claim_id=CLAIM).broken_since == first


def test_a_rehearsal_leaves_nothing_behind(checks):
    def check(site):
        with site.rehearsal():
            make_result("rehearsed")
            assert PromiseResult.objects.filter(claim_id="rehearsed").exists()
        return Evidence("done")

    checks[CLAIM] = looks(check)
    assert run_checks()[0].kept is True
    assert PromiseResult.objects.filter(claim_id="rehearsed").exists() is False


def test_a_run_of_all_drops_the_results_of_checks_that_are_no_more(checks):
    checks[CLAIM] = checks[OTHER] = looks(kept)
    verify_promises()
    del checks[OTHER]
    verify_promises([CLAIM])
    assert PromiseResult.objects.count() == 2
    verify_promises()
    assert list(PromiseResult.objects.values_list("claim_id", flat=True)) == [CLAIM]


def test_the_garbage_collector_passes_rarely_while_checks_look_and_as_before_afterwards(checks):
    during = []

    def check(site):
        during.append((gc.get_threshold(), gc.get_freeze_count() > 0))
        return Evidence("seen")

    promise(CLAIM, look=Look.NOW)(check)
    usual = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    try:
        verify_promises()
        assert during == [((50_000, 1_000, 10), True)]
        assert (gc.get_threshold(), gc.get_freeze_count()) == ((700, 10, 10), 0)
    finally:
        gc.set_threshold(*usual)
