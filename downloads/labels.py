"""The code that stands on a machine and leads to its document for as long as the site does."""

import io

import segno
from django.conf import settings
from django.urls import reverse

from downloads.models import Document

QUIET_ZONE = 4
"""In modules, as the standard for these codes asks (ISO/IEC 18004)."""


def short_address(document: Document) -> str:
    """Return the address that is short enough for a label."""
    return settings.SITE_ORIGIN + reverse("downloads:short", args=[document.short])


def qr_code(document: Document) -> bytes:
    """Return the short address as a picture, dark on white in any color scheme.

    A fifth of it may be scratched off, as machines are cleaned and painted.
    """
    drawn = io.BytesIO()
    code = segno.make_qr(short_address(document), error="Q")
    code.save(
        drawn, kind="svg", scale=8, border=QUIET_ZONE, light="#fff", svgclass=None, lineclass=None
    )
    return drawn.getvalue()
