"""Sealing stops where a sentence of the privacy policy has no promise behind it."""

from privacy.policy import obstacles
from privacy.policy.models import TERMS, PolicyDraft, PolicyVersion
from privacy.policy.obstacles import Obstacle
from privacy.policy.services import seal_and_publish
from privacy.promises.sealing_obstacles import promises_stand


def test_a_sentence_without_a_promise_and_a_promise_that_is_gone_are_named(
    make_draft, policy: PolicyVersion
):
    draft = make_draft(source_text="We keep it.", summary="Nothing is promised any more.")
    found = [obstacle.text for obstacle in promises_stand(draft)]
    assert found[0] == (
        "“We keep it”: Nothing says what this claims. "
        "Mark it on the page “Mark”: with a claim, or as plain if it claims nothing."
    )
    assert len(found) == 1 + len(policy.claims)
    assert all(obstacle.overridable for obstacle in promises_stand(draft))


def test_a_promise_that_is_gone_may_be_named_in_the_summary(make_draft, policy: PolicyVersion):
    summary = "Gone: " + ", ".join(claim["id"] for claim in policy.claims)
    draft = make_draft(source_text="## Nothing more\n\nSo it is.{promise:plain}", summary=summary)
    assert list(promises_stand(draft)) == []


def test_the_terms_promise_nothing_about_data(make_draft):
    assert list(promises_stand(make_draft(slug=TERMS))) == []


def test_a_check_that_seals_is_not_asked_about_what_it_seals(make_draft):
    asked = []

    @obstacles.register
    def tries_it(draft: PolicyDraft) -> list[Obstacle]:
        asked.append(draft.pk)
        seal_and_publish(make_draft(slug=TERMS, source_text="Tried."), by=None)
        return []

    seal_and_publish(make_draft(), by=None)
    assert len(asked) == 1
