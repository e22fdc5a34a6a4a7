"""One number for a request, from the proxy or made anew, which ties its lines and its mails."""

import logging
from typing import Any

import pytest
from django.core.mail import EmailMessage

from outbox.delivery import deliver_due
from outbox.job_runs import run_noted
from outbox.jobs import Job
from outbox.models import OutboxMail
from sens_site.lib.request_id import current_id, under, with_request_id


def number_of(**headers: str) -> str:
    """Return the number under which a request is answered."""
    found: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        found.append(current_id())
        return []

    with_request_id(application)({f"HTTP_{name}": value for name, value in headers.items()}, None)
    assert current_id() == ""
    return found[0]


def test_each_request_has_a_number_of_its_own():
    numbers = {number_of() for _ in range(20)}
    assert len(numbers) == 20
    assert {len(number) for number in numbers} == {16}


def test_the_number_of_the_proxy_is_taken_where_a_proxy_is_trusted(settings):
    settings.TRUSTED_PROXY_COUNT = 1
    assert number_of(X_REQUEST_ID="b7f3a1d0c2e94f58") == "b7f3a1d0c2e94f58"
    settings.TRUSTED_PROXY_COUNT = 0
    assert number_of(X_REQUEST_ID="b7f3a1d0c2e94f58") != "b7f3a1d0c2e94f58"


@pytest.mark.parametrize("named", ["", "abc", "ann@example.com", "b7f3\nERROR", "a" * 65])
def test_nothing_but_a_number_is_taken(settings, named):
    settings.TRUSTED_PROXY_COUNT = 1
    assert len(number_of(X_REQUEST_ID=named)) == 16


@pytest.mark.django_db
def test_a_mail_has_the_number_of_what_wrote_it_and_loses_it_when_it_is_sent():
    with under("b7f3a1d0c2e94f58"):
        EmailMessage("Subject", "Text", to=["ann@example.com"]).send()
    assert OutboxMail.objects.get().request_id == "b7f3a1d0c2e94f58"
    assert deliver_due() == 1
    assert (OutboxMail.objects.get().state, OutboxMail.objects.get().request_id) == ("sent", "")


@pytest.mark.django_db
def test_what_the_worker_says_of_a_mail_stands_under_the_number_of_the_request(settings, caplog):
    settings.MAIL_TRANSPORT = "tests.outbox.test_delivery.LazyBackend"
    with under("b7f3a1d0c2e94f58"):
        EmailMessage("Subject", "Text", to=["ann@example.com"]).send()
    lines: list[tuple[str, str]] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append((current_id(), record.getMessage()))  # type: ignore[method-assign]
    logging.getLogger("outbox.delivery").addHandler(handler)
    try:
        deliver_due()
    finally:
        logging.getLogger("outbox.delivery").removeHandler(handler)
    pk = OutboxMail.objects.get().pk
    assert lines == [("b7f3a1d0c2e94f58", f"mail {pk}, try 1: NotTakenError")]


@pytest.mark.django_db
def test_each_run_of_a_job_has_a_number_that_its_mails_have_too():
    def write() -> str:
        EmailMessage("Subject", "Text", to=["ann@example.com"]).send()
        return current_id()

    numbers = [run_noted(Job("write", 60, write)) for _ in range(2)]
    assert [mail.request_id for mail in OutboxMail.objects.order_by("pk")] == numbers
    assert len(set(numbers)) == 2
    assert current_id() == ""
