"""What leaves for a collector: names from the code, and no word of anybody's."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.backends.signals import connection_created
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from outbox.delivery import deliver_one
from outbox.job_runs import run_noted
from outbox.jobs import Job
from outbox.models import OutboxMail
from outbox.services import claim_next
from sens_site.lib import tracing
from sens_site.lib.request_id import under
from tests.client import SiteClient

TYPED = {
    "name": "Zoltan Quisling",
    "email": "zoltan@quisling.test",
    "phone": "",
    "message": "Unmistakable words of a letter",
}


@pytest.fixture
def tracer_of_this_test(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.TRACES_TO = "http://127.0.0.1:4318/"
    monkeypatch.setattr("opentelemetry.sdk.trace.export.BatchSpanProcessor", SimpleSpanProcessor)
    tracing._tracer.cache_clear()
    yield
    tracing._tracer.cache_clear()
    connection_created.disconnect(dispatch_uid="tracing")
    if tracing._statement in connection.execute_wrappers:
        connection.execute_wrappers.remove(tracing._statement)


@pytest.fixture
def spans(tracer_of_this_test: None, monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(tracing, "_exporter", lambda: exporter)
    return exporter


def told(spans: InMemorySpanExporter, name: str) -> list[dict[str, Any]]:
    return [dict(one.attributes or {}) for one in spans.get_finished_spans() if one.name == name]


@pytest.mark.django_db
def test_an_answer_is_a_span_with_the_names_of_the_code(spans):
    with under("0123456789abcdef"):
        assert SiteClient().get("/privacy/v/2/?from=eve@example.com").status_code == 200
    assert told(spans, "GET policy:version") == [
        {
            "http.request.method": "GET",
            "http.response.status_code": 200,
            "http.route": "/privacy/v/<version:number>/",
            "site.request_id": "0123456789abcdef",
        }
    ]


@pytest.mark.django_db
def test_statements_are_spans_within_what_asks_for_them_and_none_has_its_text(spans):
    connection.cursor().execute("SELECT 1")  # asked for by nobody whose span it could be within
    with tracing.span("job x"):
        connection.cursor().execute("\n SELECT 'Unmistakable'")
        connection.cursor().execute("/* Unmistakable */ SELECT 1")
    outer, *inner = sorted(spans.get_finished_spans(), key=lambda one: one.name != "job x")
    assert [dict(one.attributes or {}) for one in inner] == [
        {"db.system.name": connection.vendor, "db.operation.name": word, "site.request_id": ""}
        for word in ("SELECT", "_OTHER")
    ]
    assert {one.parent.span_id for one in inner if one.parent} == {outer.context.span_id}
    connection_created.send(sender=type(connection), connection=connection)
    assert connection.execute_wrappers.count(tracing._statement) == 1


@pytest.mark.django_db
def test_nothing_that_somebody_typed_or_may_keep_to_himself_leaves(spans):
    client = SiteClient()
    sent = client.fill_in("/contact/webmaster/", TYPED)
    assert sent.status_code == 303
    client.get("/accounts/password/reset/key/secret-token-1/?email=zoltan@quisling.test")
    client.get("/nowhere/Unmistakable/")
    client.generic("UNMISTAKABLE", "/")
    everything = " ".join(one.to_json() for one in spans.get_finished_spans()).lower()
    assert told(spans, "INSERT") != []
    assert told(spans, "_OTHER")[0]["http.response.status_code"] == 405
    words = ("zoltan", "quisling", "unmistakable", "secret-token-1", "testserver")
    assert [word for word in words if word in everything] == []


@pytest.mark.django_db
def test_a_mail_and_a_job_are_spans(spans, settings):
    mail.EmailMessage("Words", "Unmistakable", to=["zoltan@quisling.test"]).send()
    claimed = claim_next()
    assert claimed is not None
    with mail.get_connection("django.core.mail.backends.locmem.EmailBackend") as transport:
        assert deliver_one(claimed, connection=transport)
    run_noted(Job("look round", 60, lambda: None))
    assert [one["mail.purpose"] for one in told(spans, "mail")] == [
        OutboxMail.objects.get().purpose
    ]
    assert len(told(spans, "job look round")) == 1


def test_of_an_error_the_class_is_told_and_not_its_words(spans):
    with pytest.raises(LookupError), tracing.span("job x"):
        raise LookupError("zoltan@quisling.test")
    (one,) = spans.get_finished_spans()
    assert (one.attributes, one.events) == (
        {"site.request_id": "", "error.type": "LookupError"},
        (),
    )
    assert not one.status.is_ok
    assert one.status.description is None


@pytest.mark.django_db
def test_an_answer_that_says_that_we_failed_is_an_error(spans, monkeypatch):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ValueError("Unmistakable")

    monkeypatch.setattr("privacy.policy.views.PolicyVersion.objects", fail)
    client = SiteClient(raise_request_exception=False)
    assert client.get("/privacy/v/2/").status_code == 500
    (told_of,) = told(spans, "GET policy:version")
    assert told_of["error.type"] == "500"


def test_where_no_traces_are_wanted_none_is_made(settings, monkeypatch):
    monkeypatch.setattr(tracing, "_tracer", None)  # calling it would fail
    with tracing.span("job x") as begun:
        assert begun is None


def test_a_collector_is_sent_the_spans(tracer_of_this_test, settings, socket_enabled):
    taken: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever).start()
        settings.TRACES_TO = f"http://127.0.0.1:{server.server_port}"
        with tracing.span("job x"):
            pass
        server.shutdown()
    ((path, body),) = taken
    assert path == "/v1/traces"
    assert b"job x" in body
    assert b"website" in body
