"""Requests for the walk of the promises: just opened, held, far on its way, come by letter."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from privacy.policy.people import pseudonym
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import makes_rows_of_each
from privacy.rights import export_files, handling, intake, outside_systems, services
from privacy.rights.choices import Channel, Kind
from privacy.rights.models import OutsideSystem, SubjectRequest


@makes_rows_of_each
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
    handling.note(request, by=staff, text=f"{person.name} called")
    OutsideSystem.objects.get_or_create(name="A system that is made up")
    outside_systems.check_system(
        request, by=staff, system="A system that is made up", evidence=person.text
    )
    letter = intake.enter_request(
        kind=Kind.RESTRICTION,
        channel=Channel.LETTER,
        received_on=timezone.localdate(),
        name=person.name,
        email=person.email,
        postal_address=person.text,
        text=f"{person.text} by letter",
        actor=pseudonym(staff),
        scan=b"%PDF-1.7",
    )
    services.record_proof(letter, by=staff, how=person.name)
