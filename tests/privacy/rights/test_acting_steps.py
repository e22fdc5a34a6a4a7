"""Steps that act: correct, restrict, switch off; and how staff share the work."""

from datetime import timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.idle_accounts import notify_idle
from accounts.models import IdleNotice, User
from accounts.services import change_profile
from contact.models import ContactMessage
from contact.services import Submission, receive_message
from outbox.mass_mail import store_copies
from outbox.models import NOTICE, OutboxMail
from privacy.consent.models import PersonalRefusals
from privacy.datamap.holds import held_accounts, is_held
from privacy.datamap.retention import find_expired, purge_expired
from privacy.datamap.stored_mail import mail_text
from privacy.policy.jobs import announce_posted_versions
from privacy.policy.models import Kind as PolicyKind
from privacy.policy.models import PolicyVersion
from privacy.policy.notices import told_too_late
from privacy.policy.services import seal_and_publish
from privacy.rights import corrections, handling, intake, restrictions, services, switches
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Did, Kind
from privacy.rights.intake import NotAllowedError
from privacy.rights.jobs import remind_the_desk
from privacy.rights.models import InternalNote, RequestNote, SubjectRequest
from sens_site.lib.months import add_months
from tests.factories.people import make_person, make_staff
from tests.privacy.rights.conftest import STRANGER

pytestmark = pytest.mark.django_db
ADA = "ada@customer.test"


@pytest.fixture
def ada(db) -> User:
    return make_person("ada", email=ADA, name="Ada", company="Engines")


def fresh(request: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=request.pk)


# --- correct --------------------------------------------------------------------------------------


def test_a_correction_is_stored_kept_and_mailed_with_what_stood_there(
    ada, proved, officer, mails_to
):
    request = proved(Kind.RECTIFICATION, email=ADA)
    shown = corrections.values_now(request)
    assert shown["accounts-name"] == "Ada"
    event = corrections.correct(
        request, by=officer, values={**shown, "accounts-name": "Ada Byron", "accounts-company": ""}
    )
    ada.refresh_from_db()
    assert (ada.name, ada.company) == ("Ada Byron", "")
    lines = "Name: Ada → Ada Byron\nCompany: Engines → (nothing)"
    assert event.note.text == lines
    assert all(line in mails_to(ADA)[-1] for line in lines.split("\n"))
    assert draft_answer(fresh(request)) == f"We have corrected what we hold about you:\n{lines}"


def test_a_correction_needs_a_proof_its_kind_and_a_change(ada, ask, proved, officer):
    for request in (ask(Kind.RECTIFICATION, email=ADA), proved(Kind.ACCESS, email=ADA)):
        with pytest.raises(NotAllowedError, match="asks for a correction"):
            corrections.correct(request, by=officer, values={"accounts-name": "Bea"})
    request = proved(Kind.RECTIFICATION, email=ADA, text="Again")
    with pytest.raises(NotAllowedError, match="Nothing would change"):
        corrections.correct(request, by=officer, values=corrections.values_now(request))
    ada.refresh_from_db()
    assert ada.name == "Ada"


def test_of_somebody_without_an_account_nothing_is_corrected_here(proved, officer):
    request = proved(Kind.RECTIFICATION)
    assert corrections.values_now(request) == {}
    with pytest.raises(NotAllowedError, match="Nothing would change"):
        corrections.correct(request, by=officer, values={"accounts-name": "Bea"})
    SubjectRequest.objects.update(email="")
    assert corrections.values_now(fresh(request)) == {}


def is_not_asked(subject, values) -> None:
    pytest.fail("the person has nothing in this room")


def test_a_room_of_which_the_person_has_nothing_is_not_written_to(
    ada, proved, officer, monkeypatch
):
    other = corrections.Correctable({"colour": ("Colour", 10)}, lambda subject: {}, is_not_asked)
    monkeypatch.setitem(corrections._correctable, "other", other)
    request = proved(Kind.RECTIFICATION, email=ADA)
    corrections.correct(request, by=officer, values={"accounts-name": "Bea"})
    ada.refresh_from_db()
    assert ada.name == "Bea"


def test_a_draft_without_the_words_of_a_step_begins_as_it_always_did(ada, proved, officer):
    request = proved(Kind.RECTIFICATION, email=ADA)
    corrections.correct(request, by=officer, values={"accounts-name": "Bea"})
    RequestNote.objects.all().delete()
    assert draft_answer(fresh(request)).startswith("We have corrected what you told us: [")


# --- restrict -------------------------------------------------------------------------------------


@pytest.fixture
def held(ada, proved, officer) -> SubjectRequest:
    request = proved(Kind.RESTRICTION, email=ADA)
    restrictions.restrict(request, by=officer)
    return fresh(request)


def write(email: str, **at) -> ContactMessage:
    message = receive_message(
        Submission(name="A", email=email, phone="", message="A question", wants_contact=False)
    )
    old = timezone.now() - timedelta(days=900)
    ContactMessage.objects.filter(pk=message.pk).update(
        state="answered", received_at=old, answered_at=old
    )
    return message


def test_who_is_restricted_is_told_and_says_so_in_the_draft(held, mails_to):
    assert "From now on we only store what we hold about you" in mails_to(ADA)[-1]
    assert draft_answer(held).startswith("From now on we only store what we hold about you")
    assert [event.did for event in held.did(Did.RESTRICTED)] == [Did.RESTRICTED]


def test_no_purge_deletes_what_is_restricted(held):
    theirs, other = write(ADA), write("bea@customer.test")
    OutboxMail.objects.update(sent_at=timezone.now() - timedelta(days=15))
    found = {result.label: result.count for result in find_expired() if result.count}
    assert found["contact.ContactMessage"] == 1
    purge_expired()
    assert set(ContactMessage.objects.values_list("pk", flat=True)) == {theirs.pk}
    assert set(OutboxMail.objects.values_list("recipient", flat=True)) == {ADA}
    assert is_held(theirs)
    assert not is_held(other)


def test_a_closed_request_keeps_its_words_as_long_as_it_restricts(held, officer):
    services.answer(held, by=officer, text="We only store it.")
    with time_machine.travel(add_months(timezone.now(), 13)):
        purge_expired()
        assert fresh(held).email == ADA
        restrictions.lift(fresh(held), by=officer, reason="You asked for it.")
        purge_expired()
    assert fresh(held).email == ""


def test_nobody_who_is_restricted_is_mailed_but_about_requests_and_by_their_own_act(held, officer):
    before = set(OutboxMail.objects.values_list("pk", flat=True))
    notice = {"X-Purpose": "notice"}
    assert EmailMessage("News", "B", to=[ADA], headers=notice).send() == 1
    both = EmailMessage("News", "B", to=[ADA, "bea@customer.test"], headers=notice)
    both.send()
    addresses = [ADA, "cleo@customer.test"]
    assert store_copies(EmailMessage("News", "B"), addresses, dedupe_key="news") == 1
    EmailMessage("Your new password", "B", to=[ADA]).send()
    intake.withdraw_request(held)
    mails = OutboxMail.objects.exclude(pk__in=before).order_by("pk")
    assert list(mails.values_list("recipient", "purpose")) == [
        ("bea@customer.test", "notice"),
        ("cleo@customer.test", "notice"),
        (ADA, "service"),
        (ADA, "request"),
    ]


def test_an_idle_account_that_is_restricted_is_neither_told_nor_ended(held, ada):
    bea = make_person("bea")
    User.objects.update(last_login=timezone.now() - timedelta(days=400))
    assert held_accounts() == {ada.pk}
    notify_idle()
    assert list(IdleNotice.objects.values_list("user", flat=True)) == [bea.pk]


def test_the_person_is_told_before_a_restriction_ends(held, officer, mails_to):
    restrictions.lift(held, by=officer, reason="Your claim is settled.")
    assert "Your claim is settled." in mails_to(ADA)[-1]
    row = fresh(held)
    assert row.restricted_at is None
    assert row.did(Did.UNRESTRICTED)[0].note.text == "Your claim is settled."
    assert held_accounts() == set()
    with pytest.raises(NotAllowedError, match="Nothing is restricted"):
        restrictions.lift(row, by=officer, reason="Again.")


@pytest.fixture
def announced(make_draft):
    """Post a version, and write its notices."""

    def do(kind: PolicyKind = PolicyKind.MATERIAL) -> PolicyVersion:
        day = timezone.localdate() + timedelta(days=40)
        text = f"Text {PolicyVersion.objects.count()}"
        draft = make_draft(source_text=text, kind=kind, effective_on=day)
        version = seal_and_publish(draft, by=None)
        announce_posted_versions()
        return version

    return do


def notices_to(address: str) -> list[str]:
    mails = OutboxMail.objects.filter(recipient=address, purpose=NOTICE).order_by("pk")
    return [mail_text(mail.message) for mail in mails]


def test_who_was_held_while_a_version_was_announced_is_told_when_that_ends(
    ada, proved, officer, announced
):
    before = announced()
    OutboxMail.objects.all().delete()
    request = proved(Kind.RESTRICTION, email=ADA)
    restrictions.restrict(request, by=officer)
    one = announced()
    announced(PolicyKind.EDITORIAL)
    two = announced()
    make_person("bea", email="bea@customer.test")
    assert notices_to(ADA) == []
    restrictions.lift(fresh(request), by=officer, reason="Your claim is settled.")
    first, second = notices_to(ADA)
    assert one.hash in first
    assert "takes effect" in first
    assert two.hash in second
    assert before.hash not in first + second
    assert notices_to("bea@customer.test") == []


def test_of_two_restrictions_the_later_end_counts_from_the_earlier_beginning(
    ada, proved, officer, announced
):
    first, second = (proved(Kind.RESTRICTION, email=ADA, text=word) for word in ("One", "Two"))
    restrictions.restrict(first, by=officer)
    version = announced()
    restrictions.restrict(second, by=officer)
    restrictions.lift(fresh(first), by=officer, reason="The first is settled.")
    assert notices_to(ADA) == []
    restrictions.lift(fresh(second), by=officer, reason="The second as well.")
    (notice,) = notices_to(ADA)
    assert version.hash in notice


def test_who_is_let_go_while_notices_are_still_being_written_is_told_once(
    ada, proved, officer, make_draft, monkeypatch
):
    request = proved(Kind.RESTRICTION, email=ADA)
    restrictions.restrict(request, by=officer)
    day = timezone.localdate() + timedelta(days=40)
    draft = make_draft(kind=PolicyKind.MATERIAL, effective_on=day)
    version = seal_and_publish(draft, by=None)
    with monkeypatch.context() as patch:
        patch.setattr("privacy.policy.notices._note_announced", lambda version: None)
        announce_posted_versions()
    restrictions.lift(fresh(request), by=officer, reason="Settled.")
    announce_posted_versions()
    (notice,) = notices_to(ADA)
    assert version.hash in notice


def test_a_notice_that_comes_after_the_day_says_so_and_is_not_late(held, officer, announced):
    announced()
    OutboxMail.objects.update(sent_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=50)):
        restrictions.lift(fresh(held), by=officer, reason="Settled.")
        (notice,) = notices_to(ADA)
        assert "took effect" in notice
        assert "before that day" not in notice
        assert told_too_late() == 0


def test_who_neither_registered_nor_reads_the_newsletter_is_told_of_no_version(
    proved, officer, announced
):
    request = proved(Kind.RESTRICTION, email=STRANGER)
    restrictions.restrict(request, by=officer)
    announced()
    restrictions.lift(fresh(request), by=officer, reason="Settled.")
    assert notices_to(STRANGER) == []


def test_a_restriction_needs_a_proof_and_is_made_once(held, ask, officer):
    with pytest.raises(NotAllowedError, match="asks for a restriction"):
        restrictions.restrict(ask(Kind.RESTRICTION), by=officer)
    with pytest.raises(NotAllowedError, match="restricted already"):
        restrictions.restrict(held, by=officer)


def test_only_rows_of_the_map_that_are_stored_can_be_held(held, ada):
    from privacy.policy.models import PolicyVersion

    assert is_held(ada)
    assert not is_held(User(username="new"))
    assert not is_held(PolicyVersion.objects.all()[0])


# --- switch off -----------------------------------------------------------------------------------


def test_what_is_withdrawn_is_really_off(ada, ask, officer):
    change_profile(ada, marketing=True, name="Ada", company="Engines", position="", phone="")
    request = ask(Kind.WITHDRAWAL, email=ADA)
    on = [one.label for one in switches.on_for(request)]
    assert on == [
        "Marketing email",
        "Cookies: Preferences",
        "Cookies: Analytics",
        "Cookies: Marketing",
        "Cookies: Social media",
    ]
    with pytest.raises(NotAllowedError, match="Switch off first"):
        services.answer(request, by=officer, text="Your consent is withdrawn.")
    keys = ["marketing-mail", "cookies-analytics"]
    event = switches.switch_off(request, by=officer, keys=keys)
    assert event.note.text == "Marketing email; Cookies: Analytics"
    ada.refresh_from_db()
    refused = PersonalRefusals.objects.get(user=ada)
    assert (ada.marketing_opt_in_at, refused.newsletter_refused_at is not None) == (None, True)
    assert {key: said["how"] for key, said in refused.groups.items()} == {"analytics": "withdrawn"}
    assert draft_answer(fresh(request)).startswith(
        "Your consent is withdrawn. We have switched off"
    )
    assert services.answer(request, by=officer, text="Done.").is_open is False


def test_a_switch_that_stays_on_is_not_noted_as_off(ada, ask, officer, monkeypatch):
    stuck = switches.Switch("stuck", "A lamp", lambda subject: True, lambda subject: None)
    monkeypatch.setattr(switches, "_switches", {})
    switches.register_switches(stuck)
    request = ask(Kind.OBJECTION, email=ADA)
    with pytest.raises(NotAllowedError, match="A lamp could not be switched off"):
        switches.switch_off(request, by=officer, keys=["stuck"])
    assert request.did(Did.STOPPED) == []


def test_only_what_was_asked_for_and_is_on_is_switched_off(ada, ask, officer):
    with pytest.raises(NotAllowedError, match="Nobody has objected"):
        switches.switch_off(ask(email=ADA), by=officer, keys=["marketing-mail"])
    with pytest.raises(NotAllowedError, match="Nothing that is switched on"):
        switches.switch_off(ask(Kind.WITHDRAWAL, email=ADA), by=officer, keys=["marketing-mail"])
    letter = ask(Kind.WITHDRAWAL, email="")
    assert switches.on_for(letter) == []
    assert switches.on_for(ask(Kind.WITHDRAWAL)) == []
    assert (
        services.answer(ask(Kind.WITHDRAWAL, email=STRANGER), by=officer, text="So.").is_open
        is False
    )


# --- colleagues -----------------------------------------------------------------------------------


def test_a_request_is_handed_to_those_who_may_answer_it(ask, officer):
    make_staff("editor", is_superuser=False)
    request = ask()
    assert [name for _, name in handling.handlers()] == ["officer"]
    ((handler, _),) = handling.handlers()
    assert handling.hand_to(request, handler=handler).handler == handler
    assert handling.hand_to(request, handler="").handler == ""
    with pytest.raises(NotAllowedError, match="may not answer requests"):
        handling.hand_to(request, handler="e" * 32)


def test_a_name_stands_while_the_account_lives(ask, officer):
    note = handling.note(ask(), by=officer, text=" Called twice. ")
    assert note.text == "Called twice."
    assert str(note).startswith("internal note ")
    assert handling.name_of(note.author, handling.staff_names()) == "officer"
    officer.delete()
    assert handling.name_of(note.author, handling.staff_names()) == "a former colleague"
    assert handling.name_of("", {}) == ""


def test_a_note_is_not_empty(ask, officer):
    with pytest.raises(NotAllowedError, match="The note must be written"):
        handling.note(ask(), by=officer, text=" ")
    assert InternalNote.objects.count() == 0


def test_the_desk_is_reminded_once_and_on_the_day(ask, officer, mails_to):
    request = ask(text="A")
    with pytest.raises(NotAllowedError, match="still to come"):
        handling.remind(request, on=timezone.localdate())
    handling.remind(request, on=timezone.localdate() + timedelta(days=2))
    assert handling.send_reminders() == 0
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert remind_the_desk() == 1
        assert remind_the_desk() == 0
        assert request.reference in mails_to("webmaster@company.test")[-1]
        stale = fresh(request)
        stale.remind_on = timezone.localdate()
        assert handling._reminded(stale) == 0
    handling.remind(request, on=timezone.localdate() + timedelta(days=2))
    assert handling.remind(request, on=None).remind_on is None


def test_that_somebody_is_answering_is_over_by_itself(ask, officer):
    request = ask()
    assert handling.who_is_writing(request) == ""
    handling.note_writing(request, by=officer)
    assert handling.who_is_writing(fresh(request)).startswith("officer is answering since ")
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert handling.who_is_writing(fresh(request)) == ""
    intake.withdraw_request(request)
    assert handling.who_is_writing(fresh(request)) == ""
