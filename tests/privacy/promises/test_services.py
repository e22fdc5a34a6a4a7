"""Running checks, keeping their results, telling staff."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.promises import registry
from privacy.promises.models import PromiseResult
from privacy.promises.registry import Evidence, PromiseBroken, promise
from privacy.promises.services import run_checks, store_outcomes, verify_promises

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


def test_one_claim_has_one_check(checks):
    promise(CLAIM)(kept)
    with pytest.raises(ValueError, match="already checked"):
        promise(CLAIM)(broken)


def test_a_check_for_several_claims_runs_once(checks):
    runs = []

    def check(site):
        runs.append(site)
        return Evidence("seen")

    promise(CLAIM, OTHER)(check)
    assert [one.claim_id for one in run_checks()] == [CLAIM, OTHER]
    assert len(runs) == 1


def test_a_check_that_fails_itself_shows_nothing(checks, caplog):
    checks[CLAIM] = lambda site: 1 / 0
    (outcome,) = run_checks()
    assert (outcome.kept, outcome.evidence.words) == (
        False,
        "The check could not be carried out (ZeroDivisionError).",
    )


def test_no_ids_is_not_all_ids(checks):
    checks[CLAIM] = kept
    assert run_checks([]) == []


def test_results_are_stored_with_their_figures(checks):
    checks[CLAIM] = kept
    verify_promises()
    result = PromiseResult.objects.get(claim_id=CLAIM)
    assert (result.kept, result.words, result.figures) == (True, "it is so", {"pages": 3})
    assert result.broken_since is None


def test_staff_hear_once_of_a_promise_that_turns_red(checks, settings):
    mails = OutboxMail.objects.count()
    checks[CLAIM] = broken
    verify_promises()
    verify_promises()
    assert OutboxMail.objects.count() - mails == 1
    checks[CLAIM] = kept
    verify_promises()
    assert OutboxMail.objects.count() - mails == 1
    checks[CLAIM] = broken
    verify_promises()
    assert OutboxMail.objects.count() - mails == 2


def test_a_broken_promise_remembers_since_when(checks):
    checks[CLAIM] = broken
    first = timezone.now() - timedelta(days=2)
    store_outcomes(run_checks(), at=first)
    store_outcomes(run_checks(), at=first + timedelta(days=1))
    assert PromiseResult.objects.get(claim_id=CLAIM).broken_since == first


def test_a_rehearsal_leaves_nothing_behind(checks):
    def check(site):
        with site.rehearsal():
            PromiseResult.objects.create(
                claim_id="rehearsed", kept=True, words="", checked_at=timezone.now()
            )
            assert PromiseResult.objects.filter(claim_id="rehearsed").exists()
        return Evidence("done")

    checks[CLAIM] = check
    assert run_checks()[0].kept is True
    assert PromiseResult.objects.filter(claim_id="rehearsed").exists() is False


def test_a_run_of_all_drops_the_results_of_checks_that_are_no_more(checks):
    checks[CLAIM] = checks[OTHER] = kept
    verify_promises()
    del checks[OTHER]
    verify_promises([CLAIM])
    assert PromiseResult.objects.count() == 2
    verify_promises()
    assert list(PromiseResult.objects.values_list("claim_id", flat=True)) == [CLAIM]
