"""Where files with people's words lie, and where files lie that are given to everybody who asks."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from privacy.promises.registry import require

PRIVATE = (
    "PRIVATE_ROOT",
    "DOCUMENTS_ROOT",
    "BACKUP_DIR",
    "ERASURE_LEDGER",
    "KEPT_HEADS",
    "OUTSIDE_STATE",
)
SERVED = ("STATIC_ROOT", "STATICFILES_DIRS", "PUBLISHED_ROOT", "WHITENOISE_ROOT")
"""What WhiteNoise or the server in front sends without asking anybody."""


def _places(names: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    for name in names:
        value = getattr(settings, name, None) or ()
        for one in (value,) if isinstance(value, str | Path) else value:
            yield name, Path(one).resolve()


def nothing_private_is_served() -> None:
    """Require that no file that tells of somebody lies in a folder that is given out, or above one."""
    private = [
        *_places(PRIVATE),
        *(
            ("DATABASES", Path(one["NAME"]).resolve())
            for one in settings.DATABASES.values()
            if one["ENGINE"].endswith("sqlite3")
        ),
    ]
    for served, folder in _places(SERVED):
        for name, place in private:
            require(
                not place.is_relative_to(folder),
                f"{name} lies in {served}, which is given to everybody",
            )
