"""A line of the log as JSON says what the plain line says, and no more of a secret link."""

import io
import json
import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings

from sens_site.lib.http.log_filters import secret_prefixes
from sens_site.lib.request_id import under

SECRET = "s3cr3t-0123456789abcdefghijklmnop"


@pytest.fixture
def written(request):
    """Write a line through the handler of the settings, in one of its formats."""
    stream = io.StringIO()
    given: Any = settings.LOGGING
    console = {**given["handlers"]["console"], "formatter": request.param, "stream": stream}
    configuration: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        **{name: given[name] for name in ("formatters", "filters")},
        "handlers": {"console": console},
        "loggers": {"site.of.a.test": {"handlers": ["console"], "level": "INFO"}},
    }
    logging.config.dictConfig(configuration)
    yield stream.getvalue
    logging.getLogger("site.of.a.test").handlers.clear()


def fail() -> None:
    raise LookupError(f"no {secret_prefixes()[0]}{SECRET}/")


def log_a_failure() -> None:
    try:
        fail()
    except LookupError:
        path = f"{secret_prefixes()[0]}{SECRET}/"
        logging.getLogger("site.of.a.test").exception("Failed at %s", path)


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_a_line_is_one_object_with_the_number_of_the_request(written):
    with under("b7f3a1d0c2e94f58"):
        logging.getLogger("site.of.a.test").warning("Stored %d “rows”\nand more", 3)
    (line,) = written().splitlines()
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"], said["request_id"]) == (
        "WARNING", "site.of.a.test", "Stored 3 “rows”\nand more", "b7f3a1d0c2e94f58",
    )  # fmt: skip
    assert said["time"].endswith("+00:00")
    assert "exception" not in said


@pytest.mark.parametrize("written", ["json", "text"], indirect=True)
def test_no_format_writes_a_secret_link_not_even_in_a_traceback(written):
    log_a_failure()
    assert "LookupError" in written()
    assert SECRET not in written()


@pytest.mark.parametrize("written", ["text"], indirect=True)
def test_a_plain_line_names_the_request_or_a_dash(written):
    log = logging.getLogger("site.of.a.test")
    log.warning("Outside.")
    with under("b7f3a1d0c2e94f58"):
        log.warning("Inside.")
    assert [line.split(" ")[3:] for line in written().splitlines()] == [
        ["site.of.a.test", "-", "Outside."],
        ["site.of.a.test", "b7f3a1d0c2e94f58", "Inside."],
    ]
