"""The small mark beside a sentence of the policy. It leads to the promise behind the sentence.

A mark is a link and needs no script. A policy has more than a hundred, so it is as short as it can
be: its words are the promise's number, which the page explains once above the text, and it has no
class, as its address tells it apart. A promise that is not kept says so in words.
"""

from posixpath import relpath

from django.urls import reverse

from privacy.policy.mark_widgets import Choice, Widget, register_choices, register_marks
from privacy.policy.rendering import STORED_MARK
from privacy.promises.claim_states import BROKEN, rows_of
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
        number = row.claim.number
        words = f"{number} (not kept)" if row.state == BROKEN else number
        return f"<a href={base}{number}/>{words}</a>"

    return widget


@register_choices
def choices() -> list[Choice]:
    """Return the claims from which whoever marks a draft chooses."""
    return [Choice(one.id, one.number, one.claim) for one in draft_claims().values()]
