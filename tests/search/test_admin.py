"""What editors do about the search."""

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from search.finding import search
from search.forms import SynonymForm
from search.models import Miss, Synonym
from search.services import count_misses, save_synonym
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db

ADD = "/admin/search/synonym/add/"
MISSES = "/admin/search/miss/"


@pytest.fixture
def editor() -> SiteClient:
    staff = make_staff("editor", is_superuser=False)
    staff.groups.add(Group.objects.get(name="Editor"))
    client = SiteClient()
    client.force_login(staff)
    return client


def test_an_editor_says_what_means_the_same_and_takes_it_back(editor):
    assert search("stromquelle").total == 0
    assert editor.post(ADD, {"words": "stromquelle ,  battery"}).status_code == 302
    row = Synonym.objects.get()
    assert row.words == str(row) == "stromquelle, battery"
    assert search("stromquelle").total > 0
    change = f"/admin/search/synonym/{row.pk}/change/"
    typed = {**stamp_in(editor.get(change)), "words": "stromquelle, charger"}
    assert editor.post(change, typed).status_code == 302
    assert Synonym.objects.get().words == "stromquelle, charger"
    assert (
        editor.post(f"/admin/search/synonym/{row.pk}/delete/", {"post": "yes"}).status_code == 302
    )
    assert search("stromquelle").total == 0


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("genset", "two to 10"),
        ("genset, Genset", "two to 10"),
        (", ".join(f"word{n}" for n in range(11)), "two to 10"),
        ("genset,,set", "letters or digits"),
        ("genset, ?!", "letters or digits"),
        ("a" * 301, "300"),
    ],
)
def test_what_is_no_list_of_words_is_told_so(words, fault):
    form = SynonymForm({"words": words})
    assert fault in str(form.errors["words"])


def test_the_same_words_twice_are_refused():
    save_synonym(Synonym(words="a, b"))
    assert SynonymForm({"words": "a,b"}).is_valid() is False


def test_an_editor_sees_what_was_not_found_changes_nothing_and_may_delete_it(
    editor, django_assert_max_num_queries
):
    today = timezone.localdate()
    count_misses({(today, "xqzzk"): 3, (today, "somebody"): 1, (today, "else"): 1})
    with django_assert_max_num_queries(14):
        text = editor.get(MISSES).content.decode()
    assert ("xqzzk" in text, "somebody" in text) == (True, True)
    row = Miss.objects.get(words="somebody")
    assert editor.get(f"{MISSES}add/").status_code == 403
    assert editor.get(f"{MISSES}{row.pk}/change/").status_code == 200
    assert editor.post(f"{MISSES}{row.pk}/change/", {"words": "x"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    assert editor.post(MISSES, chosen).status_code == 302
    assert set(Miss.objects.values_list("words", flat=True)) == {"xqzzk", "else"}
