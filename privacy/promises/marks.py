"""The small mark beside a sentence of the policy. It leads to the promise behind the sentence.

A mark is a link and needs no script. It tells how the promise stands by its shape, which the style
sheet draws from the class, and by a word behind the number of the promise; a promise of which
nobody knows more than that it was made never looks kept. A policy has more than a hundred marks, so
each is as short as it can be.
"""

from posixpath import relpath

from django.urls import reverse

from privacy.policy.mark_widgets import Choice, Widget, register_choices, register_marks
from privacy.policy.rendering import STORED_MARK
from privacy.promises.claim_states import SHAPES, STATES, rows_of
from privacy.promises.claims import draft_claims


@register_marks
def mark_widget(stored_html: str, page: str) -> Widget:
    """Return what `place_marks` puts in the place of each mark of this HTML. One query.

    The links are relative to the page: a hundred short addresses are lighter than a hundred whole
    ones. A mark whose id no claim has, such as `plain`, is not shown.
    """
    base = relpath(reverse("promises:promise", args=[0]).removesuffix("0/"), page) + "/"
    rows = {row.claim.id: row for row in rows_of(STORED_MARK.findall(stored_html))}

    def widget(claim_id: str) -> str:
        row = rows.get(claim_id)
        if row is None:
            return ""
        number, shape, words = row.claim.number, SHAPES[row.state], STATES[row.state].lower()
        return f"<a class={shape} href={base}{number}/><i>{number}<b> {words}</b></i></a>"

    return widget


@register_choices
def choices() -> list[Choice]:
    """Return the claims from which whoever marks a draft chooses."""
    return [Choice(one.id, one.number, one.claim) for one in draft_claims().values()]
