"""Breaks of what has to outlive a change of the site's key, and of lists that bring back who has left."""

from privacy.datamap.subjects import keyed_hash
from tests.promises.breaks import breaks
from tests.promises.hand import Hand

NEWSLETTER = "retention.newsletter"


def _by_the_newest_key(kind: str, value: str | bytes) -> frozenset[str]:
    return frozenset([keyed_hash(kind, value)])


@breaks("account.kept-after-deletion")
def a_ledger_that_no_other_key_opens(hand: Hand) -> None:
    hand.replace("privacy.datamap.replay.keyed_hashes", _by_the_newest_key)


@breaks(NEWSLETTER)
def a_no_that_no_other_key_knows(hand: Hand) -> None:
    hand.replace("newsletter.suppression.keyed_hashes", _by_the_newest_key)


@breaks(NEWSLETTER, "rights.object-to-marketing")
def a_list_that_asks_whoever_has_left(hand: Hand) -> None:
    hand.replace("newsletter.importing.is_suppressed", lambda *_, **__: False)
