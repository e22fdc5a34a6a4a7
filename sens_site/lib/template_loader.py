"""Loads our page templates without their indentation: it is for us, and visitors would pay for it.

Only white space at the start of a line goes, and only from the templates themselves: what is put
into them (a text area's content, a policy's code block) is not touched. Mails keep theirs.
"""

import re

from django.template import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader

_INDENTATION = re.compile(r"\n\s+")
# A line of nothing but tags that draw nothing: its line break would be an empty line in the page.
_WORDS = "autoescape|block|capture|elif|else|empty|extends|for|if|load|with|url(?= [^\n%]* as )"
_BARE_TAGS = re.compile(
    rf"(?:(?<=\n)|\A)((?:\{{% (?:end)?(?:{_WORDS})\b(?:(?!%\}})[^\n])*%\}}\s*?)+)\n"
)
# The attributes of a start tag, each on a line of its own.
_ATTRIBUTE_LINE = re.compile(r'\n(?=[a-z][a-z:-]*=")')
_END_OF_TAG = re.compile(r'(?<=["}])\n(?=/?>)')


class Loader(FilesystemLoader):
    """Django's loader of the folders in TEMPLATES["DIRS"]."""

    def get_contents(self, origin: Origin) -> str:
        """Return a template's source, without indentation and without empty lines."""
        source: str = super().get_contents(origin)
        if not origin.name.endswith(".html"):
            return source
        lines = _INDENTATION.sub("\n", source)
        return _BARE_TAGS.sub(r"\1", _END_OF_TAG.sub("", _ATTRIBUTE_LINE.sub(" ", lines)))
