"""The small mark beside a sentence of the policy. It leads to the promise behind the sentence.

A mark is a link and needs no script. It is as short as it can be, as a policy has more than a
hundred: the number is what a reader sees, the words are for those who hear the page.
"""

from collections.abc import Callable

from django.urls import reverse

from privacy.policy.promises.board import BROKEN, rows_of
from privacy.policy.rendering import STORED_MARK


def mark_widget(stored_html: str) -> Callable[[str], str]:
    """Return what `place_marks` puts in the place of each mark of this HTML. One query."""
    rows = {row.claim.id: row for row in rows_of(STORED_MARK.findall(stored_html))}
    base = reverse("privacy:promise", args=[0]).removesuffix("0/")

    def widget(claim_id: str) -> str:
        row = rows.get(claim_id)
        if row is None:
            return ""
        number = row.claim.number
        broken = " class=broken" if row.state == BROKEN else ""
        return f"<a href={base}{number}/{broken}>{number}</a>"

    return widget
