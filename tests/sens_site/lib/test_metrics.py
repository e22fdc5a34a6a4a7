"""What several processes count is read as one, and none of it names anybody."""

import os
import re
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sens_site.lib.metrics import COUNTED, FOLDER, JOB_RUNS, exposition
from tests.architecture.source import ROOT

COUNT = """
from sens_site.lib.metrics import JOB_SECONDS, MAILS
MAILS.labels("sent").inc(3)
JOB_SECONDS.labels("purge").observe(0.5)
"""


def samples(text: bytes) -> dict[str, float]:
    return {
        f"{sample.name} {sample.labels}": sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_what_processes_have_counted_is_added_up_also_of_those_that_have_ended(
    tmp_path, monkeypatch
):
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", COUNT],
            env={**os.environ, FOLDER: str(tmp_path)},
            cwd=ROOT,
            check=True,
        )
    monkeypatch.setenv(FOLDER, str(tmp_path))
    read = samples(exposition())
    assert read["site_mails_total {'outcome': 'sent'}"] == 6
    assert read["site_job_seconds_count {'job': 'purge'}"] == 2
    assert read["site_job_seconds_bucket {'job': 'purge', 'le': '0.1'}"] == 0
    assert read["site_job_seconds_bucket {'job': 'purge', 'le': '1.0'}"] == 2


def test_a_process_without_a_folder_counts_for_itself(monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    JOB_RUNS.labels("of a test", "done").inc()
    assert samples(exposition())["site_job_runs_total {'job': 'of a test', 'outcome': 'done'}"] == 1


def test_labels_are_words_from_the_code_and_never_addresses():
    names = {
        label
        for metric in COUNTED.collect()
        for sample in metric.samples
        for label in sample.labels
    }
    assert names <= {"view", "status", "page", "room", "outcome", "job", "le"}


@pytest.mark.parametrize("name", ["worker", "runserver", "run_job", "verify_promises", "doctor"])
def test_only_what_serves_counts_and_no_rehearsal(name, tmp_path):
    """A check that is carried out by hand opens pages and writes mails that are nobody's."""
    kept = re.sub(
        r"\n    try:.*",
        f"\n    print(os.environ.get({FOLDER!r}, ''))\nmain()",
        (ROOT / "manage.py").read_text(),
        count=1,
        flags=re.DOTALL,
    )
    done = subprocess.run(
        [sys.executable, "-c", kept, name],
        env={**os.environ, FOLDER: str(tmp_path)},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == (str(tmp_path) if name in ("worker", "runserver") else "")
