"""What the checks of locks and chains say where something cannot be compared or signed."""

from pathlib import Path

import pytest

from privacy.policy.head_log import close_day, current_checkpoint
from privacy.promises.models import State
from privacy.promises.services import run_checks

pytestmark = pytest.mark.django_db
CLAIM = "security.against-change"


def outcome(name: str):
    return next(one for one in run_checks([CLAIM]) if one.check.name.endswith(name))


@pytest.fixture
def kept(settings, tmp_path) -> Path:
    settings.KEPT_HEADS = str(tmp_path)
    return tmp_path


def test_who_has_nothing_to_compare_with_says_so(kept):
    found = outcome("the_chains_are_whole")
    assert found.state == State.KEPT
    assert found.evidence.words.endswith(
        "every link was worked out again, and they were compared with none."
    )
    assert found.evidence.figures["witnesses"] == 0


def test_who_has_says_with_how_much(kept):
    close_day()
    for name in ("one", "two"):
        (kept / name).write_text(str(current_checkpoint()), "utf-8")
    found = outcome("the_chains_are_whole")
    assert "compared with 3 heads of 2 witnesses" in found.evidence.words
    assert found.evidence.figures["heads kept elsewhere"] == 3


def test_what_was_kept_and_cannot_be_read_is_no_verdict(kept):
    (kept / "one").write_text("nothing", "utf-8")
    found = outcome("the_chains_are_whole")
    assert found.state == State.NOT_CARRIED_OUT
    assert found.evidence.words == (
        "What others have kept could not be compared: one holds no head of this site."
    )


def test_a_site_without_a_key_says_that_nothing_is_signed(settings):
    settings.LOG_SIGNING_KEY = ""
    found = outcome("the_log_is_published")
    assert found.state == State.KEPT
    assert "No checkpoint of it is signed" in found.evidence.words
