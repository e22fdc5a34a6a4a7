"""The command that checks the history of the promises."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from privacy.promises.history import append_run
from privacy.promises.models import PromiseRun, State
from privacy.promises.registry import Look
from sens_site.lib import row_guards

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def log(client, tmp_path):
    """Three runs, and a copy of their log."""
    for _ in range(3):
        append_run({("a.b", Look.NOW): State.KEPT}, gone=(), found={}, at=AT)
    copy = tmp_path / "log.txt"
    copy.write_bytes(client.get("/privacy/promises/log.txt").content)
    return copy


def test_all_is_well(log, capsys):
    head = PromiseRun.objects.get(number=3).hash
    call_command("verify_promise_history", "--anchors", str(log))
    assert capsys.readouterr().out == (
        f"3 runs are what was written (head {head}), compared with 3 hashes kept elsewhere.\n"
    )


def test_it_says_when_it_has_nothing_to_compare_with(log, capsys):
    call_command("verify_promise_history")
    assert "compared with none kept elsewhere" in capsys.readouterr().out


def test_a_history_that_was_cut_off_ends_it(log, capsys):
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM promises_promiserun WHERE number = 3")
    call_command("verify_promise_history")
    with pytest.raises(CommandError, match=r"The history is broken\. First at promises run 3"):
        call_command("verify_promise_history", "--anchors", str(log))
    assert "promises run 3: has another hash" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "cannot be read"), (b"\xff\xfe", "cannot be read"), (b"nothing", "holds no hashes")],
)
def test_a_file_that_is_no_log_is_refused(tmp_path, content, problem):
    path = tmp_path / "log.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=problem):
        call_command("verify_promise_history", "--anchors", str(path))
