"""The recorder: what arises while a check looks passes it, wherever it is written.

It holds what happened in the plainest form (words, keys, values) and knows no rule. The hooks
below are put in once a process and do nothing in a thread that no check is looking from.
"""

import inspect
import io
import logging
import pickle
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.db import connection, connections
from django.forms import BaseForm
from django.template.base import Template

from privacy.promises.written_tables import written_by
from sens_site.lib.cache.rehearsal_cache import RehearsalCache

NO_PART_OF_THE_SITE = "_pytest"
LOUD_ENOUGH = logging.INFO
"""A line of this level is written by the site as it is delivered, and by one that is set louder."""
REACHING_OUT = frozenset({
    "ftplib.connect", "http.client.connect", "imaplib.open", "os.exec", "os.fork", "os.forkpty",
    "os.posix_spawn", "os.spawn", "os.system", "poplib.connect", "pty.spawn", "smtplib.connect",
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname",
    "socket.sendmsg", "socket.sendto", "subprocess.Popen", "syslog.syslog", "urllib.Request",
})  # fmt: skip
"""Python's own names (its table of audit events) of what leaves this process."""
MAKING = {"os.link": 1, "os.mkdir": 0, "os.rename": 1, "os.symlink": 1, "sqlite3.connect": 0}
"""What leaves something on a disk without opening it here, and which of its arguments is where."""
PORTS = {"http": 80, "https": 443, "redis": 6379, "rediss": 6379}
IMPORT_SYSTEM = "<frozen importlib._bootstrap_external>"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log, or what was printed: as it was meant, and as each handler writes it."""

    source: str
    text: str
    written: tuple[str, ...] = ()
    place: str = ""


class Entry(NamedTuple):
    """One entry of the shared cache, and after how many seconds it ends; None for never."""

    key: str
    value: Any
    seconds: float | None = 1


@dataclass(eq=False)
class Recorder:
    """What has arisen so far. `told` hears of each thing as it arises."""

    told: Callable[[str, Any], None]
    counts: Counter[str] = field(default_factory=Counter)
    forms: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    log_lines: set[str] = field(default_factory=set)

    def note(self, kind: str, thing: Any) -> None:
        """Hear of one thing."""
        self.counts[kind] += 1
        # What a rule does to judge a thing is no part of the site.
        with unheard():
            self.told(kind, thing)

    def line(self, record: logging.LogRecord) -> None:
        """Hear of a log record."""
        line = _line(record)
        self.log_lines.add(line.place)
        self.note("line", line)


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)
_hooked: list[str] = []


@contextmanager
def unheard() -> Iterator[None]:
    """Let what this thread does now pass nobody."""
    token = _recorder.set(None)
    try:
        yield
    finally:
        _recorder.reset(token)


@contextmanager
def heard_by(recorder: Recorder) -> Iterator[None]:
    """Let everything that this thread does pass a recorder."""
    _hook_in()
    token = _recorder.set(recorder)
    try:
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(_statement))
            stack.enter_context(_sessions())
            stack.enter_context(_prints())
            yield
    finally:
        _recorder.reset(token)


def _hook_in() -> None:
    """Put in the hooks, once a process: an audit hook cannot be taken out again."""
    if _hooked:
        return
    _hooked.append("all")
    sys.addaudithook(_audit)
    _before(logging.Logger, "isEnabledFor", _also_for_us)
    _before(logging.Logger, "handle", _hear_record)
    _before(RehearsalCache, "_set", _hear_cache)
    _before(Template, "render", _hear_template)
    _before(BaseForm, "__init__", _hear_form)


def _before(owner: type, name: str, act: Callable[..., Any]) -> None:
    plain = getattr(owner, name)

    def hooked(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = _recorder.get()
        if recorder is None:
            return plain(self, *args, **kwargs)
        return act(recorder, plain, self, *args, **kwargs)

    hooked.__name__, hooked.__doc__ = name, plain.__doc__
    setattr(owner, name, hooked)


def _also_for_us(recorder: Recorder, plain: Any, logger: Any, level: int) -> bool:
    return level >= LOUD_ENOUGH or plain(logger, level)


def _hear_record(recorder: Recorder, plain: Any, logger: Any, record: logging.LogRecord) -> None:
    recorder.line(record)
    with unheard():  # what a handler does with it, printing for one, is told of by the line
        if logger.isEnabledFor(record.levelno):
            plain(logger, record)


def _hear_cache(
    recorder: Recorder,
    plain: Any,
    cache: Any,
    key: str,
    value: bytes,
    timeout: Any = DEFAULT_TIMEOUT,
) -> None:
    seconds = cache.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
    held = pickle.loads(value)  # noqa: S301 - pickled a line ago, by us
    recorder.note("cache", Entry(key, held, seconds))
    plain(cache, key, value, timeout)


def _hear_template(recorder: Recorder, plain: Any, template: Any, context: Any) -> Any:
    recorder.templates.add(template.name or "")
    return plain(template, context)


def _hear_form(recorder: Recorder, plain: Any, form: Any, *args: Any, **kwargs: Any) -> None:
    recorder.forms.add(f"{type(form).__module__}.{type(form).__qualname__}")
    plain(form, *args, **kwargs)


def _compiles() -> bool:
    """Tell whether the interpreter itself writes down a module that was imported for the first time."""
    hook = (here := inspect.currentframe()) and here.f_back
    opener = hook and hook.f_back
    return opener is not None and opener.f_code.co_filename == IMPORT_SYSTEM


def _audit(
    event: str,
    args: tuple[Any, ...],
    *,
    # Kept here, as the interpreter's end takes the names of a module away before its hooks.
    heard: frozenset[str] = REACHING_OUT | MAKING.keys() | {"open"},
    recorder_of_now: Callable[[], Recorder | None] = _recorder.get,
) -> None:
    if event not in heard:
        return
    recorder = recorder_of_now()
    if recorder is None:
        return
    if event == "open":
        path, mode, flags = args
        writes = any(letter in mode for letter in "wax+") if mode else bool(flags & 3)
        if writes and isinstance(path, str | bytes) and not _compiles():
            recorder.note("file", str(path))
        return
    if event in MAKING:
        path = str(args[MAKING[event]])
        if path not in own_databases() and not _compiles():
            recorder.note("file", path)
        return
    with unheard():
        is_own = _asked(event, args) in own_servers()
    if not is_own:
        recorder.note("connection", f"{event} {args!r}")


def _asked(event: str, args: tuple[Any, ...]) -> Any:
    """Return the name or address and the port that an event speaks to, or the path of a socket."""
    match event:
        case "socket.getaddrinfo":
            return args[:2]
        case "http.client.connect":
            return args[1:]
        case "socket.connect":
            return args[1][:2] if isinstance(args[1], tuple) else args[1]
    return None


def own_servers() -> set[Any]:
    """Return where the shared cache and the store of documents are, as the settings name them.

    Whose machines these are is another look's business (`sharing.service-providers`).
    """
    found: set[Any] = set()
    for url in (settings.CACHE_URL, settings.DOCUMENTS_S3_ENDPOINT):
        parts = urlsplit(url)
        if parts.scheme == "unix":
            found.add(parts.path)
        elif parts.hostname:
            port = parts.port or PORTS.get(parts.scheme)
            for name in (parts.hostname, f"{settings.DOCUMENTS_S3_BUCKET}.{parts.hostname}"):
                found.add((name, port))
                with suppress(OSError):
                    found.update(one[4][:2] for one in socket.getaddrinfo(name, port))
    return found


def own_databases() -> set[str]:
    """Return where the site's own databases are, which a connection that was lost opens anew."""
    return {":memory:", *(str(one["NAME"]) for one in connections.settings.values())}


# Coverage is blind to audit hooks that do not say so.
vars(_audit)["__cantrace__"] = True


def _statement(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    recorder = _recorder.get()
    if recorder is not None:
        for written in written_by(sql, params, many=many):
            recorder.tables.add(written.table)
            recorder.note("row", written)
    return execute(sql, params, many, context)


@contextmanager
def _sessions() -> Iterator[None]:
    """Hear of what sessions hold, before it is encoded."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    plain = store.encode

    def encode(self: Any, data: dict[str, Any]) -> str:
        recorder = _recorder.get()
        if recorder is not None:
            recorder.note("session", dict(data))
        return str(plain(self, data))

    own = "encode" in vars(store)
    store.encode = encode
    try:
        yield
    finally:
        if own:
            store.encode = plain
        else:
            del store.encode


class _Heard(io.TextIOBase):
    """Stands in front of an output of the process."""

    def __init__(self, name: str, plain: Any) -> None:
        super().__init__()
        self.label, self.plain = name, plain

    def write(self, text: str) -> int:
        recorder = _recorder.get()
        if recorder is not None and text.strip():
            recorder.note("line", Line(self.label, text, (text,)))
        return int(self.plain.write(text))

    def flush(self) -> None:
        self.plain.flush()


@contextmanager
def _prints() -> Iterator[None]:
    """Hear of what is printed: a server writes it into its log."""
    plain = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Heard("stdout", plain[0]), _Heard("stderr", plain[1])
    try:
        yield
    finally:
        sys.stdout, sys.stderr = plain


def _line(record: logging.LogRecord) -> Line:
    extra = {k: v for k, v in vars(record).items() if k not in _USUAL and _is_plain(v)}
    text = f"{record.getMessage()} {extra or ''}"
    if record.exc_info and record.exc_info[1] is not None:
        text += f" {record.exc_info[1]}"
    place = f"{record.name}:{record.msg}"
    return Line(record.name, text, tuple(_as_written(record)), place)


_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"request", "message", "asctime"}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | bytes | int | float | dict | list | tuple | set)


def _as_written(record: logging.LogRecord) -> Iterator[str]:
    """Yield what the handlers of this site write for a record, after their filters."""
    logger: logging.Logger | None = logging.getLogger(record.name)
    while logger is not None:
        for handler in logger.handlers:
            if type(handler).__module__.startswith(NO_PART_OF_THE_SITE):
                continue
            copied = logging.makeLogRecord(vars(record))
            if record.levelno >= handler.level and handler.filter(copied):
                yield handler.format(copied)
        logger = logger.parent if logger.propagate else None
