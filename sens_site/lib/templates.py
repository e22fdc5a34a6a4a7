"""Loads our page templates without their indentation: it is for us, and visitors would pay for it.

Only white space at the start of a line goes, and only from the templates themselves: what is put
into them (a text area's content, a policy's code block) is not touched. Mails keep theirs.
"""

import re

from django.template import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader

_INDENTATION = re.compile(r"\n\s+")


class Loader(FilesystemLoader):
    """Django's loader of the folders in TEMPLATES["DIRS"]."""

    def get_contents(self, origin: Origin) -> str:
        """Return a template's source, on one line break where there were indentation or gaps."""
        source: str = super().get_contents(origin)
        return _INDENTATION.sub("\n", source) if origin.name.endswith(".html") else source
