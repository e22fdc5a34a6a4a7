"""What tests of the downloads share."""

from pathlib import Path
from typing import Any

import pytest

from downloads.views import ONCE_A_MINUTE


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    """Let no test find the files of another."""
    settings.STORAGES = {
        **settings.STORAGES,
        "documents": {
            "BACKEND": "downloads.store.DocumentFolder",
            "OPTIONS": {"location": str(tmp_path / "documents"), "base_url": None},
        },
    }


@pytest.fixture(autouse=True)
def _nobody_was_counted() -> None:
    """Let each test count anew."""
    ONCE_A_MINUTE.forget()
