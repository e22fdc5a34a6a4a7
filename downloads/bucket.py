"""A bucket of an S3-compatible store, in which documents lie where one is named.

Threat: a store that is away and takes the site with it. Left to itself its client tries each call five
times with growing pauses, and waits a minute for a server that answers nothing: a few people who want a
manual then hold all threads of a process, and nobody gets a page.
"""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage

CONNECT_SECONDS = 1
ANSWER_SECONDS = 5
TRIES = 2
"""A connection that was open while the server started anew is of no use: the second try makes another."""


class DocumentBucket(S3Storage):
    """Waits for its server no longer than a visitor would. Needs the extra `s3`."""

    def get_default_settings(self) -> dict[str, Any]:
        """Return what the settings of the site do not name."""
        no_longer = Config(  # type: ignore[no-untyped-call]  # botocore has no types
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"total_max_attempts": TRIES},
        )
        usual = super().get_default_settings()  # type: ignore[no-untyped-call]  # nor has this
        return {**usual, "client_config": no_longer}
