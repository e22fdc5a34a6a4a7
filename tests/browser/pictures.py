"""Photographs of pages for the documents: `make pictures` sets PICTURES, and other runs take none."""

import os
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image
from playwright.sync_api import Page

FOLDER = Path(settings.BASE_DIR) / "docs" / "pictures"
COLORS = 128


def picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Photograph the page as it stands into docs/pictures/, where that is asked for."""
    if not os.environ.get("PICTURES"):
        return
    taken = Image.open(BytesIO(page.screenshot(scale="css", full_page=full_page))).convert("RGB")
    taken.quantize(COLORS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)
