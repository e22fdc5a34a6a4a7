"""What staff can do with a request."""

from collections.abc import Callable, Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.utils import timezone

from privacy.datamap.erasure import plan_erasure
from privacy.policy.people import pseudonym
from privacy.rights import (
    corrections,
    export_files,
    handling,
    intake,
    mails,
    outside_systems,
    restrictions,
    services,
    switches,
)
from privacy.rights.alarms import unseen_alarm
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Did, Ground, Kind
from privacy.rights.deadlines import may_extend
from privacy.rights.forms import (
    CorrectionForm,
    EvidenceForm,
    FeeForm,
    HandlerForm,
    LiftForm,
    NoteForm,
    NoVendorForm,
    PostedForm,
    ProofForm,
    ReasonForm,
    RefusalForm,
    ReminderForm,
    SwitchForm,
    SystemForm,
    VendorForm,
    WordsForm,
)
from privacy.rights.intake import NotAllowedError
from privacy.rights.models import SubjectRequest, VendorTask
from privacy.rights.vendor_tasks import (
    no_vendor_concerned,
    open_tasks,
    tell_vendor,
    vendor_done,
)
from sens_site.lib.admin.steps import Data, Groups, Step


def _open(request: SubjectRequest) -> bool:
    return request.is_open and not request.is_held


def _to_do(request: SubjectRequest) -> bool:
    """Tell whether what is asked for has still to be done: an erasure cannot be done twice."""
    return _open(request) and not request.is_carried_out


def _proved(request: SubjectRequest, *kinds: Kind) -> bool:
    return _to_do(request) and request.proof is not None and request.kind in kinds


def _first_open_task(request: SubjectRequest) -> VendorTask | None:
    return open_tasks(request).first()


def _finish_task(request: SubjectRequest, by: AbstractBaseUser, data: Data) -> object:
    task = _first_open_task(request)
    if task is None:
        raise NotAllowedError("No vendor has anything left to do.")
    return vendor_done(task, by=by, evidence=data["text"])


def _who_writes(request: SubjectRequest) -> Groups:
    writing = handling.who_is_writing(request)
    return [("Somebody is answering", [writing])] if writing else ()


def _now(request: SubjectRequest) -> Groups:
    labels = corrections.correctable_columns()
    lines = [
        f"{labels[key][0]}: {value or corrections.NOTHING}"
        for key, value in corrections.values_now(request).items()
    ]
    return [("What is stored now", lines)]


def _systems(request: SubjectRequest) -> Groups:
    systems = outside_systems.unchecked_systems(request)
    return [
        (one.name, [one.what_to_do or "Nothing is said of what to do there."]) for one in systems
    ]


def _task(request: SubjectRequest) -> Groups:
    task = _first_open_task(request)
    return (
        [("Vendor", [f"{task.vendor}, due on {task.due_on:%B} {task.due_on.day}"])] if task else ()
    )


def _erasure(request: SubjectRequest) -> Groups:
    groups = plan_erasure(request.subject).groups
    return [(heading, [line.sentence for line in lines]) for heading, lines in groups]


STEPS: tuple[Step[SubjectRequest], ...] = (
    Step(
        "seen", "I have seen the alarm", "The mark goes from the list until the next alarm.",
        "Alarm seen.",
        lambda r, by, data: services.see_alarm(r, by=by),
        lambda r: bool(unseen_alarm(r)),
    ),
    Step(
        "release", "Not spam: release",
        "The request is acknowledged by email. Its time has run since it came.",
        "Released.",
        lambda r, by, data: services.release(r, by=by),
        lambda r: r.is_open and r.is_held,
    ),
    Step(
        "spam", "Spam", "The request is closed without an answer.", "Put away as spam.",
        lambda r, by, data: services.mark_spam(r, by=by),
        lambda r: r.is_open and r.is_held,
        danger=True,
    ),
    Step(
        "ask-identity", "Send the identity link again",
        "The person gets a new link, which works for 24 hours.", "Link sent.",
        lambda r, by, data: intake.ask_identity(r),
        lambda r: _to_do(r) and r.proof is None and bool(r.email),
    ),
    Step(
        "acknowledged", "Receipt confirmed by post",
        "Note when the letter went out that says that the request has come, and by when it is answered.",
        "Noted.",
        lambda r, by, data: intake.note_acknowledged(
            r, actor=pseudonym(by), posted_on=data["posted_on"]
        ),
        lambda r: _to_do(r) and not r.email and not r.did(Did.ACKNOWLEDGED),
        PostedForm,
    ),
    Step(
        "proof", "Identity seen otherwise",
        "Note by what you know who is asking. The note goes 12 months after closing.",
        "Identity noted.",
        lambda r, by, data: services.record_proof(r, by=by, how=data["text"]),
        lambda r: _to_do(r) and r.proof is None,
        ProofForm,
    ),
    Step(
        "export", "Make a copy",
        "Everything that the data map finds is put into a zip in private storage, and the person "
        "gets a link that works for 72 hours and 3 fetches.",
        "The copy is made and the link is mailed.",
        lambda r, by, data: export_files.make_export(r, by=by),
        lambda r: bool(r.email) and _proved(r, Kind.ACCESS, Kind.PORTABILITY),
    ),
    Step(
        "correct", "Correct",
        "What you change here is stored at once. The person gets a mail with what stood there and "
        "what stands there now.",
        "Corrected. The person was told.",
        lambda r, by, data: corrections.correct(r, by=by, values=data),
        lambda r: _proved(r, Kind.RECTIFICATION) and bool(corrections.values_now(r)),
        CorrectionForm,
        initial=corrections.values_now,
        touches=_now,
    ),
    Step(
        "restrict", "Restrict",
        "From now on what we hold about the person is only stored: no purge deletes it, and no "
        "mail goes out but about requests and what the person asks for. The person is told.",
        "Restricted. The person was told.",
        lambda r, by, data: restrictions.restrict(r, by=by),
        lambda r: bool(r.email) and _proved(r, Kind.RESTRICTION) and r.restricted_at is None,
    ),
    Step(
        "lift", "Lift the restriction",
        "The person is told now, with the reason. Then everything is used and purged as before.",
        "Lifted. The person was told.",
        lambda r, by, data: restrictions.lift(r, by=by, reason=data["text"]),
        lambda r: bool(r.restricted_at and r.email),
        LiftForm,
    ),
    Step(
        "switch-off", "Switch off",
        "What you choose is off at once, on every device of the person.",
        "Switched off.",
        lambda r, by, data: switches.switch_off(r, by=by, keys=data["switches"]),
        lambda r: (
            _to_do(r)
            and r.kind in (Kind.OBJECTION, Kind.WITHDRAWAL)
            and bool(switches.on_for(r))
        ),
        SwitchForm,
        initial=lambda r: {"switches": [one.key for one in switches.on_for(r)]},
        touches=lambda r: [("Switched on now", [one.label for one in switches.on_for(r)])],
    ),
    Step(
        "system", "Looked up in another system",
        "Note for one system outside the site what was found and done there.", "Noted.",
        lambda r, by, data: outside_systems.check_system(
            r, by=by, system=data["system"], evidence=data["text"]
        ),
        lambda r: _to_do(r) and bool(outside_systems.unchecked_systems(r)),
        SystemForm,
        touches=_systems,
    ),
    Step(
        "erase", "Erase",
        "Everything listed as deleted below goes at once, and cannot be brought back. The person gets the report, "
        "and the request is closed when no vendor has anything left to do.",
        "Erased. The report is mailed.",
        lambda r, by, data: services.erase_for_request(r, by=by),
        lambda r: bool(r.email) and _proved(r, Kind.ERASURE),
        danger=True,
        touches=_erasure,
    ),
    Step(
        "vendor", "Tell a vendor", "Note which vendor you told, and until when it has to act.",
        "Noted.",
        lambda r, by, data: tell_vendor(
            r, by=by, vendor=data["vendor"], due_on=data["due_on"]
        ),
        _to_do,
        VendorForm,
    ),
    Step(
        "no-vendor", "No vendor concerned",
        "Note how you know that no vendor holds anything that this is about.", "Noted.",
        lambda r, by, data: no_vendor_concerned(r, by=by, reason=data["text"]),
        lambda r: _to_do(r) and not r.did(Did.VENDOR_TOLD, Did.NO_VENDOR),
        NoVendorForm,
    ),
    Step(
        "vendor-done", "A vendor has done it", "Note how you know.", "Noted.",
        _finish_task,
        lambda r: _first_open_task(r) is not None,
        EvidenceForm,
        touches=_task,
    ),
    Step(
        "answer", "Answer",
        "The words are sent to the person, and the request is closed.", "Answered.",
        lambda r, by, data: services.answer(
            r, by=by, text=data["text"], posted_on=data["posted_on"]
        ),
        lambda r: _to_do(r) and r.may_act,
        WordsForm,
        initial=lambda r: {"text": draft_answer(r)},
        touches=_who_writes,
    ),
    Step(
        "extend", "Take more time",
        "Once only, to three months after receipt. The reason is sent to the person now.",
        "The time is extended and the person was told.",
        lambda r, by, data: services.extend(
            r, by=by, reason=data["text"], posted_on=data["posted_on"]
        ),
        lambda r: _to_do(r) and may_extend(r.deadline, timezone.localdate()),
        ReasonForm,
        touches=_who_writes,
    ),
    Step(
        "fee", "Name a fee",
        "Only for requests that are clearly unfounded, repetitive or excessive. The reason and the "
        "authorities to complain to are mailed to the person.",
        "The fee was named.",
        lambda r, by, data: services.quote_fee(
            r, by=by, ground=Ground(data["ground"]), amount=data["amount"], reason=data["text"],
            posted_on=data["posted_on"],
        ),
        _to_do,
        FeeForm,
        touches=_who_writes,
    ),
    Step(
        "refuse", "Refuse",
        "Ground, reason and the authorities to complain to are mailed to the person, and the "
        "request is closed.",
        "Refused. The person was told why.",
        lambda r, by, data: services.refuse(
            r, by=by, ground=Ground(data["ground"]), reason=data["text"],
            posted_on=data["posted_on"],
        ),
        _to_do,
        RefusalForm,
        danger=True,
        touches=_who_writes,
    ),
    Step(
        "writing", "I am answering this",
        "For half an hour colleagues see that you are. It locks nobody out.", "Your colleagues see it.",
        lambda r, by, data: handling.note_writing(r, by=by),
        _to_do,
        touches=_who_writes,
    ),
    Step(
        "handler", "Hand over", "Who handles the request from now on.", "Handed over.",
        lambda r, by, data: handling.hand_to(r, handler=data["handler"]),
        _open,
        HandlerForm,
        initial=lambda r: {"handler": r.handler},
    ),
    Step(
        "note", "Write a note", "Colleagues see it here. It is mailed to nobody.", "Noted.",
        lambda r, by, data: handling.note(r, by=by, text=data["text"]),
        lambda r: True,
        NoteForm,
    ),
    Step(
        "remind", "Remind us", "The desk gets a mail on that day.", "Noted.",
        lambda r, by, data: handling.remind(r, on=data["remind_on"]),
        _open,
        ReminderForm,
        initial=lambda r: {"remind_on": r.remind_on},
    ),
)  # fmt: skip

PREVIEWS: Mapping[str, Callable[[SubjectRequest, Data], EmailMessage]] = {
    "answer": lambda r, data: mails.answered(r, text=data["text"]),
    "correct": lambda r, data: mails.corrected(r, lines=corrections.lines_of(r, data)),
    "extend": lambda r, data: mails.extended(r, reason=data["text"]),
    "fee": lambda r, data: mails.fee(
        r, ground=data["ground"], amount=data["amount"], reason=data["text"]
    ),
    "lift": lambda r, data: mails.unrestricted(r, reason=data["text"]),
    "refuse": lambda r, data: mails.refused(r, ground=data["ground"], reason=data["text"]),
}
"""Steps whose mail is shown, word for word, before it is sent."""
