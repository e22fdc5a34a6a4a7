"""What the checks of locks and chains say where something cannot be compared or signed."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from privacy.consent.models import ConsentReceipt, NoticeSnapshot, ReceiptSeal
from privacy.consent.receipts import hash_of
from privacy.policy.head_log import close_day, current_checkpoint
from privacy.policy.models import PolicyEvent, PolicyVersion
from privacy.policy.services import record_event
from privacy.promises.models import State
from privacy.promises.services import run_checks
from sens_site.lib import row_guards

pytestmark = pytest.mark.django_db
CLAIM = "security.against-change"


def outcome(name: str):
    return next(one for one in run_checks([CLAIM]) if one.check.name.endswith(name))


@pytest.fixture
def kept(settings, tmp_path) -> Path:
    settings.KEPT_HEADS = str(tmp_path)
    return tmp_path


def test_all_looks_find_a_fresh_site_as_it_is_promised(kept):
    found = {one.check.function.__name__: one.state for one in run_checks([CLAIM])}
    assert found == dict.fromkeys(
        (
            "nobody_else_adds_to_a_conversation",
            "the_chains_are_whole",
            "the_database_refuses_changes",
            "the_job_that_compares_the_locks_compares_them",
            "the_locks_are_looked_at_as_often_as_they_should_be",
            "the_log_is_published",
            "the_worker_seals_and_logs",
        ),
        State.KEPT,
    )


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


@pytest.mark.parametrize(("days", "state"), [(184, State.KEPT), (185, State.BROKEN)])
def test_a_receipt_may_be_gone_when_its_consent_can_be_three_years_over(kept, days, state):
    """A consent that ended at once: three years later 182 days are left, and three for calendars."""
    until = timezone.localdate() + timedelta(days=days)
    notice = NoticeSnapshot.objects.create(digest=hash_of("{}"), content="{}")
    receipt = ConsentReceipt(at=timezone.now(), keep_until=until, notice=notice)
    said = {"receipt_id": receipt.pk, "keep_until": until, "notice": notice.digest}
    receipt.document = "{" + ",".join(f'"{key}":"{value}"' for key, value in said.items()) + "}"
    receipt.digest = hash_of(receipt.document)
    receipt.save()
    event = PolicyVersion.objects.of("privacy")[0]
    record_event(event, PolicyEvent.Kind.OVERRIDDEN, note="Because.")
    close_day()
    assert ReceiptSeal.objects.count() == 1
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consent_consentreceipt")
        connection.check_constraints()
    found = outcome("the_chains_are_whole")
    assert found.state == state
    if state == State.BROKEN:
        assert found.evidence.words == "the receipt of link 1 of the chain of consents is missing"
