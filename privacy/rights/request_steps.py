"""What staff can do with a request."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from privacy.datamap.erasure import plan_erasure
from privacy.rights import export_files, intake, services
from privacy.rights.alarms import unseen_alarm
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Ground, Kind
from privacy.rights.deadlines import may_extend
from privacy.rights.forms import (
    EvidenceForm,
    FeeForm,
    ProofForm,
    ReasonForm,
    RefusalForm,
    VendorForm,
    WordsForm,
)
from privacy.rights.intake import NotAllowedError
from privacy.rights.models import SubjectRequest, VendorTask
from sens_site.lib.admin.steps import Data, Groups, Step


def _open(request: SubjectRequest) -> bool:
    return request.is_open and not request.is_held


def _first_open_task(request: SubjectRequest) -> VendorTask | None:
    return request.vendor_tasks.filter(done_at=None).first()


def _finish_task(request: SubjectRequest, by: AbstractBaseUser, data: Data) -> object:
    task = _first_open_task(request)
    if task is None:
        raise NotAllowedError("No vendor has anything left to do.")
    return services.vendor_done(task, by=by, evidence=data["text"])


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
        lambda r: _open(r) and r.proof is None,
    ),
    Step(
        "proof", "Identity seen otherwise",
        "Note by what you know who is asking. The note goes 12 months after closing.",
        "Identity noted.",
        lambda r, by, data: services.record_proof(r, by=by, how=data["text"]),
        lambda r: _open(r) and r.proof is None,
        ProofForm,
    ),
    Step(
        "export", "Make a copy",
        "Everything that the data map finds is put into a zip in private storage, and the person "
        "gets a link that works for 72 hours and 3 fetches.",
        "The copy is made and the link is mailed.",
        lambda r, by, data: export_files.make_export(r, by=by),
        lambda r: _open(r) and r.proof is not None and r.kind in (Kind.ACCESS, Kind.PORTABILITY),
    ),
    Step(
        "erase", "Erase",
        "Everything listed as deleted below goes at once, and cannot be brought back. The person gets the report, "
        "and the request is closed.",
        "Erased. The report is mailed.",
        lambda r, by, data: services.erase_for_request(r, by=by),
        lambda r: _open(r) and r.proof is not None and r.kind == Kind.ERASURE,
        danger=True,
        touches=_erasure,
    ),
    Step(
        "vendor", "Tell a vendor", "Note which vendor you told, and until when it has to act.",
        "Noted.",
        lambda r, by, data: services.tell_vendor(
            r, by=by, vendor=data["vendor"], due_on=data["due_on"]
        ),
        lambda r: not r.is_held,
        VendorForm,
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
        "The words are mailed to the person, and the request is closed.", "Answered.",
        lambda r, by, data: services.answer(r, by=by, text=data["text"]),
        lambda r: _open(r) and r.may_act,
        WordsForm,
        initial=lambda r: {"text": draft_answer(r)},
    ),
    Step(
        "extend", "Take more time",
        "Once only, to three months after receipt. The reason is mailed to the person now.",
        "The time is extended and the person was told.",
        lambda r, by, data: services.extend(r, by=by, reason=data["text"]),
        lambda r: _open(r) and may_extend(r.deadline, timezone.localdate()),
        ReasonForm,
    ),
    Step(
        "fee", "Name a fee",
        "Only for requests that are clearly unfounded, repetitive or excessive. The reason and the "
        "authorities to complain to are mailed to the person.",
        "The fee was named.",
        lambda r, by, data: services.quote_fee(
            r, by=by, ground=Ground(data["ground"]), amount=data["amount"], reason=data["text"]
        ),
        _open,
        FeeForm,
    ),
    Step(
        "refuse", "Refuse",
        "Ground, reason and the authorities to complain to are mailed to the person, and the "
        "request is closed.",
        "Refused. The person was told why.",
        lambda r, by, data: services.refuse(
            r, by=by, ground=Ground(data["ground"]), reason=data["text"]
        ),
        _open,
        RefusalForm,
        danger=True,
    ),
)  # fmt: skip
