"""The mails of the request desk. What a visitor typed stands in none of them.

Anybody can type anybody's address: what a form sets off is capped for each address, and for the
whole site where it goes to the webmaster.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from outbox.models import FAREWELL, OutboxMail
from outbox.purposes import register_purpose
from outbox.staff_mail import MATTER_HEADER, Matter, staff_recipients
from privacy.datamap.erasure import ErasureReport
from privacy.rights.choices import AUTHORITIES, Ground
from privacy.rights.models import SubjectRequest
from privacy.rights.secret_links import status_path
from sens_site.context import render_without_request

SET_OFF = "request"
"""The purpose of mails that a form sets off, and no person."""
BY_STAFF = "request-answer"
"""The purpose of mails to whoever asked that a member of staff sets off."""
OF_REQUESTS = frozenset({SET_OFF, BY_STAFF})
MAILS_A_DAY = 3
DESK = "desk"
for purpose in (SET_OFF, BY_STAFF, DESK, FAREWELL):
    # Subjects and recipients tell who has asked for what: they are for those who handle requests.
    register_purpose(purpose, right="rights.view_subjectrequest", about="privacy requests")
DESK_MAILS_AN_HOUR = 60


def to_person(request: SubjectRequest, name: str, subject: str, **context: Any) -> EmailMessage:
    """Return a mail to the person who asked."""
    context |= {
        "request": request,
        "status_url": settings.SITE_ORIGIN + status_path(request),
        "authorities": AUTHORITIES,
    }
    return EmailMessage(
        subject=f"{subject} ({request.reference})",
        body=render_without_request(f"privacy/rights/mail/{name}.txt", context),
        to=[request.email],
        headers={"X-Purpose": BY_STAFF},
    )


def mails_left(address: str) -> int:
    """Return how many more mails a form may set off to an address today: it may be a stranger's."""
    since = timezone.now() - timedelta(days=1)
    sent = OutboxMail.objects.to_address(address).filter(purpose=SET_OFF, created_at__gt=since)
    return max(0, MAILS_A_DAY - sent.count())


def _set_off(message: EmailMessage) -> EmailMessage:
    message.extra_headers["X-Purpose"] = SET_OFF
    return message


def acknowledgement(
    request: SubjectRequest, *, token: str | None, by_staff: bool = False
) -> EmailMessage:
    """Return the mail that says when the answer is due and, if need be, asks who is asking."""
    link = ""
    if token is not None:
        link = settings.SITE_ORIGIN + reverse("rights:confirm_identity", args=[token])
    mail = to_person(request, "acknowledged", "We have your privacy request", link=link)
    return mail if by_staff else _set_off(mail)


def identity(request: SubjectRequest, *, token: str) -> EmailMessage:
    """Return the mail with a fresh link with which to show who is asking."""
    link = settings.SITE_ORIGIN + reverse("rights:confirm_identity", args=[token])
    return _set_off(to_person(request, "identity", "Confirm your privacy request", link=link))


def withdrawn(request: SubjectRequest) -> EmailMessage:
    """Return the mail that says that a request was taken back: it may have been somebody else."""
    return _set_off(to_person(request, "withdrawn", "You have taken back your privacy request"))


def extended(request: SubjectRequest, *, reason: str) -> EmailMessage:
    """Return the notice that more time is needed, and until when."""
    due_on = request.deadline.latest_on
    return to_person(request, "extended", "We need more time", reason=reason, due_on=due_on)


def fee(request: SubjectRequest, *, ground: str, amount: str, reason: str) -> EmailMessage:
    """Return the notice that names a fee."""
    facts = {"reason": reason, "ground": Ground(ground).label, "amount": amount}
    return to_person(request, "fee", "A fee for your request", **facts)


def refused(request: SubjectRequest, *, ground: str, reason: str) -> EmailMessage:
    """Return the notice that nothing is done, and why."""
    facts = {"reason": reason, "ground": Ground(ground).label}
    return to_person(request, "refused", "Your request is refused", **facts)


def answered(request: SubjectRequest, *, text: str) -> EmailMessage:
    """Return the answer."""
    return to_person(request, "answered", "Our answer to your request", answer=text)


def corrected(request: SubjectRequest, *, lines: list[str]) -> EmailMessage:
    """Return the notice of what was corrected: what stood there, and what stands there now."""
    return to_person(request, "corrected", "We have corrected your information", lines=lines)


def restricted(request: SubjectRequest) -> EmailMessage:
    """Return the notice that what is held is only stored from now on."""
    return to_person(request, "restricted", "We only store your information now")


def unrestricted(request: SubjectRequest, *, reason: str) -> EmailMessage:
    """Return the notice that a restriction ends: the person is told before it does."""
    return to_person(request, "unrestricted", "The restriction ends", reason=reason)


def export_ready(request: SubjectRequest, *, token: str) -> EmailMessage:
    """Return the mail with the link to the copy."""
    link = settings.SITE_ORIGIN + reverse("rights:fetch_export", args=[token])
    return to_person(request, "export", "Your copy is ready", link=link)


def erased(
    request: SubjectRequest, *, address: str, report: ErasureReport, vendors: int
) -> EmailMessage:
    """Return the last mail to somebody who was erased. The outbox forgets it once it is sent."""
    context = {"request": request, "report": report, "vendors": vendors}
    return EmailMessage(
        subject=f"Your information has been erased ({request.reference})",
        body=render_without_request("privacy/rights/mail/erased.txt", context),
        to=[address],
        headers={"X-Purpose": FAREWELL},
    )


def tell_desk(name: str, subject: str, **context: Any) -> None:
    """Mail whoever answers requests. It names no person.

    In a flood the last mail of an hour says that there are more, and that the desk shows them.
    """
    since = timezone.now() - timedelta(hours=1)
    officers = staff_recipients(Matter.REQUESTS)
    told = OutboxMail.objects.to_address(officers[0]).filter(purpose=DESK, created_at__gt=since)
    number = told.count() + 1
    if number > DESK_MAILS_AN_HOUR:
        return
    if number == DESK_MAILS_AN_HOUR:
        name, subject = "many", "Many privacy requests: please look at the desk"
    inbox = reverse("admin:rights_subjectrequest_changelist")
    context |= {"inbox": settings.SITE_ORIGIN + inbox, "most": DESK_MAILS_AN_HOUR}
    EmailMessage(
        subject=subject,
        body=render_without_request(f"privacy/rights/mail/{name}.txt", context),
        to=officers,
        headers={"X-Purpose": DESK, MATTER_HEADER: Matter.REQUESTS},
    ).send()
