"""Breaks of what is locked and chained: locks, links, the log of heads, and what others have kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from outbox.jobs import _registry, registered_jobs
from privacy.consent.models import ConsentReceipt, NoticeSnapshot, ReceiptSeal
from privacy.consent.receipt_chain import link_hash, seal_receipts
from privacy.consent.receipts import hash_of
from privacy.policy.head_log import append_heads, close_day, current_checkpoint
from privacy.policy.models import HeadLogEntry, PolicyEvent, PolicyVersion
from privacy.policy.services import record_event
from privacy.promises.history import append_run
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.request_chain import seal_requests
from sens_site.lib import row_guards
from sens_site.lib.row_guards import Guard
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

CLAIM = "security.against-change"


@contextmanager
def owner() -> Iterator[Any]:
    """Play somebody who owns the database."""
    with row_guards.lifted(), connection.cursor() as cursor:
        yield cursor
        connection.check_constraints()  # PostgreSQL alters no table while checks are outstanding


def receipts(count: int, *, days_ago: int = 0) -> list[ConsentReceipt]:
    """Add receipts as the consent room does, in the form that its chain asks for."""
    notice, _ = NoticeSnapshot.objects.get_or_create(digest=hash_of("{}"), content="{}")
    until, made = timezone.localdate() + timedelta(days=1000), []
    for number in range(count):
        receipt = ConsentReceipt(
            at=timezone.now() - timedelta(days=days_ago, seconds=-number),
            keep_until=until,
            notice=notice,
        )
        receipt.document = (
            f'{{"receipt_id":"{receipt.pk}","keep_until":"{until}","notice":"{notice.digest}"}}'
        )
        receipt.digest = hash_of(receipt.document)
        receipt.save()
        made.append(receipt)
    return made


def a_request() -> SubjectRequest:
    """Add a request with two events."""
    request = SubjectRequest.objects.create(
        kind="question", channel="form", due_on=timezone.localdate()
    )
    for did in ("received", "answered"):
        RequestEvent.objects.create(request=request, did=did, fact="x")
    return request


def other_guard(hand: Hand, table: str, guard: Guard | None) -> None:
    """Change a lock in the code and in the database: the comparison of the two finds nothing."""
    row_guards.lift()
    if guard is None:
        hand.patch.delitem(row_guards._guards, table)
    else:
        hand.item(row_guards._guards, table, guard)
    row_guards.install()


def jobs() -> dict[str, Any]:
    """Return what the worker does."""
    registered_jobs()
    return _registry


def dropped(hand: Hand, table: str) -> None:
    other_guard(hand, table, None)


# --- locks ----------------------------------------------------------------------------------------


@breaks(CLAIM, in_sql=True)
def receipts_unlocked_in_code_and_database(hand: Hand) -> None:
    dropped(hand, "consent_consentreceipt")


@breaks(CLAIM, in_sql=True)
def links_of_receipts_unlocked_in_code_and_database(hand: Hand) -> None:
    dropped(hand, "consent_receiptseal")


@breaks(CLAIM, in_sql=True)
def notices_unlocked_in_code_and_database(hand: Hand) -> None:
    dropped(hand, "consent_noticesnapshot")


@breaks(CLAIM, in_sql=True, measured=True)
def events_of_policies_unlocked_in_code_and_database(hand: Hand) -> None:
    dropped(hand, "policy_policyevent")


@breaks(CLAIM, in_sql=True)
def the_log_of_heads_unlocked_in_code_and_database(hand: Hand) -> None:
    dropped(hand, "policy_headlogentry")


@breaks(CLAIM, in_sql=True)
def the_trail_of_staff_unlocked_in_code_and_database(hand: Hand) -> None:
    dropped(hand, "audit_log_auditentry")


@breaks(CLAIM, in_sql=True)
def a_trail_whose_words_may_be_written_anew(hand: Hand) -> None:
    guard = row_guards._guards["audit_log_auditentry"]
    rewritten = replace(guard, mutable=(*guard.mutable, "did", "changes"))
    other_guard(hand, guard.table, rewritten)


@breaks(CLAIM, in_sql=True)
def sealed_drafts_unlocked_in_code_and_database(hand: Hand) -> None:
    dropped(hand, "policy_policydraft")


@breaks(CLAIM, in_sql=True)
def a_column_of_versions_left_free(hand: Hand) -> None:
    known = row_guards._guards["policy_policyversion"]
    other_guard(hand, known.table, replace(known, mutable=("summary",)))


@breaks(CLAIM, in_sql=True)
def the_kind_of_versions_left_to_a_constraint(hand: Hand) -> None:
    """What refuses another kind is then the list of kinds, which lets some through."""
    known = row_guards._guards["policy_policyversion"]
    other_guard(hand, known.table, replace(known, mutable=("kind",)))


@breaks(CLAIM, in_sql=True)
def old_versions_left_free(hand: Hand) -> None:
    known = row_guards._guards["policy_policyversion"]
    other_guard(hand, known.table, replace(known, frozen="OLD.number > 1"))


@breaks(CLAIM, in_sql=True)
def events_of_requests_that_go_after_a_year(hand: Hand) -> None:
    known, words = row_guards._guards["rights_requestevent"], dict[str, str]()
    conditions: Any = known.deletable
    for vendor, condition in conditions.items():
        words[vendor] = condition.replace("36 months", "12 months")
        assert words[vendor] != condition
    other_guard(hand, known.table, replace(known, deletable=words))


@breaks(CLAIM, in_sql=True)
def receipts_that_may_go_at_any_time(hand: Hand) -> None:
    known = row_guards._guards["consent_consentreceipt"]
    everywhere = "OLD.keep_until IS NOT NULL"
    other_guard(hand, known.table, replace(known, deletable=everywhere))


@breaks(CLAIM)
def a_unique_key_that_no_lock_knows(hand: Hand) -> None:
    """On SQLite a row can then be replaced by another of the same hash."""
    known = row_guards._guards["consent_receiptseal"]
    other_guard(hand, known.table, replace(known, unique=(("receipt_id",),)))


@breaks(CLAIM, way=Way.CONFIGURATION, in_sql=True)
def a_lock_dropped_in_the_database(hand: Hand) -> None:
    kept = dict(row_guards._guards)
    row_guards._guards.clear()
    row_guards._guards["rights_requestseal"] = kept["rights_requestseal"]
    row_guards.lift()
    row_guards._guards.clear()
    row_guards._guards.update(kept)


# --- rows -----------------------------------------------------------------------------------------


@breaks(CLAIM, way=Way.ROWS)
def a_receipt_that_was_altered(hand: Hand) -> None:
    receipts(2)
    seal_receipts()
    with owner() as cursor:
        cursor.execute("UPDATE consent_consentreceipt SET document = '{}'")


@breaks(CLAIM, way=Way.ROWS)
def a_receipt_that_was_taken_away(hand: Hand) -> None:
    receipts(2)
    seal_receipts()
    with owner() as cursor:
        cursor.execute("DELETE FROM consent_consentreceipt")


@breaks(CLAIM, way=Way.ROWS)
def the_last_links_of_receipts_cut_off(hand: Hand) -> None:
    receipts(3)
    close_day()
    with owner() as cursor:
        cursor.execute("DELETE FROM consent_receiptseal WHERE number > 1")


@breaks(CLAIM, way=Way.ROWS)
def consents_that_nobody_seals(hand: Hand) -> None:
    receipts(1, days_ago=3)


@breaks(CLAIM, way=Way.ROWS, measured=True)
def requests_that_nobody_seals(hand: Hand) -> None:
    request = a_request()
    RequestEvent.objects.create(
        request=request, did="extended", at=timezone.now() - timedelta(days=3)
    )


@breaks(CLAIM, way=Way.ROWS)
def a_request_that_came_earlier_than_it_did(hand: Hand) -> None:
    a_request()
    seal_requests()
    with owner() as cursor:
        cursor.execute("UPDATE rights_requestevent SET fact = 'y' WHERE did = 'answered'")


@breaks(CLAIM, way=Way.ROWS)
def another_kind_of_request(hand: Hand) -> None:
    a_request()
    seal_requests()
    SubjectRequest.objects.update(kind="erasure")


@breaks(CLAIM, way=Way.ROWS, measured=True)
def an_event_of_a_request_taken_away(hand: Hand) -> None:
    a_request()
    seal_requests()
    with owner() as cursor:
        cursor.execute("DELETE FROM rights_requestevent WHERE did = 'answered'")


@breaks(CLAIM, way=Way.ROWS)
def a_link_of_requests_that_was_altered(hand: Hand) -> None:
    a_request()
    seal_requests()
    with owner() as cursor:
        cursor.execute("UPDATE rights_requestseal SET content = '[]'")


@breaks(CLAIM, way=Way.ROWS)
def a_line_of_the_log_taken_away(hand: Hand) -> None:
    append_heads(at_once=True)
    with owner() as cursor:
        cursor.execute("DELETE FROM policy_headlogentry WHERE position = 0")


@breaks(CLAIM, way=Way.ROWS)
def a_run_of_the_checks_that_was_altered(hand: Hand) -> None:
    for _ in range(2):
        append_run({}, gone=(), found={}, at=timezone.now())
    with owner() as cursor:
        cursor.execute("UPDATE promises_promiserun SET record = record || ' ' WHERE number = 1")


@breaks(CLAIM)
def altered_runs_that_the_verification_is_content_with(hand: Hand) -> None:
    """What it does not find is worked out once more by the check itself."""
    a_run_of_the_checks_that_was_altered(hand)
    hand.replace("privacy.promises.history._chain_faults", lambda: iter(()))


@breaks(CLAIM, way=Way.ROWS)
def a_line_of_the_log_altered(hand: Hand) -> None:
    append_heads(at_once=True)
    with owner() as cursor:
        cursor.execute("UPDATE policy_headlogentry SET head = %s", ["a" * 64])


@breaks(CLAIM, way=Way.ROWS)
def an_event_of_a_policy_taken_away(hand: Hand) -> None:
    version = PolicyVersion.objects.of("privacy")[0]
    record_event(version, PolicyEvent.Kind.OVERRIDDEN, note="Because.")
    close_day()
    with owner() as cursor:
        cursor.execute("DELETE FROM policy_policyevent")


def _kept(hand: Hand, folder: Path) -> None:
    """Have somebody keep the checkpoint and the lines of the log."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{line}\n" for line in HeadLogEntry.objects.all())
    file = folder / "kept.txt"
    file.write_text(f"{lines}\n{current_checkpoint()}", "utf-8")
    hand.on_release(file.unlink)


def _sealed_anew() -> None:
    """Work out the chain of receipts anew, and write the log of heads to match."""
    previous = "0" * 64
    with owner() as cursor:
        for seal in ReceiptSeal.objects.order_by("number"):
            receipt = ConsentReceipt.objects.get(pk=seal.receipt_id)
            link = link_hash(seal.number, receipt.pk, receipt.digest, receipt.keep_until, previous)
            cursor.execute(
                "UPDATE consent_receiptseal SET digest = %s, previous_hash = %s, hash = %s"
                " WHERE number = %s",
                [receipt.digest, previous, link, seal.number],
            )
            previous = link
        cursor.execute("DELETE FROM policy_headlogentry")
    close_day()


def _another_past(hand: Hand) -> None:
    first, _ = receipts(2)
    close_day()
    _kept(hand, Path(hand.settings.KEPT_HEADS))
    document = first.document.replace("{", '{"more":"x",', 1)
    with owner() as cursor:
        cursor.execute(
            "UPDATE consent_consentreceipt SET document = %s, digest = %s WHERE digest = %s",
            [document, hash_of(document), first.digest],
        )
    _sealed_anew()


@breaks(CLAIM, way=Way.ROWS)
def a_past_written_anew_that_somebody_has_kept(hand: Hand) -> None:
    """Nothing stored contradicts it: only the copy of the head does."""
    _another_past(hand)


@breaks(CLAIM, way=Way.CONFIGURATION)
def heads_kept_of_a_past_that_the_site_does_not_have(hand: Hand) -> None:
    folder = Path(hand.settings.KEPT_HEADS)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "other.txt"
    file.write_text(f"policy-privacy 1 {'a' * 64} 2026-01-01\n", "utf-8")
    hand.on_release(file.unlink)


# --- code -----------------------------------------------------------------------------------------


@breaks(CLAIM)
def a_verification_that_is_content_with_everything(hand: Hand) -> None:
    """What it does not find is worked out once more by the check itself."""
    receipts(2)
    seal_receipts()
    hand.replace("privacy.consent.receipt_chain._faults_of_link", lambda *args: iter(()))
    hand.replace("privacy.consent.receipt_chain._faults_of", lambda *args: iter(()))
    with owner() as cursor:
        cursor.execute("UPDATE consent_receiptseal SET digest = %s", ["a" * 64])


@breaks(CLAIM)
def lines_of_the_log_that_visitors_do_not_get(hand: Hand) -> None:
    append_heads(at_once=True)
    hand.wrap("privacy.policy.log_views.lines", lambda old, start: list(old(start))[1:])


@breaks(CLAIM)
def a_checkpoint_of_other_lines(hand: Hand) -> None:
    append_heads(at_once=True)
    hand.replace("privacy.policy.head_log.root_of", lambda leaves: b"r" * 32)


@breaks(CLAIM, measured=True)
def a_checkpoint_by_another_key(hand: Hand) -> None:
    from sens_site.lib.signed_note import signing_key

    hand.wrap("privacy.policy.log_views.log_key", lambda old: signing_key("x" * 43, old().name))


@breaks(CLAIM)
def a_log_by_another_name(hand: Hand) -> None:
    hand.replace("privacy.policy.head_log.PATH", "/privacy/records")


@breaks(CLAIM)
def no_checkpoint_at_its_address(hand: Hand) -> None:
    hand.replace("privacy.policy.log_views.current_checkpoint", lambda: None)


@breaks(CLAIM)
def links_without_the_day(hand: Hand) -> None:
    """A chain that binds less than readers are told."""
    receipts(1)
    hand.wrap(
        "privacy.consent.receipt_chain.link_hash",
        lambda old, n, pk, digest, until, before: old(n, pk, digest, date(2001, 1, 1), before),
    )
    seal_receipts()


@breaks(CLAIM)
def requests_sealed_without_what_they_were(hand: Hand) -> None:
    hand.replace("privacy.rights.request_chain.digest_of", lambda value: "a" * 64)
    a_request()
    seal_requests()


@breaks("changes.earlier-versions", CLAIM)
def versions_hashed_without_their_summary(hand: Hand) -> None:
    hand.replace("privacy.policy.verification.hash_of", lambda version: version.hash)
    with owner() as cursor:
        cursor.execute("UPDATE policy_policyversion SET summary = 'altered'")


# --- what the worker does, and what is compared ----------------------------------------------------


@breaks(CLAIM)
def a_worker_that_seals_no_receipts(hand: Hand) -> None:
    hand.patch.delitem(jobs(), "seal consent receipts")


@breaks(CLAIM)
def a_day_that_is_closed_once_a_week(hand: Hand) -> None:
    job = jobs()["close the day of the chains"]
    hand.item(jobs(), job.name, replace(job, every_seconds=604_800))


@breaks(CLAIM)
def a_night_that_never_comes(hand: Hand) -> None:
    job = jobs()["close the day of the chains"]
    hand.item(jobs(), job.name, replace(job, when=lambda: False))


@breaks(CLAIM)
def a_seal_that_seals_nothing(hand: Hand) -> None:
    hand.replace("privacy.consent.receipt_chain._seal", lambda limit: 0)


@breaks(CLAIM)
def a_chain_that_is_not_logged(hand: Hand) -> None:
    from privacy.policy.chains import _chains

    hand.patch.delitem(_chains, "requests")


@breaks(CLAIM)
def checkpoints_that_stay_in_the_house(hand: Hand) -> None:
    hand.replace("privacy.policy.log_mail.officers", list)


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_mail_without_the_checkpoint(hand: Hand) -> None:
    hand.template("privacy/policy/mail/checkpoint.txt", ("{{ checkpoint }}", ""))


@breaks(CLAIM)
def a_feed_without_the_checkpoint(hand: Hand) -> None:
    hand.replace("privacy.policy.machine_views.current_checkpoint", lambda: None)


@breaks(CLAIM, way=Way.CONFIGURATION, measured=True)
def kept_heads_that_nobody_reads(hand: Hand) -> None:
    append_heads(at_once=True)
    _kept(hand, Path(hand.settings.KEPT_HEADS))
    hand.replace("sens_site.promises.chains.kept_here", list)


@breaks(CLAIM)
def kept_heads_that_are_read_and_not_compared(hand: Hand) -> None:
    from privacy.policy.kept_heads import Comparison

    _another_past(hand)
    hand.replace("privacy.policy.verification.compare_stored", lambda kept: Comparison(9, 9))


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_kept_checkpoint_that_is_read_and_not_compared(hand: Hand) -> None:
    from privacy.policy.kept_heads import Comparison

    append_heads(at_once=True)
    folder = Path(hand.settings.KEPT_HEADS)
    _kept(hand, folder)
    (folder / "kept.txt").write_text(str(current_checkpoint()), "utf-8")
    with owner() as cursor:
        cursor.execute("UPDATE policy_headlogentry SET logged_on = '2020-01-01'")
    hand.replace("privacy.policy.verification.compare_stored", lambda kept: Comparison(9, 9))
