"""What the worker does for the data map: delete what is over, finish erasures."""

from outbox.jobs import periodic
from privacy.datamap.clock import with_steady_clock
from privacy.datamap.replay import replay
from privacy.datamap.retention import purge_expired


@periodic("purge expired", every_seconds=3600)
@with_steady_clock
def purge() -> object:
    """Delete what the map says is over."""
    return sum(result.count for result in purge_expired())


@periodic("finish erasures", every_seconds=600)
def finish_erasures() -> object:
    """Finish what a dying machine left, and erase again after a restore."""
    return replay(settled=True).rows
