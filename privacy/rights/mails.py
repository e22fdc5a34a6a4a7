"""The mails of the request desk. What a visitor typed stands in none of them."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from outbox.models import FAREWELL
from privacy.datamap.erasure import ErasureReport
from privacy.rights.choices import AUTHORITIES
from privacy.rights.models import SubjectRequest
from privacy.rights.secret_links import status_path
from sens_site.context import render_without_request


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
    )


def acknowledgement(request: SubjectRequest, *, token: str | None) -> EmailMessage:
    """Return the mail that says when the answer is due and, if need be, asks who is asking."""
    link = ""
    if token is not None:
        link = settings.SITE_ORIGIN + reverse("rights:confirm_identity", args=[token])
    return to_person(request, "acknowledged", "We have your privacy request", link=link)


def identity(request: SubjectRequest, *, token: str) -> EmailMessage:
    """Return the mail with a fresh link with which to show who is asking."""
    link = settings.SITE_ORIGIN + reverse("rights:confirm_identity", args=[token])
    return to_person(request, "identity", "Confirm your privacy request", link=link)


def export_ready(request: SubjectRequest, *, token: str) -> EmailMessage:
    """Return the mail with the link to the copy."""
    link = settings.SITE_ORIGIN + reverse("rights:fetch_export", args=[token])
    return to_person(request, "export", "Your copy is ready", link=link)


def erased(request: SubjectRequest, *, address: str, report: ErasureReport) -> EmailMessage:
    """Return the last mail to somebody who was erased. The outbox forgets it once it is sent."""
    context = {"request": request, "report": report}
    return EmailMessage(
        subject=f"Your information has been erased ({request.reference})",
        body=render_without_request("privacy/rights/mail/erased.txt", context),
        to=[address],
        headers={"X-Purpose": FAREWELL},
    )


def to_desk(name: str, subject: str, **context: Any) -> EmailMessage:
    """Return a mail to whoever answers requests. It names no person."""
    inbox = reverse("admin:rights_subjectrequest_changelist")
    context |= {"inbox": settings.SITE_ORIGIN + inbox}
    return EmailMessage(
        subject=subject,
        body=render_without_request(f"privacy/rights/mail/{name}.txt", context),
        to=[settings.WEBMASTER_EMAIL],
    )
