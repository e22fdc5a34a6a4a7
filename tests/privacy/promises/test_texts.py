"""The shipped texts: every passage is marked, and every mark has a claim."""

import pytest

from privacy.policy.bundled import PLAIN, TEXT_DIR, claims_in
from privacy.policy.rendering import promise_ids
from privacy.promises.claims import bundled_claims
from privacy.promises.sealing_obstacles import unmarked_passages

TEXTS = {1: "privacy-1.md", 2: "privacy-2.md", 3: "privacy-3.md"}


@pytest.fixture(params=TEXTS.items(), ids=str)
def version(request):
    number, name = request.param
    return number, (TEXT_DIR / name).read_text("utf-8")


def test_no_passage_is_without_a_mark(version):
    assert unmarked_passages(version[1]) == []


def test_each_claim_of_a_version_is_marked_once_and_no_other(version):
    number, source = version
    marked = sorted(one for one in promise_ids(source) if one != PLAIN)
    assert marked == sorted(one for one, claim in bundled_claims().items() if claim.is_in(number))


def test_what_claims_nothing_is_not_sealed_as_a_claim():
    assert claims_in("Hello.{promise:plain} We date it.{promise:policy.last-updated}")[0]["id"] == (
        "policy.last-updated"
    )


def test_the_claims_of_version_1_are_numbered_as_in_the_list():
    first = [claim for claim in bundled_claims().values() if claim.since == 1]
    assert [claim.number for claim in first] == list(range(1, 141))
    kinds = {kind: sum(claim.kind == kind for claim in first) for kind in "SPO"}
    assert kinds == {"S": 89, "P": 27, "O": 24}


def test_statements_and_supported_processes_have_an_owner_and_a_day_of_review():
    unanswered = [c.id for c in bundled_claims().values() if not c.owner]
    undated = [c.id for c in bundled_claims().values() if c.kind == "O" and c.review_on is None]
    assert (unanswered, undated) == ([], [])
