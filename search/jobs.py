"""What the worker does for the search."""

from outbox.jobs import periodic
from search.services import refresh_index
from search.sources import must_be_indexed


@periodic(
    "search index",
    every_seconds=10,
    apart=True,
    when=must_be_indexed,
    left=lambda: int(must_be_indexed()),
)
def index_what_has_changed() -> object:
    """Bring the index up to the content, some seconds after that has changed."""
    return refresh_index()
