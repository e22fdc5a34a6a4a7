"""What watches the site names figures that the site gives, and values that they can have."""

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric

from outbox.jobs import registered_jobs
from privacy.promises.registry import Look
from sens_site.lib.metrics import COUNTED
from sens_site.measures import Measures
from sens_site.readiness import CHECKS, Readiness
from tests.architecture.routes import all_routes
from tests.architecture.source import ROOT, text
from tests.sens_site.test_readiness import WELL

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FOLDER = ROOT / "deploy" / "watching"
BY_PROMETHEUS = {"job", "up"}
ENDINGS = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
FIGURE = re.compile(r"\b(site_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r"(\w+)\s*(=~|!~|!=|=)\s*\"([^\"]*)\"")
GROUPED = re.compile(r"by \(([^)]*)\)")
KNOWN: dict[str, set[str]] = {
    "check": {check.name for check in CHECKS},
    "job": {job.name for job in registered_jobs()},
    "left": {"late", "a week", "longer"},
    "look": {look.value for look in Look},
    "outcome": {"sent", "failed", "parked", "no server", "done"},
    "page": {"kept", "made"},
    "to": {"one", "many"},
}
"""What values labels can have, as the code that counts names them."""


def figures() -> dict[str, set[str]]:
    """Return the names of all figures, each with its labels."""
    counted: list[Metric] = list(COUNTED.collect())
    found: dict[str, set[str]] = {}
    labels = {
        "site_requests": {"view", "status", "page"}, "site_request_seconds": {"room"},
        "site_mails": {"outcome"}, "site_job_runs": {"job", "outcome"}, "site_job_seconds": {"job"},
    }  # fmt: skip
    for metric in (*counted, *Measures(Readiness(dict(WELL))).collect()):
        for ending in ENDINGS[metric.type]:
            own = labels.get(metric.name, set()) if metric.type != "gauge" else set()
            name = metric.name + ending
            found[name] = own | {k for sample in metric.samples for k in sample.labels}
            found[name] |= {"le"} if ending == "_bucket" else set()
    return found


GAUGES_WITHOUT_ROWS = {
    "site_promise_broken": {"promise"},
    "site_job_last_success_timestamp_seconds": {"job"},
    "site_job_last_start_timestamp_seconds": {"job"},
    "site_promises_oldest_look_timestamp_seconds": {"look"},
}
"""What a site gives no value of on which nothing has been noted yet."""


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
    return list(group["rules"])


def panels() -> list[dict[str, Any]]:
    return list(json.loads((FOLDER / "dashboard.json").read_text("utf-8"))["panels"])


def expressions() -> list[str]:
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [rule["expr"] for rule in rules()] + asked


def faults_in(expression: str, known: dict[str, set[str]]) -> list[str]:
    """Return what an expression names that the site does not give."""
    found, labels = [], set()
    for name, matchers in FIGURE.findall(expression):
        if name not in known:
            found.append(f"figure {name}")
            continue
        labels |= known[name]
        for label, sign, value in MATCHER.findall(matchers):
            values = KNOWN.get(label)
            asked = value.split("|") if "~" in sign else [value]
            if label not in known[name]:
                found.append(f"label {label} of {name}")
            elif values is not None and not set(asked) <= values:
                found.append(f"{label} {value}")
    for group in GROUPED.findall(expression):
        found += [f"by {one}" for one in group.split(", ") if one not in labels]
    return found


def test_alarms_and_dashboard_name_what_the_site_gives():
    known = figures() | GAUGES_WITHOUT_ROWS
    wrong = {expression: faults_in(expression, known) for expression in expressions()}
    assert {expression: faults for expression, faults in wrong.items() if faults} == {}


def test_every_figure_is_looked_at():
    shown = {name for expression in expressions() for name, _ in FIGURE.findall(expression)}
    given = {name.removesuffix("_sum").removesuffix("_count") for name in figures()}
    roots = {one.removesuffix("_bucket") for one in given}
    seen = {re.sub(r"_(sum|count|bucket)$", "", name) for name in shown}
    assert roots - seen - {"site_job_last_start_timestamp_seconds"} == set()


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("site_request_total", ["figure site_request_total"]),
        ('site_mails_waiting{from="one"}', ["label from of site_mails_waiting"]),
        ('site_check{check="databse"}', ["check databse"]),
        ('site_check{check=~"guards|disc"}', ["check guards|disc"]),
        ("sum by (room) (site_mails_waiting)", ["by room"]),
        ('sum by (to) (site_mails_waiting{to="one"})', []),
    ],
)
def test_a_name_that_is_wrong_is_seen(expression, fault):
    assert faults_in(expression, figures()) == fault


def test_each_alarm_is_said_and_says_what_to_do():
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "action"}
        in_text = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
        figure = FIGURE.search(rule["expr"])
        known = (figures() | GAUGES_WITHOUT_ROWS).get(figure[1], set()) if figure else set()
        assert in_text - known == set(), rule["alert"]


def test_what_stops_an_instance_and_what_needs_a_person_has_an_alarm_of_its_own():
    asked = {rule["alert"]: rule["expr"] for rule in rules()}
    for alert, stops in (("SiteNotReady", True), ("SiteNeedsAPerson", False)):
        names = re.search(r'check=~"([^"]+)"', asked[alert])
        assert names is not None
        assert set(names[1].split("|")) == {check.name for check in CHECKS if check.stops is stops}


def test_the_view_that_says_not_ready_is_none_that_fails():
    excepted = re.findall(r'view!="([^"]+)"', " ".join(expressions()))
    assert set(excepted) <= {route.name for route in all_routes()}


def test_every_figure_stands_in_the_documents():
    said = text("docs/watching.md")
    given = {re.sub(r"_(sum|count|bucket)$", "", name) for name in figures()}
    assert sorted(name for name in given | set(GAUGES_WITHOUT_ROWS) if f"`{name}" not in said) == []
