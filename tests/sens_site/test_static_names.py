"""Every static file that a template names exists: in production one that does not is a 500."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parent.parent.parent
NAMED = re.compile(r"""{%\s*static\s+['"]([^'"]+)['"]""")
TEMPLATES = {path.relative_to(ROOT).as_posix(): path for path in ROOT.glob("templates/**/*.html")}


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_static_files_exist(template: str) -> None:
    names = NAMED.findall(TEMPLATES[template].read_text())
    assert [name for name in names if finders.find(name) is None] == []


def test_the_frame_names_some() -> None:
    assert len(NAMED.findall(TEMPLATES["templates/base.html"].read_text())) > 1
