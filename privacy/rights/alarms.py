"""Telling staff that the time for an answer runs out: at 50, 75 and 90 %, and daily when late."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from privacy.rights import mails
from privacy.rights.choices import Did
from privacy.rights.deadlines import Alarm, alarm_due
from privacy.rights.intake import record
from privacy.rights.models import SubjectRequest


def stage_of(alarm: Alarm, today: date) -> str:
    """Return the name of an alarm. Each is given once; that of lateness once a day."""
    return f"late {today.isoformat()}" if alarm is Alarm.LATE else f"{alarm.value} %"


def raise_alarms() -> int:
    """Give the alarms that the day calls for; return how many were new."""
    today = timezone.localdate()
    new: list[tuple[SubjectRequest, str]] = []
    for request in SubjectRequest.objects.open().prefetch_related("events"):
        alarm = alarm_due(request.deadline, today)
        if alarm is not None and _raise(request, stage_of(alarm, today)):
            new.append((request, stage_of(alarm, today)))
    return len(new)


@transaction.atomic
def _raise(request: SubjectRequest, stage: str) -> bool:
    if any(event.fact == stage for event in request.did(Did.ALARM)):
        return False
    try:
        with transaction.atomic():
            record(request, Did.ALARM, fact=stage)
    except IntegrityError:
        return False  # another worker was faster
    subject = f"Privacy request {request.reference}: {stage}"
    mails.tell_desk("alarm", subject, request=request, stage=stage)
    return True


def unseen_alarm(request: SubjectRequest) -> str:
    """Return the newest alarm that nobody has looked at yet, or nothing."""
    alarms = request.did(Did.ALARM, Did.ALARM_SEEN)
    newest = alarms[-1] if alarms else None
    return newest.fact if newest is not None and newest.did == Did.ALARM else ""
