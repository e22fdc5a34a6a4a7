"""What programs are told: strangers only whether the site is there, operators what is wrong."""

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from outbox.models import JobRun
from sens_site import probe_views
from sens_site.readiness import Lookout, Readiness
from tests.architecture import wsgi
from tests.sens_site.test_readiness import WELL

HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000", "wsgi.url_scheme": "http"}
THERE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def seen(monkeypatch):
    """Let the look have found something."""

    class Played(Lookout):
        found: dict[str, tuple[str, ...]] = dict(WELL)

        def readiness(self) -> Readiness:
            return Readiness(self.found)

    monkeypatch.setattr(probe_views, "lookout", Played())
    return Played.found


def ask(path: str, **environ: str) -> wsgi.Answer:
    """Ask the whole site, as a server does, beginning with what stands outermost."""
    from sens_site.wsgi import application

    address, _, query = path.partition("?")
    return wsgi.request(application, "GET", address, b"", {}, QUERY_STRING=query, **environ)


@pytest.mark.parametrize("environ", [HERE, THERE])
def test_a_process_that_lives_says_so_without_asking_the_database(environ):
    """No test without the mark for it may touch the database: this one would fail."""
    answer = ask("/healthz", **environ)
    assert (answer.status, answer.body) == ("200 OK", b"ok\n")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_stranger_learns_whether_the_site_is_ready_and_nothing_of_why(seen):
    seen["guards"] = ("3 guards are missing.",)
    answer = ask("/readyz", **THERE)
    assert (answer.status, answer.body) == ("503 Service Unavailable", b'{"ready": false}')


def test_who_runs_the_machine_learns_what_is_wrong(seen):
    seen["guards"] = ("3 guards are missing.",)
    answer = ask("/readyz", **HERE)
    assert answer.status == "503 Service Unavailable"
    assert b'"ready": false' in answer.body
    assert b'"guards": ["3 guards are missing."]' in answer.body


def test_the_token_opens_it_from_another_machine(seen, settings):
    settings.METRICS_TOKEN = "plover-lantern-42-quiet"
    seen["worker"] = ("No job has run.",)
    named = {"HTTP_AUTHORIZATION": "Bearer plover-lantern-42-quiet"}
    assert b"No job has run." in ask("/readyz", **THERE, **named).body
    assert ask("/metrics", **THERE).status == "404 Not Found"


def test_what_only_needs_a_person_takes_no_requests_away_but_may_be_asked_for(seen):
    seen["worker"] = ("No job has run.",)
    assert ask("/readyz", **HERE).status == "200 OK"
    assert ask("/readyz?all=1", **HERE).status == "503 Service Unavailable"
    seen["worker"] = ()
    assert ask("/readyz?all=1", **HERE).status == "200 OK"


def test_a_site_that_is_not_ready_does_not_fill_its_log(seen, caplog):
    seen["database"] = ("The database cannot be used.",)
    ask("/readyz", **HERE)
    assert caplog.text == ""


@pytest.mark.django_db
def test_a_running_site_answers_for_itself(monkeypatch):
    monkeypatch.setattr("outbox.job_runs.set_up_at", timezone.now)
    JobRun.objects.create(name="log heads at once", started_at=timezone.now())
    monkeypatch.setattr(probe_views, "lookout", Lookout())
    answer = ask("/readyz", **HERE)
    assert (answer.status, answer.body.startswith(b'{"ready": true, "checks": {')) == (
        "200 OK",
        True,
    )


@pytest.mark.django_db
def test_figures_are_for_this_machine_alone_and_for_nobody_who_comes_through_a_proxy(seen):
    answer = ask("/metrics", **HERE)
    assert (answer.status, answer.headers["Content-Type"]) == (
        "200 OK", "text/plain; version=0.0.4; charset=utf-8",
    )  # fmt: skip
    assert answer.headers["Cache-Control"] == "private, no-store"
    families = {family.name for family in text_string_to_metric_families(answer.body.decode())}
    assert families >= {"site_requests", "site_check", "site_promises", "site_mails_waiting"}
    for environ in (THERE, {**HERE, "HTTP_FORWARDED": "for=203.0.113.9"}):
        assert ask("/metrics", **environ).status == "404 Not Found"


@pytest.mark.django_db
def test_figures_come_while_the_database_is_away(seen):
    seen["database"] = ("The database cannot be used.",)
    text = ask("/metrics", **HERE).body.decode()
    assert 'site_check{check="database"} 0.0' in text
    assert "site_mails_waiting" not in text
