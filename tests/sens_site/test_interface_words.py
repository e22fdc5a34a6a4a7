"""No label, page or mail speaks of consent, keeping or a right in words that nobody has compared."""

import tomllib
from io import StringIO

import pytest
from django.conf import settings as site_settings
from django.core.management import call_command

from sens_site import interface_words
from sens_site.interface_words import FILE, check_interface_words, sentences_now

BANNER = "templates/partials/cookie_banner.html"
FORMS = "contact/forms.py"
PAGE = """{% block title %}Cookies here{% endblock %}
{# By using this site you agree. #}
<p>May we use cookies for {{ names }}? See our <a href="/privacy/">list</a>. Fine weather.</p>
<!-- You agree. --><i\n><button title="Nothing is stored yet">{% include "x.html" with a="Reject all" %}</button>
"""
CODE = '''"""You agree to this docstring."""

LABEL = "Keep me logged in"  # you agree to this comment
LATER = 24
"""By using this constant you agree."""
HELP = (
    f"We delete it. The {LATER} is no "
    "matter of consent"
)
QUERY = "DELETE FROM kept WHERE sold"
LONG = """
Nobody refuses.
"""
'''
READ = {
    FORMS: ["Keep me logged in", "We delete it.", "The {LATER} is no matter of consent", "Nobody refuses."],
    BANNER: ["Reject all", "Nothing is stored yet", "Cookies here", "May we use cookies for {{ names }}?"],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, settings, monkeypatch):
    """A site of a banner and a form, whose words somebody has read."""
    settings.BASE_DIR = tmp_path
    for name, text in ((BANNER, PAGE), (FORMS, CODE)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.setattr(interface_words, "FILE", tmp_path / FILE.name)
    renew(tmp_path)
    return tmp_path


def renew(folder):
    """Note, as the command does, that the words were read."""
    lines = StringIO()
    call_command("interface_words", stdout=lines)
    (folder / FILE.name).write_text(lines.getvalue(), "utf-8")


def change(file, old, new):
    """Change a file in one place, which must be there."""
    before = file.read_text("utf-8")
    assert old in before
    file.write_text(before.replace(old, new, 1), "utf-8")


def named():
    """Return what is named, and see that it is named as what it is."""
    found = check_interface_words()
    assert {one.id for one in found} <= {"sens_site.E012"}
    return [one.msg for one in found]


def test_the_words_of_the_site_were_read():
    assert check_interface_words() == []
    assert "By registering you accept our terms" in str(tomllib.loads(FILE.read_text("utf-8")))


def test_what_is_read_is_what_people_are_told(folder):
    assert sentences_now() == READ
    assert named() == []


NEW = "says what nobody has compared with the policy"
GONE = "says no longer what was compared with the policy"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (BANNER, "See our", "If you go on without an answer, you agree. See our",
         [f"{BANNER} {NEW}: “If you go on without an answer, you agree.”"]),
        (BANNER, "Fine weather", "Answering cannot be withdrawn",
         [f"{BANNER} {NEW}: “Answering cannot be withdrawn.”"]),
        (BANNER, "Fine weather", "We share it with our partners",
         [f"{BANNER} {NEW}: “We share it with our partners.”"]),
        (BANNER, "Fine weather", "Your telephone number is required by law",
         [f"{BANNER} {NEW}: “Your telephone number is required by law.”"]),
        (BANNER, "for {{ names }}", "",
         [f"{BANNER} {NEW}: “May we use cookies ?”",
          f"{BANNER} {GONE}: “May we use cookies for {{{{ names }}}}?”"]),
        (BANNER, "Nothing is stored yet", "Nothing happens yet",
         [f"{BANNER} {GONE}: “Nothing is stored yet”"]),
        (FORMS, "matter of consent", "consent to our letters",
         [f"{FORMS} {NEW}: “The {{LATER}} is no consent to our letters”",
          f"{FORMS} {GONE}: “The {{LATER}} is no matter of consent”"]),
        (FORMS, "LATER = 24", 'LATER = "We delete it."', [f"{FORMS} {NEW}: “We delete it.”"]),
    ],
)  # fmt: skip
def test_other_words_are_named(folder, file, old, new, expected):
    change(folder / file, old, new)
    assert named() == expected
    renew(folder)
    assert named() == []


@pytest.mark.parametrize(
    "name", ["templates/admin/list.html", "contact/admin.py", "contact/migrations/0001_initial.py"]
)
def test_what_is_said_to_staff_and_to_databases_is_left_out(folder, name):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('x = "You agree to all of it"', "utf-8")
    assert named() == []


def test_each_room_is_read():
    rooms = {one.parent.name for one in site_settings.BASE_DIR.glob("*/apps.py")}
    assert rooms - {"bench"} <= set(interface_words.ROOMS)
    assert {one.split("/")[0] for one in sentences_now()} >= {"templates", "accounts", "newsletter"}
