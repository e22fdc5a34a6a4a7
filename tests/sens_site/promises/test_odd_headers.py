"""Which headers the code reads, and with what each is tried."""

from sens_site.promises.odd_headers import _read_in, headers_tried


def test_a_header_is_read_with_what_it_is_compared_with():
    code = """
if request.headers.get("Save-Data") == "off" or "X-Odd" in self.request.headers:
    said = request.META.get("HTTP_X_OTHER", "")
response.headers["X-Ours"] = "1"
"""
    assert set(_read_in(code)) == {
        ("Save-Data", "1"),
        ("Save-Data", "off"),
        ("X-Odd", "1"),
        ("X-Other", "1"),
    }


def test_what_lets_a_request_arrive_is_left_out():
    tried = headers_tried()
    assert "on" in tried["Save-Data"]
    assert not {"Cookie", "Host", "Authorization"} & set(tried)
