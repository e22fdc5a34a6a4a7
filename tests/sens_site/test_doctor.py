"""One page: what is wrong, and what to do about each."""

from io import StringIO

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import OperationalError, models
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from outbox.models import JobRun, OutboxMail
from privacy.datamap.models import PurgeFailure
from privacy.policy.head_log import append_heads
from privacy.policy.models import HeadLogEntry
from privacy.promises.models import PromiseResult
from sens_site import doctor, readiness
from sens_site.doctor import examine
from sens_site.lib import row_guards

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has run a job just now, on a site that was set up just now."""
    monkeypatch.setattr("outbox.job_runs.set_up_at", timezone.now)
    JobRun.objects.create(name="log heads at once", started_at=timezone.now())


def found(title: str) -> tuple[str, ...]:
    (chapter,) = [chapter for chapter in examine() if chapter.title == title]
    return chapter.found


def said() -> tuple[str, object]:
    """Run the command; return what it said and its status."""
    out, status = StringIO(), None
    try:
        call_command("doctor", stdout=out)
    except SystemExit as ended:
        status = ended.code
    return out.getvalue(), status


def test_a_site_with_nothing_to_see_to_is_well(monkeypatch, settings):
    monkeypatch.setattr(doctor, "CHAPTERS", {"Promises": doctor.promises})
    assert said() == (
        f"https://testserver, version {settings.VERSION}\n\nAt work: nothing\nPromises: nothing\n\nAll is well.\n",
        None,
    )


def test_whatever_is_found_stands_below_its_title_and_ends_with_a_failure(monkeypatch):
    monkeypatch.setattr(doctor, "CHAPTERS", {"Set-up": lambda: iter(["Do this.", "Do that."])})
    page, status = said()
    assert page.split("\n\n", 1)[1] == (
        "At work: nothing\nSet-up: 2\n  - Do this.\n  - Do that.\n\nTo see to: 2\n"
    )
    assert status == 1


def test_without_a_database_it_says_that_and_asks_nothing_more(monkeypatch):
    def away(seconds: float) -> None:
        raise OperationalError

    monkeypatch.setattr(readiness, "answer_within", away)
    (chapter,) = examine()
    assert chapter.found == (
        "database: The database cannot be used (OperationalError): see DATABASE_URL and its server.",
    )


def test_migrations_that_wait_are_counted(monkeypatch):
    assert found("Database") == ()
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, nodes: [1, 2])
    assert found("Database") == ("2 migrations have not been carried out: manage.py migrate.",)


def test_settings_are_those_that_the_checks_warn_of(monkeypatch, settings):
    settings.SILENCED_SYSTEM_CHECKS = [*settings.SILENCED_SYSTEM_CHECKS, "x.W001"]
    messages = [
        checks.Error("No mail.", hint="Set one.", id="x.E001"),
        checks.Warning("Slow.", id="x.W002"),
        checks.Info("Nice.", id="x.I001"),
        checks.Warning("Silenced.", id="x.W001"),
        checks.Error("A gap.", id="x.E004"),
    ]
    asked: list[dict[str, object]] = []

    def played(**how: object) -> list[checks.CheckMessage]:
        asked.append(how)
        return messages

    gap = checks.Error("What the list has as well.", id="x.E004")
    monkeypatch.setattr(doctor, "SAID_ELSEWHERE", (lambda databases: [gap],))
    monkeypatch.setattr(checks, "run_checks", played)
    assert found("Settings") == ("No mail. Set one. (x.E001)", "Slow. (x.W002)")
    assert asked == [{"include_deployment_checks": True, "databases": ["default"]}]


def test_what_is_sealed_and_altered_is_said_with_the_command_that_says_all():
    append_heads()
    assert found("What was sealed") == ()
    with row_guards.lifted():
        models.QuerySet(HeadLogEntry).filter(chain="policy-privacy").update(head="f" * 64)
    (words,) = found("What was sealed")
    assert words.startswith(
        "The record is broken. First at heads: Link 3 of the chain policy-privacy"
    )
    assert words.endswith("manage.py verify_policy says all of it.")


def test_a_verification_that_ends_by_a_status_is_heard_too(monkeypatch):
    def played(name: str, *, stdout: StringIO, stderr: StringIO) -> None:
        if name == "verify_receipts":
            stdout.write("Receipt 3 is not what was sealed.\nReceipt 4 neither.\n")
            raise SystemExit(1)
        if name == "verify_erasure_ledger":
            raise CommandError("2 erasures are unknown.")

    monkeypatch.setattr(doctor, "call_command", played)
    assert found("What was sealed") == (
        "Receipt 3 is not what was sealed. manage.py verify_receipts says all of it.",
        "2 erasures are unknown. manage.py verify_erasure_ledger says all of it.",
    )


def test_a_promise_that_is_not_kept_is_named_with_its_page():
    def result(claim: str, state: str, look: str = "now") -> None:
        PromiseResult.objects.create(
            claim_id=claim, check_name=claim, look=look, strength="shown", state=state,
            words=f"Seen: {state}.", checked_at=timezone.now(),
        )  # fmt: skip

    result("cookies.none-before-consent", "broken")
    result("cookies.several-types", "kept")
    result("site.of-nobody", "broken", "rows")
    result("form.field-left-empty", "broken", "outside")
    first, second = found("Promises")
    assert first.startswith("cookies.none-before-consent: Seen: broken. See /privacy/p/")
    assert second == "site.of-nobody: Seen: broken."


def test_what_waits_for_a_person_is_said_with_where():
    assert found("What waits") == ()
    PurgeFailure.objects.create(rule="mail", title="Sent mails", error="OperationalError")
    now = timezone.now()
    OutboxMail.objects.create(
        message_id="<1@x>", sender="a@x.test", recipient="ann@example.com", subject="S",
        message=b"", parked_at=now,
    )  # fmt: skip
    kept, parked = found("What waits")
    assert kept.startswith("Sent mails: kept too long since ")
    assert kept.endswith("(OperationalError). See the worker's log.")
    assert parked == (
        "Mails that are given up: 1. Try them again at /admin/outbox/outboxmail/?state=parked."
    )


def test_the_set_up_list_stands_there_once():
    JobRun.objects.all().delete()
    silent = "No job has run for half an hour"
    assert any(words.startswith(f"worker: {silent}") for words in found("At work"))
    assert not any(silent in words for words in found("Set-up"))
    assert any(words.startswith("Mail that arrives: ") for words in found("Set-up"))


def test_nothing_stands_in_two_places_on_the_page():
    assert any(words.startswith("Backup made") for words in found("Set-up"))
    twice = [w for w in found("Settings") if "(sens_site.W006)" in w or "(datamap.W103)" in w]
    assert twice == []
