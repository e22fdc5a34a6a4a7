"""What code picks out of rows is read from its source."""

import pytest

from privacy.datamap.promises.picked_out import KNOWN, nothing_more_is_picked_out
from privacy.promises.registry import PromiseBroken

SOURCE = "privacy.datamap.promises.picked_out.source_of"


@pytest.mark.parametrize(
    "code",
    [
        "rows[:2000]",
        "rows[:CAP]",
        "islice(rows, most)",
        "min(len(rows), most)",
        "rows.first()",
        "size > 20_000_000",
        "pk % 2",
        "at.day != 1",
        "timezone.localdate().weekday()",
        "rows.filter(at__week_day=1)",
        "Q(('at__hour__lt', one))",
        "random.random() < one",
    ],
)
def test_a_portion_a_number_or_a_day_more_is_noticed(monkeypatch, code):
    monkeypatch.setattr(SOURCE, lambda path: code)
    with pytest.raises(PromiseBroken, match=r"accounts/erasure\.py picks out rows"):
        nothing_more_is_picked_out("accounts/erasure.py")


@pytest.mark.parametrize(
    "code",
    [
        *("rows[0]", "rows.filter(pk=1)", "count += 1", "rows.daily()", "urlopen(at, timeout=5)"),
        "email.rpartition('@')[2]",
    ],
)
def test_what_takes_all_rows_is_in_order(monkeypatch, code):
    monkeypatch.setattr(SOURCE, lambda path: code)
    nothing_more_is_picked_out("accounts/erasure.py")


def test_what_a_report_shows_is_no_portion_of_rows(monkeypatch):
    report = "def past_report():\n    return plan.groups[:2]\n"
    monkeypatch.setattr(SOURCE, lambda path: report)
    nothing_more_is_picked_out("privacy/datamap/erasure.py")
    with pytest.raises(PromiseBroken, match="picks out rows"):
        nothing_more_is_picked_out("accounts/erasure.py")


JOB = """
A_DAY = 24 * 3600
def waits():
    return rows.count() > 1000
@periodic("remove", every_seconds=A_DAY, when=waits{more})
def remove():
    return rows.delete({inside})
"""


def test_how_often_and_when_a_job_comes_is_read_elsewhere(monkeypatch):
    monkeypatch.setattr(SOURCE, lambda path: JOB.format(more="", inside=""))
    nothing_more_is_picked_out("privacy/datamap/jobs.py")


@pytest.mark.parametrize(
    ("more", "inside"), [(", niceness=19", ""), ("", "cap=5"), ("", "A_DAY"), ("", "waits()")]
)
def test_what_a_job_picks_out_is_noticed(monkeypatch, more, inside):
    monkeypatch.setattr(SOURCE, lambda path: JOB.format(more=more, inside=inside))
    with pytest.raises(PromiseBroken, match="picks out rows"):
        nothing_more_is_picked_out("privacy/datamap/jobs.py")


def test_each_module_is_there_and_picks_out_what_is_known():
    nothing_more_is_picked_out(*KNOWN)


def test_a_module_that_is_gone_is_noticed(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(PromiseBroken, match="is not there"):
        nothing_more_is_picked_out("accounts/erasure.py")
