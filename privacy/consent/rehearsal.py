"""A visitor for the walk of the promises who has allowed all that is offered."""

from privacy.consent.offer.current import current_offer
from privacy.promises.visitor import Visitor
from privacy.promises.witness.cast import walks_as


@walks_as("a visitor who has allowed everything")
def allow_everything(visitor: Visitor) -> None:
    """Press the button of the banner."""
    data = {"choice": "accept", "next": "/", "shown": current_offer().shown}
    visitor.post("/cookies/choose/", data)
