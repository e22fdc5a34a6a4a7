"""An accessible PDF of each version of the privacy policy, where the typesetter is installed.

It is set from the sealed text, so whoever has it can compare it with the site; the same text gives
the same bytes, and their SHA-256 stands on the document's page.
"""

from datetime import datetime, time
from io import BytesIO

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from downloads import services
from downloads.inspection import inspect
from downloads.models import Document, DocumentVersion, Kind
from downloads.typesetting import pdf_of
from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import strip_source_marks

NUMBER = "privacy-policy"
LINE = "Version {number}. Posted on {posted}. In force from {effective}."


def publish_policy_pdfs() -> int:
    """Publish the PDF of each version that has none, and return how many were new."""
    missing = without_pdf()
    for version in missing:
        _publish(_document(), version)
    return len(missing)


def without_pdf() -> list[PolicyVersion]:
    """Return the sealed versions that have no PDF yet."""
    known = DocumentVersion.objects.filter(document__number=NUMBER).values_list("label", flat=True)
    labels = set(known)
    versions = PolicyVersion.objects.of(PRIVACY).order_by("number")
    return [version for version in versions if str(version.number) not in labels]


def _document() -> Document:
    return Document.objects.filter(number=NUMBER).first() or services.add_document(
        number=NUMBER,
        title="Privacy policy",
        description="The privacy policy as an accessible PDF, in each of its versions.",
        kind=Kind.POLICY,
    )


def _publish(document: Document, version: PolicyVersion) -> None:
    content = pdf_of(
        strip_source_marks(version.source_text),
        title=document.title,
        author=settings.COMPANY.legal_name,
        issued_on=version.posted_on,
        line=LINE.format(
            number=version.number,
            posted=date_format(version.posted_on),
            effective=date_format(version.effective_on),
        ),
        origin=settings.SITE_ORIGIN,
    )
    services.add_version(
        document,
        inspect(BytesIO(content), name=f"{NUMBER}-{version.number}.pdf"),
        label=str(version.number),
        issued_on=version.posted_on,
        change_note=Truncator(version.summary).chars(1000),
        publish_at=timezone.make_aware(datetime.combine(version.effective_on, time())),
    )
