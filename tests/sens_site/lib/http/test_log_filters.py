"""No secret link reaches a log, and a visitor's mistake is no alarm."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from sens_site.lib.http.log_filters import _PART, SECRET_PARTS, secret_prefixes, without_secrets
from tests.architecture.routes import all_routes
from tests.client import SAME_ORIGIN, SiteClient

SECRET = "s3cr3t-0123456789abcdefghijklmnop"
# Parts of addresses that anybody may read. A new name is sorted here or into SECRET_PARTS.
PUBLIC_PARTS = {
    "address", "app_label", "code", "content_type_id", "day", "digest", "ending", "handle", "id",
    "name", "new", "node", "number", "object_id", "old", "onward", "path", "pk", "position",
    "reference", "slug", "uidb36", "url", "year",
}  # fmt: skip


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the site's own handler writes, at the most talkative level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging_settings: Any = settings.LOGGING
    for name in logging_settings["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(logging_settings["filters"][name]["()"])())
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def secret_addresses() -> list[str]:
    return [f"{prefix}{SECRET}/" for prefix in secret_prefixes()]


def test_every_part_of_an_address_is_sorted():
    names = {a or b for route in all_routes() for a, b in _PART.findall(route.pattern)}
    assert names - PUBLIC_PARTS - SECRET_PARTS == set()


def test_the_secret_addresses_are_known():
    assert set(secret_prefixes()) >= {
        "/accounts/confirm-email/",
        "/accounts/password/reset/key/",
        "/privacy/confirm/",
        "/privacy/copy/",
        "/privacy/request/",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["{}", "{}/", "{}x/y/", "{}?next=/"])
def test_no_answer_of_any_status_writes_a_secret(log, path):
    client = SiteClient(enforce_csrf_checks=True, raise_request_exception=False)
    seen = set()
    for address in secret_addresses():
        target = path.format(address)
        answers = [
            client.get(target),
            client.post(target),  # says nothing of where it comes from: 403
            client.post(target, headers={"sec-fetch-site": "cross-site"}),
            client.put(target),  # 405
            client.generic("BREW", target),
            *(client.post(target, {"x": "y"}, headers=SAME_ORIGIN) for _ in range(8)),  # 422, 429
            client.post(target, "x" * 70_000, content_type="text/plain"),  # 413
            client.get(target.upper()),
        ]
        seen |= {answer.status_code for answer in answers}
    assert {403, 404, 405, 413} - seen == set()
    assert SECRET not in log.getvalue()
    assert SECRET.upper() not in log.getvalue()
    assert "…" in log.getvalue()


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("Too Many Requests: /search/?q=my+name&in=pages", "Too Many Requests: /search/?q=…"),
        (
            '"GET /search/?in=pages&q=my%20name HTTP/1.1" 200',
            '"GET /search/?in=pages&q=… HTTP/1.1" 200',
        ),
        ("/search/?page=2", "/search/?page=2"),
        ("/downloads/?kind=manual&q=a1c-24#list", "/downloads/?kind=manual&q=…#list"),
        ("/faq=1", "/faq=1"),
    ],
)
def test_what_was_searched_for_is_cut(line, written):
    assert without_secrets(line) == written


def test_a_traceback_is_cut_too(log):
    try:
        int(f"/privacy/copy/{SECRET}/")
    except ValueError:
        logging.getLogger("django.request").exception(
            "Internal Server Error: %s", f"/privacy/copy/{SECRET}/", extra={"status_code": 500}
        )
    written = log.getvalue()
    assert written.startswith("ERROR django.request Internal Server Error: /privacy/copy/…")
    assert ("ValueError" in written, SECRET in written) == (True, False)


@pytest.mark.django_db
def test_what_a_client_did_wrong_is_one_quiet_line(log):
    client = SiteClient(enforce_csrf_checks=True, raise_request_exception=False)
    client.get("/", headers={"host": "evil.test"})
    client.get("/no-such-page/")
    client.put("/")
    client.post("/contact/webmaster/", {})
    lines = [line for line in log.getvalue().splitlines() if not line.startswith("DEBUG")]
    assert [line.split()[0] for line in lines] == ["INFO"] * len(lines)
    assert sum("Method Not Allowed" in line for line in lines) == 1


def test_a_mistake_of_ours_stays_loud(log):
    logging.getLogger("django.request").error("Failed: %s", "/x/", extra={"status_code": 500})
    logging.getLogger("privacy.promises.services").warning("A promise is broken.")
    assert [line.split()[0] for line in log.getvalue().splitlines()] == ["ERROR", "WARNING"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not Found: /privacy/copy/abc/", "Not Found: /privacy/copy/…"),
        ('GET "/privacy/request/R-1/abc/link/" 403', 'GET "/privacy/request/…" 403'),
        ("//accounts/confirm-email/a:b:c", "//accounts/confirm-email/…"),
        ("https://x.example/PRIVACY/Confirm/abc?y=1", "https://x.example/PRIVACY/Confirm/…?y=1"),
        ("/privacy/record/", "/privacy/record/"),
    ],
)
def test_what_is_left_of_a_text(text, expected):
    assert without_secrets(text) == expected
