"""Promises: the claims of the policy, the checks that show they are kept, and the evidence.

A room writes in its `promises.py`:

    @promise("cookies.none-before-consent")
    def no_cookie_on_first_visit(site: RunningSite) -> Evidence: ...
"""

from privacy.policy.promises.registry import Evidence, PromiseBroken, promise, require
from privacy.policy.promises.site import Answer, RunningSite, Visitor

__all__ = ["Answer", "Evidence", "PromiseBroken", "RunningSite", "Visitor", "promise", "require"]
