"""What the worker does for the data map: delete what is over, finish erasures."""

from outbox.jobs import periodic
from privacy.datamap.clock import with_steady_clock
from privacy.datamap.replay import pending, replay
from privacy.datamap.retention import purge_expired


@periodic("purge expired", every_seconds=3600, apart=True)
@with_steady_clock
def purge() -> object:
    """Delete what the map says is over."""
    return sum(result.count for result in purge_expired())


def an_erasure_is_unfinished() -> bool:
    """Tell whether the ledger holds what the database has not seen through."""
    return bool(pending(settled=True))


@periodic("finish erasures", every_seconds=600, apart=True, when=an_erasure_is_unfinished)
def finish_erasures() -> object:
    """Finish what a dying machine left, and erase again after a restore."""
    return replay(settled=True).rows
