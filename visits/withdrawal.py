"""What this room forgets of a visitor when consent to the statistics ends.

The number in the browser is the only way to the rows, so they go while it is still brought along.
Whose number is deleted by an answer that may write nothing (law 3), as consent has run out, leaves
rows that nobody can find any more; they go after their 30 days.
"""

from django.http import HttpRequest, HttpResponse

from privacy.consent.offer.catalogue import VISIT_STATISTICS, VISITOR_COOKIE
from privacy.consent.withdrawal import on_withdrawal
from visits.report import number_in
from visits.services import forget_visitor


@on_withdrawal(VISIT_STATISTICS.key)
def forget_views(request: HttpRequest, response: HttpResponse) -> None:
    """Delete what is stored under the number that the browser brings."""
    visitor = number_in(request, VISITOR_COOKIE)
    if visitor is not None:
        forget_visitor(visitor=visitor)
