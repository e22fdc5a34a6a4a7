"""The shared cache in Valkey or Redis, with the table of the database for while that is away (ADR 27).

Threat: limits that nobody counts. Whoever could bring the cache down could then guess passwords
without end; and a site that answers 500 instead has gone down with its cache.

Whoever turns from one to the other forgets the content stamp there: what it says may be of the last
time. That reads as a change, and costs a few renderings.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from django.utils.functional import cached_property

from sens_site.lib.cache.content_stamp import KEY as CONTENT_STAMP

logger = logging.getLogger(__name__)

SERVER_SECONDS = 0.5
ASKED_AGAIN_SECONDS = 1.0


class _Away:
    """Whether this process found the server away, and when one of its threads asks it again."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.is_away = False
        self.ask_again_at = 0.0
        self._lock = threading.Lock()

    def may_ask(self) -> bool:
        """Tell whether this thread asks the server: while it is away, one a second does."""
        if not self.is_away:
            return True
        with self._lock:
            if self.clock() < self.ask_again_at:
                return False
            self.ask_again_at = self.clock() + ASKED_AGAIN_SECONDS
            return True

    def turn(self, *, is_away: bool) -> bool:
        """Note what was found. Return whether it is news."""
        with self._lock:
            self.ask_again_at = self.clock() + ASKED_AGAIN_SECONDS
            is_news, self.is_away = self.is_away != is_away, is_away
            return is_news


away = _Away()


def _by_the_server(name: str) -> Callable[..., Any]:
    """Make the method of a cache that asks the server, or the table while that is away."""

    def method(self: "ServedCache", *args: Any, **kwargs: Any) -> Any:
        if away.may_ask():
            try:
                answer = getattr(self.server, name)(*args, **kwargs)
            except self.faults as error:
                if away.turn(is_away=True):
                    logger.warning(
                        "The cache is away (%s): its table is used.", type(error).__name__
                    )
                    DatabaseCache.delete(self, CONTENT_STAMP)
            else:
                if away.turn(is_away=False):
                    logger.warning("The cache is back.")
                    self.server.delete(CONTENT_STAMP)
                return answer
        return getattr(super(ServedCache, self), name)(*args, **kwargs)

    method.__name__ = name
    return method


class ServedCache(DatabaseCache):
    """`LOCATION` is the table, `SERVER` the address of the server."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(table, params)
        self._server = params["SERVER"], {**params, "OPTIONS": {}}

    @cached_property
    def server(self) -> RedisCache:
        """The cache as Django has it, that waits for its server no longer than a visitor would."""
        from redis.backoff import NoBackoff  # noqa: PLC0415 - a large package, where it is used
        from redis.retry import Retry  # noqa: PLC0415 - as above

        address, params = self._server
        patience = {
            "socket_connect_timeout": SERVER_SECONDS,
            "socket_timeout": SERVER_SECONDS,
            # Once: a connection that was open while the server started anew is of no use.
            "retry": Retry(NoBackoff(), 1),
        }
        return RedisCache(address, {**params, "OPTIONS": patience})

    @cached_property
    def faults(self) -> type[Exception]:
        """What the server's client raises."""
        from redis import RedisError  # noqa: PLC0415 - as above

        return RedisError

    add = _by_the_server("add")
    get = _by_the_server("get")
    set = _by_the_server("set")
    touch = _by_the_server("touch")
    delete = _by_the_server("delete")
    get_many = _by_the_server("get_many")
    set_many = _by_the_server("set_many")
    delete_many = _by_the_server("delete_many")
    has_key = _by_the_server("has_key")
    incr = _by_the_server("incr")
    clear = _by_the_server("clear")
