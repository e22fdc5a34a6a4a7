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

ASKED_AGAIN_SECONDS = 1.0


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="is-the-cache-back", daemon=True).start()


class _Away:
    """Whether this process found the server away, and when it is asked again.

    In a thread of its own: a server that takes a connection and never answers would hold a request
    each time.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        run: Callable[[Callable[[], None]], None] = _in_background,
    ) -> None:
        self.clock = clock
        self.run = run
        self.is_away = False
        self.ask_again_at = 0.0
        self._lock = threading.Lock()

    def ask_again(self, work: Callable[[], None]) -> None:
        """Have the server asked, once a second."""
        with self._lock:
            if not self.is_away or self.clock() < self.ask_again_at:
                return
            self.ask_again_at = self.clock() + ASKED_AGAIN_SECONDS
        self.run(work)

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
        away.ask_again(self.look_whether_it_is_back)
        if not away.is_away:
            try:
                return getattr(self.server, name)(*args, **kwargs)
            except self.faults as error:
                if away.turn(is_away=True):
                    logger.warning(
                        "The cache is away (%s): its table is used.", type(error).__name__
                    )
                    DatabaseCache.delete(self, CONTENT_STAMP)
        return getattr(super(ServedCache, self), name)(*args, **kwargs)

    method.__name__ = name
    return method


class ServedCache(DatabaseCache):
    """`LOCATION` is the table, `SERVER` the address of the server, which has `SERVER_SECONDS`."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(table, params)
        self._server = params["SERVER"], params["SERVER_SECONDS"], {**params, "OPTIONS": {}}

    @cached_property
    def server(self) -> RedisCache:
        """The cache as Django has it, that waits for its server no longer than a visitor would."""
        from redis import ConnectionError  # noqa: A004, PLC0415 - a large package, where it is used
        from redis.backoff import NoBackoff  # noqa: PLC0415 - as above
        from redis.retry import Retry  # noqa: PLC0415 - as above

        address, seconds, params = self._server
        patience = {
            "socket_connect_timeout": seconds,
            "socket_timeout": seconds,
            # Once: a connection that was open while the server started anew is of no use. A server
            # that has let the time pass would let it pass again.
            "retry": Retry(NoBackoff(), 1, (ConnectionError,)),
        }
        return RedisCache(address, {**params, "OPTIONS": patience})

    @cached_property
    def faults(self) -> type[Exception]:
        """What the server's client raises."""
        from redis import RedisError  # noqa: PLC0415 - as above

        return RedisError

    def look_whether_it_is_back(self) -> None:
        """Turn to the server again, if it answers."""
        try:
            self.server.delete(CONTENT_STAMP)
        except self.faults:
            away.turn(is_away=True)
        else:
            if away.turn(is_away=False):
                logger.warning("The cache is back.")

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
