"""Compiled parts of a template draw what Django's nodes draw, whatever a name may mean."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from django.template import Context, engines
from django.test import override_settings
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from sens_site.lib.cache.compiled_nodes import compiled

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
    '{{ _("Yes") }}',
]


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
        made = Context(VALUES, autoescape=autoescape)
        made.template = template
        return made

    draw = compiled(template.nodelist, context(), ENGINE)
    bound = context()
    with bound.render_context.push_state(template):
        drawn = draw(bound)
    assert drawn == template.render(Context(VALUES, autoescape=autoescape))


def test_the_words_of_a_date_are_those_of_the_language_in_which_it_is_drawn():
    draw = drawing("{{ at|date:'F' }}")
    with translation.override("de"):
        assert draw(Context({"at": MOMENT})) == "März"
    assert draw(Context({"at": MOMENT})) == "March"


def test_an_attribute_that_fails_fails_as_with_django():
    draw = drawing("{{ person.lost }}")
    with pytest.raises(AttributeError, match="lost"):
        draw(context_of("{{ person.lost }}"))


@override_settings(USE_TZ=False)
def test_a_time_without_zone_is_written_as_it_is():
    assert drawing("{{ at|date:'H' }}")(Context({"at": datetime(2026, 3, 4, 22)})) == "22"  # noqa: DTZ001 - none is meant
