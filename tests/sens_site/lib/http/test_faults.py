"""The charset of a request, before Django reads anything by it."""

from typing import Any

import pytest
from django.test import RequestFactory

from sens_site.lib.http.faults import refusal, with_known_charset


@pytest.mark.parametrize(
    ("sent", "handed_on"),
    [
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("text/plain; charset=zip", "text/plain; charset=none"),
    ],
)
def test_only_a_charset_that_no_page_reads_is_replaced(sent, handed_on):
    seen: list[str] = []

    def inner(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen.append(environ["CONTENT_TYPE"])
        return []

    assert with_known_charset(inner)({"CONTENT_TYPE": sent}, None) == []
    assert seen == [handed_on]


@pytest.mark.parametrize("length", ["x", "1e3", "12 34"])
def test_a_length_that_is_no_number_is_refused(length):
    request = RequestFactory().post("/contact/webmaster/", {})
    request.META["CONTENT_LENGTH"] = length
    assert refusal(request) == 400
