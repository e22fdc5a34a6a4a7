"""Compiled parts of a template draw what Django's nodes draw, whatever a name may mean."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, engines
from django.template.base import NodeList
from django.test import override_settings
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from sens_site.lib.cache import compiled_nodes, node_values
from sens_site.lib.cache.compiled_nodes import ASKED, compiled, language_and_zone

ENGINE: Any = vars(engines["django"])["engine"]


class Row(NamedTuple):
    title: str
    at: Any = None


class Person:
    name = "Ada <b>"
    none = None

    def said(self) -> str:
        return "said & done"

    def with_more(self, more: str) -> str:
        raise AssertionError

    def erase(self) -> str:
        raise AssertionError

    erase.alters_data = True  # type: ignore[attr-defined]

    @property
    def lost(self) -> str:
        raise AttributeError("lost")

    @property
    def broken(self) -> str:
        raise RuntimeError("broken")


class Ownerless:
    """As a row whose other row does not exist."""

    @property
    def owner(self) -> str:
        raise ObjectDoesNotExist


class Choices:
    """Is not called, as a class of choices."""

    do_not_call_in_templates = True
    A = "choice <a>"


class WrongCall:
    def __call__(self) -> str:
        raise TypeError("inside")


class Keyed:
    """Has keys, and is no dict."""

    title = "an attribute"

    def __getitem__(self, key: str) -> str:
        return f"the key {key}"


MOMENT = datetime(2026, 3, 4, 22, 7, 9, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "person": Person(), "rows": [Row("<i>", MOMENT), Row("b")], "empty": [], "keyed": Keyed(),
    "known": {"name": "k & v", "values": "a key"}, "pairs": {"x": "1"}, "safe": SafeString("<b>"),
    "text": "a <b> & 'c'", "number": 1234567.5, "at": MOMENT, "day": date(2026, 3, 4),
    "call": lambda: "called", "nothing": None, "truth": True, "form": "Y", "a_class": Person,
    "lost_row": Ownerless(), "choices": Choices, "by_number": {7: "seven"}, "call_wrong": WrongCall(),
    "calls": [lambda: 7, 8], "triples": [(1, 2, 3)],
}  # fmt: skip
SOURCES = [
    "{{ text }}|{{ safe }}|{{ number }}|{{ nothing }}|{{ truth }}|{{ day }}|{{ at }}",
    "{{ missing }}|{{ missing.more }}|{{ text.missing }}|{{ person.missing }}",
    "{{ person.name }}|{{ person.said }}|{{ person.none }}|{{ person.erase }}|{{ call }}",
    "{{ known.name }}|{{ known.values }}|{{ known.keys }}|{{ keyed.title }}|{{ a_class.name }}",
    "{{ rows.0.title }}|{{ rows.1.at }}|{{ rows.0.0 }}|{{ rows.9.title }}",
    '{{ at|date }}|{{ at|date:"DATETIME_FORMAT" }}|{{ at|date:form }}|{{ nothing|date }}',
    '{{ day|date }}|{{ text|upper }}|{{ at|date|upper }}|{{ text|default:"x" }}|{{ "a<b"|upper }}',
    "{% if person.name == 'x' or truth and not nothing %}a{% elif missing %}b{% else %}c{% endif %}",
    "{% if missing.more %}a{% elif rows|length > 1 %}b{{ text }}{% endif %}",
    "{% for row in rows %}{{ forloop.counter }}{{ row.title }}{% empty %}none{% endfor %}",
    "{% for row in empty %}{{ row.title }}{% empty %}{{ text }}{% endfor %}",
    "{% for a, b in pairs.items %}{{ a }}{% endfor %}{% for one in missing %}x{% endfor %}",
    "{% with one=person.name two='<' %}{{ one }}{{ two }}{% endwith %}{{ one }}",
    "{% firstof missing person.none text %}|{% firstof missing '<x>' as put %}{{ put }}",
    "{% autoescape off %}{{ text }}{% endautoescape %}{{ text }}",
    "{% url 'pages:home' %} and {% url 'accounts:index' %}{{ text }}{% url 'policy:policy' %}",
    "{% include 'accounts/refusals.html' %}{% include form_name|default:'accounts/refusals.html' %}",
    "{% include 'accounts/refusals.html' with user=person %}",
    "{% include 'accounts/refusals.html' only %}{{ sentences }}",
    "{% spaceless %}<p> {{ text }} </p> <p></p>{% endspaceless %}{# none #}",
    '{{ _("Yes") }}|{{ 7 }}|{{ "<i>" }}|{{ template.name }}|{{ template.missing }}',
    # Names
    "{{ lost_row.owner.name }}|{% if lost_row.owner %}a{% else %}b{% endif %}|{{ a_class.missing }}",
    "{{ keyed.missing }}|{{ choices.A }}|{{ by_number.7 }}|{{ rows.x }}|{{ text.0 }}|{{ nothing.0 }}",
    "{% for one in calls %}{{ one }}|{{ one.real }}{% endfor %}{% for one in lazy %}{{ one }}{% endfor %}",
    # Conditions
    "{% if nothing > 3 %}a{% elif number >= 3 and number < 9 %}b{% elif not truth %}c{% endif %}",
    "{% if 'a' in text and 'q' not in text %}a{% endif %}{% if nothing is None %}b{% endif %}",
    "{% if text is not None and text != 'x' %}a{% endif %}{% if number <= 3 or at == day %}b{% endif %}",
    "{% if not person.lost or truth %}a{% endif %}{% if person.broken == 1 %}b{% endif %}",
    # Loops and names for values
    (
        "{% for row in rows reversed %}{{ forloop.revcounter }}{{ forloop.revcounter0 }}{{ row.title }}"
        "{% if forloop.first %}f{% endif %}{% if not forloop.last %}, {% endif %}{% endfor %}"
    ),
    (
        "{% for row in rows %}{% for a in pairs %}{{ forloop.parentloop.counter0 }}{{ row.title }}"
        "{{ a }}{% endfor %}{% empty %}{{ row.title }}{% endfor %}{{ row.title }}{{ forloop.counter }}"
    ),
    "{% for row in rows %}{% cycle 'a' 'b' %}{% ifchanged row.title %}<{% endifchanged %}{% endfor %}",
    "{% for row in rows %}{{ row.title|default:text }}{{ row.at|date:form }}{% endfor %}",
    "{% for row in rows %}{% firstof missing row.title as put %}{{ put }}{% endfor %}{{ put }}",
    (
        "{% for row in rows %}{% with a=row.title b=text %}{% firstof a as put %}{{ put }}{{ b }}"
        "{% endwith %}{% endfor %}|{% with text=day day=text %}{{ text }}{{ day }}{% endwith %}{{ text }}"
    ),
    "{% for row in rows %}{% include 'accounts/refusals.html' %}{{ row.title }}{% endfor %}",
    "{% for one in text %}{{ one }}{% endfor %}",
    "{% for a, b in rows %}{{ a }}{{ b|date }}{% endfor %}",
    # Filters
    "{{ text|linebreaks }}|{{ safe|upper }}|{{ safe|lower|cut:'b' }}|{{ at|time:'H:i' }}",
    "{% if at|date:'Y' == '2026' %}a{% endif %}{{ missing|default:'<x>' }}{{ nothing|length }}",
]
FAILING = [
    "{{ person.lost }}", "{% if person.lost %}a{% endif %}", "{{ person.broken }}", "{{ call_wrong }}", "{% for a, b in triples %}{% endfor %}",
    "{% for one in number %}{% endfor %}", "{{ person.with_more }}", "{{ row.title|date:missing.more }}",
]  # fmt: skip


@pytest.fixture(params=["UTC", "America/Chicago"])
def _zone(request: pytest.FixtureRequest) -> Iterator[None]:
    with timezone.override(request.param):
        yield


@pytest.mark.usefixtures("_zone")
@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("source", SOURCES)
def test_the_same_is_drawn(source: str, autoescape: bool):
    template = ENGINE.from_string(source)

    def context() -> Context:
        return Context({**VALUES, "lazy": iter("ab")}, autoescape=autoescape)

    assert drawn(template, context()) == template.render(context())


@pytest.mark.parametrize("source", FAILING)
def test_what_fails_fails_as_with_django(source: str):
    template = ENGINE.from_string(source)
    seen = []
    for draw in (template.render, lambda context: drawn(template, context)):
        try:
            seen.append(draw(Context(VALUES)))
        except Exception as fault:  # noqa: BLE001 - which one it is, is compared
            seen.append((type(fault), str(fault)))
    assert seen[0] == seen[1]


def test_the_function_draws_and_not_django(monkeypatch: pytest.MonkeyPatch):
    """Where it fails Django draws: nobody would see that it always does."""
    template = ENGINE.from_string(
        "{% for row in rows %}{{ forloop.counter }}{{ row.title }}{{ row.at|date }}{% endfor %}"
        "{% if rows and not empty %}{% include 'accounts/refusals.html' %}{% endif %}"
        "{% with one=person.name %}{{ one|upper }}{% firstof missing one %}{% endwith %}"
    )
    usual = template.render(Context(VALUES))
    monkeypatch.setattr(NodeList, "render", lambda *_: pytest.fail("Django was asked"))
    assert drawn(template, Context(VALUES)) == usual


def drawn(template: Any, context: Context) -> str:
    """Draw a template by its function."""
    draw = compiled(template.nodelist, context, ENGINE)
    context.template = template
    with context.render_context.push_state(template):
        return draw(context, language_and_zone())


def test_the_words_of_a_date_are_those_of_the_language_in_which_it_is_drawn():
    template = ENGINE.from_string("{{ at|date:'F' }}")
    draw = compiled(template.nodelist, Context(), ENGINE)
    with translation.override("de"):
        assert draw(Context({"at": MOMENT}), language_and_zone()) == "März"
    assert draw(Context({"at": MOMENT}), language_and_zone()) == "March"


def test_a_loop_counts_where_somebody_asks_for_it(monkeypatch: pytest.MonkeyPatch):
    """Its name there is not found in the many names of what a loop draws."""
    counts: list[int] = []

    def counted(at: int, *rest: Any) -> dict[str, Any]:
        counts.append(at)
        return node_values.counted(at, *rest)

    monkeypatch.setattr(
        compiled_nodes,
        "ASKED",
        tuple(counted if one.__name__ == "counted" else one for one in ASKED),
    )
    loop = "{% for row in rows %}" + "{{ row.title }}" * 40 + "{% endfor %}"
    counting = "{% for row in rows %}{{ forloop.counter }}{% endfor %}"
    assert drawn(ENGINE.from_string(loop), Context(VALUES)) == "&lt;i&gt;" * 40 + "b" * 40
    assert (drawn(ENGINE.from_string(counting), Context(VALUES)), counts) == ("12", [0, 1])


def test_what_is_constant_is_drawn_once():
    template = ENGINE.from_string("a{% url 'pages:home' %}b{{ x }}{% url 'accounts:index' %}c")
    draw = compiled(template.nodelist, Context(), ENGINE)
    assert draw(Context({"x": "<"}), language_and_zone()) == "a/b&lt;/accounts/c"


@override_settings(USE_TZ=False)
def test_a_time_without_zone_is_written_as_it_is():
    context = Context({"at": datetime(2026, 3, 4, 22)})  # noqa: DTZ001 - none is meant
    assert drawn(ENGINE.from_string("{{ at|date:'H' }}"), context) == "22"
