"""Requests of each kind, at each step, by each way in which they come."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from contact.models import ContactMessage
from contact.services import Submission, answer_message
from downloads.models import DocumentVersion
from downloads.records import record_downloads
from privacy.policy.people import pseudonym
from privacy.rights import (
    corrections,
    export_files,
    handling,
    intake,
    outside_systems,
    restrictions,
    services,
    switches,
)
from privacy.rights.choices import NEEDS_NO_PROOF, Channel, Did, Ground, Kind, Proof
from privacy.rights.models import OutsideSystem, SubjectRequest
from tests.factories.site_in_use.clock import NAMES, days_ago, spread
from tests.factories.site_in_use.people import DEPUTY, OFFICER, OWNER, WEBMASTER

CLOSED, OPEN = 27, 30
BY_LETTER = 5
"""Every so-manieth request is entered by hand; of these, every other one has no address."""
FORMS = (Channel.FORM, Channel.CONTACT, Channel.ACCOUNT)
BY_HAND = (Channel.LETTER, Channel.TELEPHONE, Channel.EMAIL)


def receive_requests(staff: list[User], customers: list[User]) -> None:
    """Take requests: older ones that are closed, and new ones that are open."""
    OutsideSystem.objects.create(name="The ERP <b>", what_to_do="Look there.")
    OutsideSystem.objects.create(name="Old CRM", is_used=False)
    officers = [staff[OFFICER], staff[DEPUTY], staff[OWNER]]
    for number in range(CLOSED):
        days = spread(number, CLOSED, first=680, last=32)
        with days_ago(days):
            asked = received(number, customers, officers[number % 3])
        with days_ago(days - 1):
            _begin(asked, staff, officers[number % 3])
            ENDS[number // 9](asked, officers[number % 3])
    for number in range(OPEN):
        days = 20 - number * 0.6
        with days_ago(days):
            trapped = number % 10 == 1
            asked = received(CLOSED + number, customers, officers[number % 3], trapped=trapped)
        with days_ago(days - 1):
            if not asked.is_held:
                _begin(asked, staff, officers[number % 3])
                STEPS[number % 4](asked, officers[number % 3])
            elif number == 1:
                services.mark_spam(asked, by=officers[0])


def hold_one(staff: list[User], customers: list[User]) -> None:
    """Restrict how the data of one customer is used. What is over of them stays meanwhile."""
    held, by = customers[25], staff[OFFICER]
    with days_ago(760):
        User.objects.filter(pk=held.pk).update(
            date_joined=timezone.now(), last_login=None, marketing_opt_in_at=None
        )
        said = Submission("Held", held.email, "", "Long ago.", wants_contact=True)
        message = ContactMessage.objects.create(
            name=said.name, email=said.email, message=said.message, fingerprint=said.fingerprint
        )
        answer_message(message, by=staff[WEBMASTER])
        record_downloads([DocumentVersion.objects.exclude(publish_at=None)[0]], user=held)
        asked = intake.open_request(
            kind=Kind.RESTRICTION, name="Held", email=held.email, text="Please.",
            channel=Channel.FORM, proof=Proof.PASSWORD,
        )  # fmt: skip
        restrictions.restrict(asked, by=by)
        _look_elsewhere(asked, by)
        services.answer(asked, by=by, text="It is restricted.")


def received(
    number: int, customers: list[User], by: User, *, trapped: bool = False
) -> SubjectRequest:
    """Take a request of each kind in turn, of customers and of strangers, by a form or by hand."""
    kind = list(Kind)[number % len(Kind)]
    known = customers[20:24] if kind == Kind.ERASURE else customers[:20]
    email = known[number % len(known)].email if number % 3 else f"nobody{number}@else.example"
    name, text = NAMES[number % len(NAMES)], f"Please {number} <b>ünï"
    if number % BY_LETTER == 0:
        return intake.enter_request(
            kind=kind, channel=BY_HAND[number % 3], name=name, text=text,
            received_on=timezone.localdate() - timedelta(days=number % 3),
            email=email if number % 2 else "", postal_address="1 Road\nTown",
            actor=pseudonym(by), scan=b"%PDF-1.7 a letter" if number % 3 == 0 else b"",
        )  # fmt: skip
    channel = FORMS[number % 3]
    proof = Proof.PASSWORD if channel == Channel.ACCOUNT else None
    return intake.open_request(
        kind=kind, name=name, email=email, text=text, channel=channel, proof=proof,
        wants_contact=number % 2 == 0, trapped=trapped,
    )  # fmt: skip


def posted(request: SubjectRequest) -> dict[str, Any]:
    """Say that a letter went today, where no address is known."""
    return {} if request.email else {"posted_on": timezone.localdate()}


def _begin(request: SubjectRequest, staff: list[User], by: User) -> None:
    if not request.email and not request.did(Did.ACKNOWLEDGED):
        intake.note_acknowledged(request, actor=pseudonym(by), posted_on=timezone.localdate())
    handling.note(request, by=by, text="He rang <b>")
    handling.hand_to(request, handler=pseudonym(staff[OFFICER]))


def _proved(request: SubjectRequest, by: User) -> None:
    if request.proof is None and request.kind not in NEEDS_NO_PROOF:
        services.record_proof(request, by=by, how="Passport <seen>")


def _answered(request: SubjectRequest, by: User) -> None:
    """Do what was asked for, and say so."""
    _proved(request, by)
    _look_elsewhere(request, by)
    if request.email:
        services.no_vendor_concerned(request, by=by, reason="None has anything.")
        if request.kind in DOES:
            DOES[Kind(request.kind)](request, by)
    if SubjectRequest.objects.get(pk=request.pk).is_open:
        services.answer(request, by=by, text="Dear you, it is done.", **posted(request))


def _look_elsewhere(request: SubjectRequest, by: User) -> None:
    for system in outside_systems.unchecked_systems(request):
        outside_systems.check_system(request, by=by, system=system.name, evidence="Nothing <b>")


def _copied(request: SubjectRequest, by: User) -> None:
    export_files.make_export(request, by=by)


def _corrected(request: SubjectRequest, by: User) -> None:
    known = corrections.values_now(request)
    changed = {name: "Corrected & Co" for name in known if name.endswith("company")}
    if changed:
        corrections.correct(request, by=by, values={**known, **changed})


def _restricted(request: SubjectRequest, by: User) -> None:
    restrictions.restrict(request, by=by)
    restrictions.lift(request, by=by, reason="The person has agreed.")


def _erased(request: SubjectRequest, by: User) -> None:
    services.erase_for_request(request, by=by)


def _switched_off(request: SubjectRequest, by: User) -> None:
    if on := switches.on_for(request):
        switches.switch_off(request, by=by, keys=[one.key for one in on])


DOES = {
    Kind.ACCESS: _copied,
    Kind.PORTABILITY: _copied,
    Kind.RECTIFICATION: _corrected,
    Kind.RESTRICTION: _restricted,
    Kind.ERASURE: _erased,
    Kind.OBJECTION: _switched_off,
    Kind.WITHDRAWAL: _switched_off,
}


def _refused(request: SubjectRequest, by: User) -> None:
    ground, reason = Ground.UNFOUNDED, "It is clearly a joke."
    services.refuse(request, by=by, ground=ground, reason=reason, **posted(request))


def _withdrawn(request: SubjectRequest, by: User) -> None:
    intake.withdraw_request(request)


def _extended(request: SubjectRequest, by: User) -> None:
    _proved(request, by)
    services.extend(request, by=by, reason="There are many letters.", **posted(request))
    soon = timezone.localdate() + timedelta(days=20)
    services.tell_vendor(request, by=by, vendor="hosting", due_on=soon)
    handling.remind(request, on=timezone.localdate() + timedelta(days=40))


def _fee_quoted(request: SubjectRequest, by: User) -> None:
    services.quote_fee(
        request, by=by, ground=Ground.REPETITIVE, amount="$20", reason="It is the third.",
        **posted(request),
    )  # fmt: skip


def _looked_up(request: SubjectRequest, by: User) -> None:
    """Make the copy that was asked for, which waits to be fetched, or look in other systems."""
    _proved(request, by)
    if request.kind in (Kind.ACCESS, Kind.PORTABILITY) and request.email:
        export_files.make_export(request, by=by)
    _look_elsewhere(request, by)


def _left(request: SubjectRequest, by: User) -> None:
    """Leave it as it has come."""


ENDS = (_answered, _refused, _withdrawn)
STEPS = (_extended, _fee_quoted, _left, _looked_up)
