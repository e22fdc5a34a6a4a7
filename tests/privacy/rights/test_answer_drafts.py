"""The draft of an answer: what staff find written when they begin."""

import pytest

from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Kind

pytestmark = pytest.mark.django_db


def test_before_it_was_shown_who_is_asking_nothing_is_drafted(ask):
    assert draft_answer(ask(Kind.ACCESS)) == ""


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        (Kind.RECTIFICATION, "We have corrected what you told us"),
        (Kind.RESTRICTION, "From now on we only store the following"),
        (Kind.OBJECTION, "We have stopped the use that you object to"),
        (Kind.WITHDRAWAL, "Your consent is withdrawn."),
        (Kind.QUESTION, "[Answer the question.]"),
    ],
)
def test_what_staff_did_themselves_is_left_for_them_to_say(proved, kind, begins):
    draft = draft_answer(proved(kind))
    assert draft.startswith(begins)
    assert "[" in draft
