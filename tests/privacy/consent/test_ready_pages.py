"""Kept pages and consent: what was rendered for one decision is never shown for another."""

from sens_site.lib.cache.page_cache import ReadyPages
from sens_site.lib.http.cache_control import PUBLIC, READY_FLAG


class Site:
    """A tiny application that counts how often it renders."""

    def __init__(self):
        self.rendered = 0
        self.meaning = "before"
        self.while_rendering = lambda: None
        self.pages = ReadyPages(
            self,
            consent_state=lambda cookie, gpc: f"{self.meaning}{cookie}{gpc}",
            left_over=lambda names, consent, gpc: "left" in names,
            read_stamp=lambda: "same",
            session_cookie="session",
            consent_cookie="consent",
        )

    def __call__(self, environ, start_response):
        self.rendered += 1
        self.while_rendering()
        environ[READY_FLAG] = True
        start_response("200 OK", [("Content-Type", "text/html"), ("Cache-Control", PUBLIC)])
        return [b"page %d" % self.rendered]

    def get(self, **headers):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", **headers}
        return b"".join(self.pages(environ, lambda status, headers: None))


def test_what_a_cookie_allows_is_asked_each_time():
    site = Site()
    assert [site.get(HTTP_COOKIE="consent=a") for _ in range(2)] == [b"page 1", b"page 1"]
    site.meaning = "after"
    assert [site.get(HTTP_COOKIE="consent=a") for _ in range(2)] == [b"page 2", b"page 2"]


def test_a_page_is_not_kept_when_its_meaning_changed_while_it_was_made():
    site = Site()
    site.while_rendering = lambda: setattr(site, "meaning", f"after {site.rendered}")
    assert [site.get(), site.get()] == [b"page 1", b"page 2"]


def test_a_signal_that_is_not_plainly_1_is_never_answered_from_a_kept_page():
    site = Site()
    site.get()
    assert [site.get(HTTP_SEC_GPC="1, 1"), site.get(HTTP_SEC_GPC="0")] == [b"page 2", b"page 3"]


def test_a_cookie_that_has_to_be_deleted_is_never_answered_from_a_kept_page():
    site = Site()
    assert site.get(HTTP_COOKIE="consent=a; other=1") == b"page 1"
    assert site.get(HTTP_COOKIE="consent=a; other=2") == b"page 1"
    assert site.get(HTTP_COOKIE="consent=a; left=1") == b"page 2"
    assert site.get(HTTP_COOKIE="consent=a; left=1") == b"page 3"
