"""Every static file that a template names exists: in production one that does not is a 500."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parent.parent.parent
NAMED = re.compile(r"""{%\s*static\s+['"]([^'"]+)['"]""")
TEMPLATES = {path.relative_to(ROOT).as_posix(): path for path in ROOT.glob("templates/**/*.html")}


def test_static_files_exist() -> None:
    missing = {
        name: template
        for template, path in sorted(TEMPLATES.items())
        for name in NAMED.findall(path.read_text())
        if finders.find(name) is None
    }
    assert missing == {}


def test_the_frame_names_some() -> None:
    assert len(NAMED.findall(TEMPLATES["templates/base.html"].read_text())) > 1
