"""The tree as visitors see it: the shipped one, with what staff have moved, added, hidden, planned."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from pages import services, tree
from pages.models import Page
from pages.navigation import HOME, MENU, TRAILS, Node
from pages.tree import live_tree, times_of_pages
from sens_site.lib.cache.fragment_cache import forget_fragments
from sens_site.lib.texts import Text
from tests.architecture import wsgi

pytestmark = pytest.mark.django_db

WORDS = Text("Careers", "Who we look for.", "Letters, please.\n")
MORNING = datetime(2031, 5, 6, 9, 30, tzinfo=UTC)


def page(path: str) -> Page:
    return Page.objects.get(path=path)


def new(path: str = "/careers/", below: str = "/about/", **values) -> Page:
    values = {"publish_at": timezone.now(), **values}
    return services.create_page(path=path, parent=page(below), text=WORDS, **values)


def below(path: str) -> list[str]:
    return [node.path for node in live_tree().trails[path][-1].children]


def test_a_site_on_which_nobody_has_done_anything_has_the_shipped_tree():
    assert live_tree().home == HOME
    assert live_tree().menu == MENU
    assert live_tree().trails == TRAILS


def test_a_tree_without_any_row_is_the_shipped_one():
    Page.objects.all().delete()
    forget_fragments()
    assert live_tree().home == HOME


def test_a_new_page_stands_first_or_behind_another():
    before = below("/about/")
    new("/careers/")
    new("/people/", after=page(before[0]))
    assert below("/about/") == ["/careers/", before[0], "/people/", *before[1:]]
    assert [node.path for node in live_tree().trail_to("/careers/apply/")] == [
        "/",
        "/about/",
        "/careers/",
    ]


def test_a_page_of_staff_stands_in_the_menu_where_they_say_so():
    new("/careers/", below="/", in_menu=True, label="Jobs")
    assert live_tree().menu[0] == Node("/careers/", "Jobs")
    new("/people/", below="/")
    assert "/people/" not in [node.path for node in live_tree().menu]


def test_a_moved_page_takes_along_what_stands_below_it():
    services.place_page(
        page("/support/"), parent=page("/about/"), after=None, label="Help", in_menu=False
    )
    trail = live_tree().trails["/support/white-papers/"]
    assert [node.path for node in trail] == ["/", "/about/", "/support/", trail[-1].path]
    assert trail[2].label == "Help"
    assert "/support/" not in [node.path for node in live_tree().menu]


def test_a_page_moved_back_and_forth_is_behind_the_one_that_was_chosen():
    order = below("/about/")
    for after in (order[2], order[0], None):
        services.place_page(
            page(order[1]),
            parent=page("/about/"),
            after=page(after) if after else None,
            label="History",
            in_menu=True,
        )
    assert below("/about/") == [order[1], order[0], *order[2:]]


def test_what_is_hidden_goes_with_what_stands_below_it():
    services.set_hidden(page("/support/"), hidden=True)
    assert not [path for path in live_tree().trails if path.startswith("/support/")]
    services.set_hidden(page("/support/"), hidden=False)
    assert live_tree().home == HOME


def test_a_page_appears_and_goes_when_its_time_comes():
    with time_machine.travel(MORNING, tick=False) as clock:
        made = new(publish_at=MORNING + timedelta(hours=1))
        services.set_expiry(made, expires_at=MORNING + timedelta(hours=2))
        assert list(times_of_pages()) == [
            MORNING + timedelta(hours=1),
            MORNING + timedelta(hours=2),
        ]
        seen = []
        for seconds in (0, 3599, 3600, 7199, 7200, 9999):
            clock.move_to(MORNING + timedelta(seconds=seconds))
            seen.append("/careers/" in live_tree().trails)
    assert seen == [False, False, True, True, False, False]


def test_a_draft_of_a_new_page_is_seen_by_nobody():
    new(publish_at=None)
    assert live_tree().home == HOME


def test_a_page_of_staff_keeps_its_address_when_the_content_folder_gets_one_there():
    Page.objects.filter(path="/about/history/").delete()
    new("/about/history/", below="/")
    assert services.load_pages() == 0
    assert [node.label for node in live_tree().trails["/about/history/"]] == ["Home", "Careers"]


def test_a_page_whose_file_is_gone_is_left_out():
    Page.objects.create(path="/gone/", shipped="/gone/")
    forget_fragments()
    assert live_tree().home == HOME


def test_pages_that_stand_below_one_another_after_an_update_stand_at_the_top():
    Page.objects.filter(path="/about/").update(parent=page("/support/"), position=0)
    Page.objects.filter(path="/support/").update(parent=page("/about/"), position=0)
    forget_fragments()
    found = {path: len(live_tree().trails[path]) for path in ("/about/", "/support/")}
    assert found == {"/about/": 2, "/support/": 2}


def test_while_the_database_gives_nothing_the_last_tree_stands(monkeypatch):
    new()
    last = live_tree()

    def fail(*args):
        raise OperationalError("locked")

    monkeypatch.setattr(tree, "fragment", fail)
    assert live_tree() == last
    shipped = {"/login/", "/register/", "/privacy-policy/", "/product/"}
    assert set(tree.redirects()) == shipped


def test_a_kept_page_is_dropped_in_the_second_in_which_its_time_comes(
    django_capture_on_commit_callbacks,
):
    server = wsgi.fresh_application()
    server.clock = count(step=2).__next__

    def asked() -> str:
        with wsgi.connection_kept():
            return wsgi.request(server, "GET", "/careers/", b"", {}).status[:3]

    with time_machine.travel(MORNING, tick=False) as clock:
        with django_capture_on_commit_callbacks(execute=True):
            made = new()
            services.set_expiry(made, expires_at=MORNING + timedelta(minutes=10))
        assert asked() == "200"
        clock.move_to(MORNING + timedelta(seconds=599))
        assert asked() == "200"
        clock.move_to(MORNING + timedelta(seconds=600))
        assert asked() == "404"


def test_the_tree_costs_one_query_and_then_none(django_assert_num_queries):
    forget_fragments()
    with django_assert_num_queries(1):
        live_tree()
    with django_assert_num_queries(0):
        live_tree()
