"""What is refused before anything reads it."""

import pytest
from django.test import RequestFactory

from sens_site.lib.http.faults import refusal


@pytest.mark.parametrize(
    ("length", "status"), [("", None), ("10", None), ("ten", 400), ("1e3", 400), ("9" * 12, 413)]
)
def test_a_length_that_is_none_or_too_much_is_refused(settings, length, status):
    request = RequestFactory().post("/contact/webmaster/", CONTENT_LENGTH=length)
    assert refusal(request) == status


@pytest.mark.parametrize("path", ["/contact/", "/admin/login/"])
def test_staff_may_send_more(settings, path):
    settings.REQUEST_MAX_BYTES, settings.REQUEST_MAX_BYTES_STAFF = 100, 200
    request = RequestFactory().post(path, CONTENT_LENGTH="150")
    assert refusal(request) == (None if path.startswith("/admin/") else 413)
