"""The promises for machines: data, feed, log and runs."""

import hashlib
import json
from datetime import datetime
from zoneinfo import ZoneInfo

import feedparser
import pytest
import time_machine
from django.conf import settings

from privacy.promises.history import append_run
from privacy.promises.models import PromiseRun, State
from privacy.promises.registry import Look
from privacy.promises.services import store_outside
from tests.factories.promises import make_result

pytestmark = pytest.mark.django_db
CLAIM, OTHER = "policy.last-updated", "policy.breadcrumb"
ORIGIN = settings.SITE_ORIGIN


def at(day: int, hour: int = 3) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZoneInfo("America/Denver"))


@pytest.fixture
def broken_for_six_hours():
    """One promise was broken for six hours of a day, and is kept two days later."""
    for moment, state in (
        (at(22, 3), State.KEPT),
        (at(22, 9), State.BROKEN),
        (at(22, 15), State.KEPT),
        (at(24, 3), State.KEPT),
    ):
        append_run({(CLAIM, Look.NOW): state}, gone=(), found={CLAIM: ["No date."]}, at=moment)
    with time_machine.travel(at(24, 12), tick=False):
        yield


@pytest.mark.usefixtures("broken_for_six_hours")
def test_the_data_hold_each_promise_with_its_results_and_days(client):
    make_result(CLAIM, figures={"pages": 3}, checked_at=at(24))
    data = json.loads(client.get("/privacy/promises.json").content)
    assert (data["version"], data["time_zone"]) == (3, "America/Denver")
    assert data["runs"] == {"count": 4, "head": PromiseRun.objects.get(number=4).hash}
    first = data["promises"][0]
    assert first == {
        "id": "policy.last-updated",
        "number": 1,
        "class": "S",
        "claim": "The policy shows the date of its last update.",
        "page": f"{ORIGIN}/privacy/p/1/",
        "state": "kept",
        "results": [
            {
                "look": "now",
                "strength": "shown",
                "state": "kept",
                "words": "Seen so.",
                "figures": {"pages": 3},
                "checked_at": "2026-11-24T10:00:00+00:00",
                "broken_since": None,
            }
        ],
        "days": {
            "since": "2026-11-22",
            "last_looked_at": "2026-11-24",
            "kept": 1,
            "of": 3,
            "others": [
                {"day": "2026-11-22", "state": "broken", "minutes": 360},
                {"day": "2026-11-23", "state": "not looked at"},
            ],
        },
    }
    assert data["promises"][1]["days"] is None


def test_a_day_that_is_still_broken_has_no_length(client):
    with time_machine.travel(at(24), tick=False):
        store_outside({CLAIM: (State.BROKEN, "A cookie.")}, at=at(24))
        data = json.loads(client.get("/privacy/promises.json").content)
    (result,) = data["promises"][0]["results"]
    assert (result["look"], result["broken_since"]) == ("outside", "2026-11-24T10:00:00+00:00")
    assert data["promises"][0]["days"]["others"] == [
        {"day": "2026-11-24", "state": "broken", "minutes": None}
    ]


@pytest.mark.usefixtures("broken_for_six_hours")
def test_the_feed_has_an_entry_for_each_break_and_each_mending(client):
    append_run(
        {("gone.claim", Look.NOW): State.BROKEN},
        gone=(),
        found={"gone.claim": ["One.", "Two."]},
        at=at(24, 4),
    )
    response = client.get("/privacy/promises/feed.atom")
    feed = feedparser.parse(response.content)
    assert (feed.bozo, feed.version, feed.feed.updated) == (
        False,
        "atom10",
        "2026-11-24T11:00:00+00:00",
    )
    tag = f"tag:{settings.SITE_HOST},2020:promises"
    claim = "The policy shows the date of its last update."
    assert [(e.id, e.title, e.link, e.updated, e.summary) for e in feed.entries] == [
        (
            f"{tag}/5/gone.claim",
            "Not kept: gone.claim",
            f"{ORIGIN}/privacy/promises/",
            "2026-11-24T11:00:00+00:00",
            "One.\nTwo.",
        ),
        (
            f"{tag}/3/{CLAIM}",
            f"Kept again: {claim}",
            f"{ORIGIN}/privacy/p/1/",
            "2026-11-22T22:00:00+00:00",
            "Run 3 found this.",
        ),
        (
            f"{tag}/2/{CLAIM}",
            f"Not kept: {claim}",
            f"{ORIGIN}/privacy/p/1/",
            "2026-11-22T16:00:00+00:00",
            "No date.",
        ),
        (
            f"{tag}/0",
            "The checks began",
            f"{ORIGIN}/privacy/promises/",
            "2026-11-22T10:00:00+00:00",
            "From here on each break of a promise and each mending is an entry.",
        ),
    ]
    with time_machine.travel(at(24, 23)):
        assert client.get("/privacy/promises/feed.atom").content == response.content


def test_before_the_first_look_there_is_no_feed(client):
    assert client.get("/privacy/promises/feed.atom").status_code == 404


@pytest.mark.usefixtures("broken_for_six_hours")
def test_the_log_and_the_runs_let_a_stranger_follow_the_chain(client):
    lines = client.get("/privacy/promises/log.txt").content.decode().splitlines()
    assert len(lines) == 4
    previous, moments = "0" * 64, []
    for number, line in enumerate(lines, 1):
        answer = client.get(f"/privacy/promises/runs/{number}.json")
        assert answer.headers["Content-Type"] == "application/json"
        said = json.loads(answer.content)
        assert (said["number"], said["previous_hash"]) == (number, previous)
        previous = hashlib.sha256(answer.content).hexdigest()
        moments.append(said["at"])
        assert line == f"promises {number} {said['at']} sha256 {previous}"
    assert moments[:2] == ["2026-11-22T10:00:00Z", "2026-11-22T16:00:00Z"]


@pytest.mark.parametrize("number", ["1", "0", "9" * 30])
def test_a_run_that_there_is_not_is_a_404(client, number):
    assert client.get(f"/privacy/promises/runs/{number}.json").status_code == 404


@pytest.mark.parametrize("path", ["promises/", "promises.json"])
def test_without_a_policy_in_force_there_is_nothing_to_show(client, path):
    with time_machine.travel(datetime(2019, 1, 1, tzinfo=ZoneInfo("UTC"))):
        assert client.get(f"/privacy/{path}").status_code == 404


@pytest.mark.usefixtures("broken_for_six_hours")
@pytest.mark.parametrize(
    "path", ["promises/", "promises.json", "promises/feed.atom", "promises/log.txt", "p/1/"]
)
def test_strangers_get_the_same_bytes_at_any_hour_of_the_day(client, path):
    answer = client.get(f"/privacy/{path}")
    assert answer.headers["Cache-Control"] == "public,no-cache"
    with time_machine.travel(at(24, 20)):
        assert client.get(f"/privacy/{path}").content == answer.content
