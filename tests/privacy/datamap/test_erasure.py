"""An erasure by the map: what it plans, does, reports and leaves."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts.models import User
from privacy.datamap import erasure_proof, ledger
from privacy.datamap.erasure import NothingToEraseError, erase, in_order, plan_erasure
from privacy.datamap.erasure_proof import WORDS, prove, stays
from privacy.datamap.models import Erasure
from privacy.datamap.registry import concrete_fields, personal_entries, plan_version
from privacy.datamap.rows import condition_for, rows_of
from privacy.datamap.subjects import subject_of
from privacy.datamap.terms import OnErase
from tests.factories.people import make_staff
from tests.subject import make_subject

pytestmark = pytest.mark.django_db


def test_the_fixture_person_is_present_in_every_mapped_table(ada_subject):
    # What no path leads to from a person (consent receipts, page views) is not theirs to find.
    reached = [e for e in personal_entries() if condition_for(e, ada_subject) is not None]
    absent = [e.label for e in reached if not rows_of(e, ada_subject).exists()]
    assert len(reached) == len(list(personal_entries())) - 2
    assert absent == []


def test_plan_counts_and_changes_nothing(ada, ada_subject):
    before = {e.label: e.model._base_manager.count() for e in personal_entries()}
    plan = plan_erasure(ada_subject)
    after = {e.label: e.model._base_manager.count() for e in personal_entries()}
    assert before == after
    assert plan.counts["accounts.User"] == 1
    assert plan.counts["account.EmailAddress"] == 2
    assert plan.counts["accounts.Session"] == 2
    assert plan.counts["contact.ContactMessage"] == 1
    assert ledger.lines() == []


def test_erasure_does_what_the_plan_said(ada_subject):
    plan = plan_erasure(ada_subject)
    report = erase(ada_subject, cause="account")
    assert report.counts == plan.counts
    left = [e.label for e in personal_entries() if rows_of(e, ada_subject).exists()]
    assert left == ["newsletter.Suppression"]  # "so that we do not write again"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_the_person_and_nothing_lost_of_the_neighbour(transactional_db):
    subject = subject_of(make_subject("ada-lovelace"))
    neighbour = subject_of(make_subject("charles-babbage"))
    cache.set("note", f"for {min(subject.addresses)}")
    proof = prove(subject, neighbour)
    assert dict(proof.left) == {}
    assert proof.left_in_file == (0 if connection.vendor == "sqlite" else None)
    assert proof.planted >= 37  # more when a room begins to hold more
    assert proof.neighbour_after == proof.neighbour_before
    assert proof.holds is True


def test_the_proof_sees_what_a_mistake_in_the_map_leaves(ada_subject, neighbour, monkeypatch):
    from privacy.datamap import erasure

    broken = [e for e in in_order() if e.label != "contact.ContactMessage"]
    monkeypatch.setattr(erasure, "in_order", lambda: broken)
    proof = prove(ada_subject, subject_of(neighbour))
    assert proof.holds is False
    assert {place.partition(".")[0] for place in proof.left} == {"contact_contactmessage"}


def test_the_words_that_stay_are_these():
    kept = {
        f"{entry.label}.{field.name}"
        for entry in personal_entries()
        for field in concrete_fields(entry.model)
        for column in (entry.columns[field.name],)
        if column.personal and stays(entry, column)
        if field.get_internal_type() in WORDS | {"JSONField", "BinaryField"}
    }
    assert kept == {
        "audit_log.AuditEntry.pseudonym",
        "consent.ConsentReceipt.document",
        "newsletter.Suppression.address_hash",
        "newsletter.Suppression.purpose",
        "newsletter.Suppression.why",
        "rights.RequestEvent.did",
        "rights.RequestEvent.ground",
        "rights.RequestEvent.proof",
        "rights.SubjectRequest.channel",
        "rights.SubjectRequest.kind",
        "rights.SubjectRequest.reference",
        "rights.SystemCheck.system",
        "rights.VendorTask.vendor",
        "visits.PageView.path",
        "visits.PageView.referring_host",
    }


def test_report_says_what_is_kept_and_why(ada_subject):
    report = erase(ada_subject, cause="account")
    assert [line.label for line in report.blanked] == [
        "admin.LogEntry",
        "audit_log.AuditEntry",
        "rights.SubjectRequest",
        "rights.SystemCheck",
        "rights.VendorTask",
    ]
    kept = {line.label: line.reason for line in report.kept}
    assert kept["backups"] == (
        "Backups are not edited. If one is restored, you are erased again. Kept up to 35 days."
    )
    assert "Deleted\n- " in report.as_text
    assert "Kept, and why\n- " in report.as_text


def test_the_database_remembers_counts_and_no_person(ada, ada_subject):
    report = erase(ada_subject, cause="account")
    row = Erasure.objects.get()
    assert (row.reference, row.cause, row.plan_version) == (
        report.reference,
        "account",
        plan_version(),
    )
    assert ["accounts.User", "DELETE", 1] in row.counts
    assert ada.username not in str(row.counts)


def test_of_two_tabs_one_erases_and_the_other_is_told(ada_subject):
    erase(ada_subject, cause="account")
    with pytest.raises(NothingToEraseError):
        erase(ada_subject, cause="account")
    assert Erasure.objects.count() == 1
    assert len(ledger.lines()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_the_same_moment_one_erases(transactional_db):
    subject = subject_of(make_subject("ada-lovelace"))
    start = Barrier(2)

    def click() -> str:
        try:
            start.wait(5)
            erase(subject, cause="account")
        except NothingToEraseError:
            return "gone"
        else:
            return "erased"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as clicks:
        assert sorted(f.result() for f in [clicks.submit(click) for _ in range(2)]) == [
            "erased",
            "gone",
        ]
    assert (Erasure.objects.count(), len(ledger.lines())) == (1, 1)


def test_an_error_half_way_changes_nothing_and_voids_the_line(ada, ada_subject):
    def fail(report):
        raise RuntimeError("the last step")

    with pytest.raises(RuntimeError, match="the last step"):
        erase(ada_subject, cause="account", also=fail)
    assert User.objects.filter(pk=ada.pk).exists()
    assert ledger.lines() == []
    assert Erasure.objects.count() == 0


def test_what_staff_did_stays_under_a_pseudonym(ada):
    editor = User.objects.get(username="editor")
    entry = LogEntry.objects.get(user=editor)
    erase(subject_of(editor), cause="staff")
    entry.refresh_from_db()
    former = User.objects.get(pk=entry.user_id)
    assert former.username.startswith("erased-")
    assert (former.is_active, former.has_usable_password()) == (False, False)
    assert entry.object_repr == ada.username
    assert User.objects.filter(username="editor").count() == 0


def test_two_former_members_of_staff_are_told_apart(ada):
    one, two = User.objects.get(username="editor"), make_staff("hopper")
    LogEntry.objects.create(user=two, object_repr="a page", action_flag=1)
    for user in (one, two):
        erase(subject_of(user), cause="staff")
    assert LogEntry.objects.values("user").distinct().count() == 2


def test_text_about_the_person_in_the_admin_log_is_blanked(ada_subject):
    erase(ada_subject, cause="account")
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.object_repr, entry.change_message) == (
        None,
        "a deleted account",
        "",
    )


def test_rows_that_stay_are_loosened_before_those_that_go():
    order = [entry.label for entry in in_order()]
    actions = [entry.on_erase is OnErase.DELETE for entry in in_order()]
    assert actions == sorted(actions)
    assert order.index("account.EmailConfirmation") < order.index("account.EmailAddress")
    before_the_account = {"account.EmailAddress", "accounts.Session", "accounts.IdleNotice"}
    assert before_the_account - set(order[: order.index("accounts.User")]) == set()


def test_an_unverified_address_of_somebody_else_reaches_nothing_of_theirs(ada, neighbour):
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=ada, email=neighbour.email, verified=False)
    before = plan_erasure(subject_of(neighbour)).counts
    erase(subject_of(ada), cause="account")
    assert plan_erasure(subject_of(neighbour)).counts == before


def test_the_command_proves_it_on_a_copy_and_only_there(ada, neighbour):
    out = io.StringIO()
    with pytest.raises(CommandError, match="Point DATABASE_URL at a copy"):
        call_command("prove_erasure", stdout=out)
    assert User.objects.filter(pk=ada.pk).exists() is True
    call_command("prove_erasure", "--this-is-a-copy", "--people=1", stdout=out)
    assert "0 left, 0 of the neighbour lost" in out.getvalue()
    assert "1 erasures left nothing behind." in out.getvalue()
    # The first account is the one that must lose nothing.
    assert User.objects.filter(pk=ada.pk).exists() is True
    assert User.objects.filter(pk=neighbour.pk).exists() is False


def test_the_command_fails_where_something_is_left(ada, neighbour, monkeypatch):
    from privacy.datamap import erasure

    broken = [e for e in in_order() if e.label != "contact.ContactMessage"]
    monkeypatch.setattr(erasure, "in_order", lambda: broken)
    with pytest.raises(CommandError, match="1 of 1 erasures left something behind"):
        call_command("prove_erasure", "--this-is-a-copy", stdout=io.StringIO())


def test_the_command_needs_one_to_erase_and_one_to_keep(ada):
    with pytest.raises(CommandError, match="At least two customers are needed"):
        call_command("prove_erasure", "--this-is-a-copy", stdout=io.StringIO())
    assert User.objects.filter(pk=ada.pk).exists() is True


@pytest.mark.parametrize(
    ("field", "word"),
    [
        (models.CharField(max_length=40), "mark1f"),
        (models.CharField(max_length=5), "mark1"),
        # A mark that is cut off would not be unique.
        (models.CharField(max_length=5, unique=True), None),
        (models.TextField(), "mark1f"),
    ],
)
def test_a_mark_is_written_as_the_column_takes_it(field, word):
    assert erasure_proof._fitting(field, "mark", 31) == word


def test_a_column_in_which_no_mark_fits_keeps_its_value(ada, ada_subject, monkeypatch):
    monkeypatch.setattr(erasure_proof, "_fitting", lambda field, mark, number: None)
    before = User.objects.values().get(pk=ada.pk)
    assert erasure_proof.plant(ada_subject, "mark") == 0
    assert User.objects.values().get(pk=ada.pk) == before
