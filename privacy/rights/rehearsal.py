"""Requests for the walk of the promises: one just opened, one held, and one far on its way."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import makes_rows
from privacy.rights import export_files, intake, services
from privacy.rights.choices import Channel, Kind
from privacy.rights.models import SubjectRequest


@makes_rows
def requests(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Open them, with their mails and a copy to fetch."""

    def asked(kind: Kind, *, trapped: bool = False) -> SubjectRequest:
        return intake.open_request(
            kind=kind,
            name=person.name,
            email=person.email,
            text=f"{person.text} {kind}",
            channel=Channel.FORM,
            trapped=trapped,
        )

    asked(Kind.RECTIFICATION)
    asked(Kind.OBJECTION, trapped=True)
    request = asked(Kind.ACCESS)
    services.record_proof(request, by=staff, how=f"{person.name} came in person")
    export_files.make_export(request, by=staff)
    services.tell_vendor(request, by=staff, vendor="mail", due_on=timezone.localdate())
