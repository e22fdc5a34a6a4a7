"""Tags of the page frame: what is drawn once for everybody holds nothing of a person."""

from typing import Any

import pytest
from django.conf import settings as site_settings
from django.template import Context, Template

from sens_site.lib.cache.fragment_cache import forget_fragments
from sens_site.lib.cache.rehearsal_cache import RehearsalCache, in_place_of_the_shared_cache
from sens_site.templatetags.form_tags import KeptNode

PIECE = Template(
    "{% load form_tags %}{% kept piece signed_in=signed_in %}\n"
    "  {{ company.short_name }} {{ user }}{{ request }}{% if signed_in %}in{% else %}out{% endif %}\n"
    "{% endkept %}"
)
KEPT = next(node for node in PIECE.nodelist if isinstance(node, KeptNode))


@pytest.fixture(autouse=True)
def nothing_kept() -> Any:
    forget_fragments()
    yield
    forget_fragments()


def drawn(**context: Any) -> str:
    return PIECE.render(
        Context({"company": "another", "user": "Ada", "request": "hers", **context})
    )


def test_a_kept_piece_knows_the_company_and_what_it_is_given_and_nothing_of_the_page():
    name = site_settings.COMPANY.short_name
    assert drawn(signed_in=True) == f"{name} in"
    assert drawn(signed_in=False) == f"{name} out"


def test_it_is_drawn_once_for_each_value(monkeypatch):
    first = [drawn(signed_in=True), drawn(signed_in=False)]
    monkeypatch.setattr(KEPT.nodelist, "render", None)
    assert [drawn(signed_in=True), drawn(signed_in=False)] == first


def test_while_templates_are_edited_it_is_drawn_each_time(settings, monkeypatch):
    drawn(signed_in=True)
    settings.DEBUG = True
    monkeypatch.setattr(type(KEPT.nodelist), "render", lambda self, context: " edited ")
    assert KEPT.render(Context({"signed_in": True})) == "edited"


def test_a_look_at_the_site_draws_as_a_server_does_also_while_templates_are_edited(
    settings, monkeypatch
):
    settings.DEBUG = True
    with in_place_of_the_shared_cache(RehearsalCache()):
        before = drawn(signed_in=True)
        monkeypatch.setattr(type(KEPT.nodelist), "render", lambda self, context: " edited ")
        assert KEPT.render(Context({"signed_in": True})) == before
