"""What the shipped rooms tell of."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from pages import search_sources as of_pages
from pages import services as pages
from pages.models import Page
from privacy.policy.models import PolicyVersion
from search.finding import search
from search.registry import SOURCES
from sens_site import search_sources as of_privacy
from sens_site.lib.texts import Text
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


def by_key(entries):
    found = list(entries)
    assert len({entry.key for entry in found}) == len(found)
    return {entry.key: entry for entry in found}


def test_pages_tell_their_title_description_and_text_and_when_they_changed():
    home = by_key(of_pages.pages())["/"]
    assert (home.path, home.changed_on) == ("/", None)
    assert home.title
    assert home.description
    assert "charger" in home.text
    page = Page.objects.get(path="/about/")
    text = Text("About us", "Who we are.", "Some **words**.\n\n{picture:none}\n\n- one\n- two\n")
    pages.save_text(page, text=text, by=make_staff(), publish_at=timezone.now())
    about = by_key(of_pages.pages())["/about/"]
    assert (about.title, about.text) == ("About us", "Some words. one two")
    assert about.changed_on == timezone.localdate()


def test_pages_of_other_rooms_are_told_by_their_names_and_log_in_is_not():
    found = by_key(of_pages.pages())
    assert (found["/cookies/"].title, found["/cookies/"].text) == ("Cookies", "")
    assert found["/contact/webmaster/"].description.startswith("Questions about this website")
    assert not {"/accounts/login/", "/search/"} & set(found)


def test_policies_in_force_are_told_section_by_section(policy):
    found = by_key(of_privacy.sections())
    section = found["privacy#do-not-track"]
    assert section.path == "/privacy/#do-not-track"
    assert section.title == "Do Not Track (Privacy policy)"
    assert "signals" in section.text
    assert "{promise" not in " ".join(entry.text for entry in found.values())
    assert "<" not in " ".join(entry.text for entry in found.values())
    assert section.changed_on == policy.posted_on
    assert found["privacy"].path == "/privacy/"
    assert any(key.startswith("terms#") for key in found)


def test_promises_of_the_policy_in_force_are_told_with_their_pages():
    found = by_key(of_privacy.promises())
    promise = found["search.without-a-person"]
    assert promise.path == "/privacy/p/242/"
    assert promise.title == "Search words are not stored with anything about you."
    assert promise.description == "Promise 242 · Other information we collect"


def test_without_a_policy_nothing_is_told_of_one(monkeypatch):
    monkeypatch.setattr(PolicyVersion.objects.all().__class__, "in_force", lambda *a, **k: None)
    assert (list(of_privacy.sections()), list(of_privacy.promises())) == ([], [])


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            "<p>One <strong>two</strong>.</p><ul><li>three</li><li>four</li></ul>",
            "One two. three four",
        ),
        ("a<br>b &amp; &lt;c&gt;", "a b & <c>"),
    ],
)
def test_html_is_read_as_a_reader_sees_it(html, words):
    assert of_privacy.words_of_html(html) == words


def test_each_source_has_a_name_for_people():
    assert {"pages": "Pages", "policy": "Policies", "promises": "Promises"}.items() <= {
        name: source.label for name, source in SOURCES.items()
    }.items()


def test_the_command_makes_the_index_anew_or_follows(capsys):
    call_command("rebuild_search")
    call_command("rebuild_search", "--changed")
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("entries can be found.")
    assert int(said[0].split()[0]) > 200
    assert said[1] == "0 entries have changed."
    assert search("cookies").total > 0
