"""Each answer is counted once, under the name of its view and never under its address."""

from typing import Any

import pytest

from sens_site.lib.metrics import COUNTED


def counted(view: str, status: int, page: str = "made") -> float:
    labels = {"view": view, "status": str(status), "page": page}
    return COUNTED.get_sample_value("site_requests_total", labels) or 0.0


def timed(room: str) -> float:
    return COUNTED.get_sample_value("site_request_seconds_count", {"room": room}) or 0.0


ASKED: list[tuple[str, int, str, str]] = [
    ("/privacy/", 200, "policy:policy", "policy"),
    ("/llms.txt", 200, "llms", "site"),
    ("/static/css/site.css", 200, "static", "static"),
    ("/nowhere/at/all/", 404, "sens_site.errors.no_such_page", "site"),
    ("/admin/outbox/outboxmail/", 302, "admin:outbox_outboxmail_changelist", "admin"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status", "view", "room"), ASKED)
def test_an_answer_is_counted_by_view_and_status(client, path, status, view, room):
    before = counted(view, status), timed(room)
    response = client.get(path)
    assert response.status_code == status
    assert response.getvalue() or status == 302  # a file is open until it has been read
    assert (counted(view, status), timed(room)) == (before[0] + 1, before[1] + 1)


def test_what_is_refused_before_any_view_is_counted_together(strict_client):
    """However often the address changes."""
    before = counted("refused", 405)
    for path in ("/one/", "/two/"):
        request: dict[str, Any] = {"method": "BREW", "path": path}
        assert strict_client.generic(**request).status_code == 405
    assert counted("refused", 405) == before + 2
