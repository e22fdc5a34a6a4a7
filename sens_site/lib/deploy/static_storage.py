"""Static files as the site sends them: hashed names, compressed, and our own CSS without its prose.

Comments and indentation are written for people who work on the file. They go when the files are
collected, with three expressions and no build tool.
"""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = "css/"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_GAP = re.compile(r"\s+")
_AROUND = re.compile(r" ?([{};,]) ?")


def compact(css: str) -> str:
    """Return CSS without comments, and without white space where none is needed.

    Not for CSS of others: a string that holds a comment's beginning would be cut.
    """
    return _AROUND.sub(r"\1", _GAP.sub(" ", _COMMENT.sub("", css))).replace(": ", ":").strip()


class SiteStaticStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, with our own stylesheets compacted on their way in."""

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OURS):
            content = ContentFile(compact(b"".join(content.chunks()).decode()).encode())
        saved: str = super()._save(name, content)  # type: ignore[misc]
        return saved
