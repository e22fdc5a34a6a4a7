"""Spans of requests, statements, jobs and mails, for a collector of the company's own (docs/watching.md).

Off unless `OTEL_EXPORTER_OTLP_ENDPOINT` names one; then the extra `traces` has to be installed. A span
names what the code names: a view, a room, a job, the first word of a statement. No address that
somebody asked for, no text of a statement, no words of an error and no person is in one (law 10).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created
from django.http import HttpResponse

from sens_site.lib.http.types import SiteRequest
from sens_site.lib.request_id import current_id

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
STATEMENTS = frozenset({
    "BEGIN", "COMMIT", "DELETE", "INSERT", "PRAGMA", "RELEASE", "ROLLBACK", "SAVEPOINT", "SELECT",
    "SET", "UPDATE", "WITH",
})  # fmt: skip
OTHER = "_OTHER"
"""What OpenTelemetry's conventions say for a word that is not on the list: visitors make up methods."""


@lru_cache(maxsize=1)
def _tracer() -> Any:
    """Make what spans begin with, in this process; it is asked for after the last fork."""
    # Neither is installed where no traces are wanted.
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    told = Resource.create({"service.name": "website", "service.version": settings.VERSION})
    provider = TracerProvider(resource=told)
    provider.add_span_processor(BatchSpanProcessor(_exporter()))
    connection_created.connect(_follow, dispatch_uid="tracing")
    for connection in connections.all(initialized_only=True):
        _follow(connection)
    return provider.get_tracer("site")


def _exporter() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - see above
        OTLPSpanExporter,
    )

    return OTLPSpanExporter(endpoint=f"{settings.TRACES_TO.rstrip('/')}/v1/traces")


@contextmanager
def span(name: str, **attributes: str) -> Iterator[Any]:
    """Let what is done meanwhile be one span. Gives None where no traces are wanted.

    Of an error it says the class, never the words: these may quote what somebody typed.
    """
    if not settings.TRACES_TO:
        yield None
        return
    told = {"site.request_id": current_id(), **attributes}
    quiet = {"record_exception": False, "set_status_on_exception": False}
    with _tracer().start_as_current_span(name, attributes=told, **quiet) as begun:
        try:
            yield begun
        except Exception as error:
            _fail(begun, type(error).__name__)
            raise


def _fail(begun: Any, kind: str) -> None:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 - see above

    begun.set_attribute("error.type", kind)
    begun.set_status(StatusCode.ERROR)


def traced(
    get_response: Callable[[SiteRequest], HttpResponse],
) -> Callable[[SiteRequest], HttpResponse]:
    """Let each answer that Django makes be a span. What is kept ready is not made."""

    def answer(request: SiteRequest) -> HttpResponse:
        method = str(request.method)
        method = method if method in METHODS else OTHER
        with span(method, **{"http.request.method": method}) as begun:
            response = get_response(request)
            match = request.resolver_match
            if match is not None:
                begun.update_name(f"{method} {match.view_name}")
                begun.set_attribute("http.route", f"/{match.route}")
            begun.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                _fail(begun, str(response.status_code))
            return response

    return answer


def _follow(connection: Any, **_: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
    """Let a statement be a span within what asks for it. Outside of any it is nobody's."""
    from opentelemetry.trace import get_current_span  # noqa: PLC0415 - see above

    if not get_current_span().get_span_context().is_valid:
        return execute(sql, *rest)
    first = re.match(r"[\s(]*(\w+)", str(sql))
    word = first[1].upper() if first else OTHER
    word = word if word in STATEMENTS else OTHER
    system = rest[-1]["connection"].vendor
    with span(word, **{"db.system.name": system, "db.operation.name": word}):
        return execute(sql, *rest)
