"""A constant address is worked out once, and any other as Django does."""

import pytest
from django.template import engines
from django.template.defaulttags import URLNode
from django.test import RequestFactory
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch


@pytest.fixture
def asked(monkeypatch):
    """What Django was asked to work out."""
    names: list[str] = []
    whole = URLNode.render

    def render(self, context):
        names.append(str(self.view_name))
        return whole(self, context)

    monkeypatch.setattr(URLNode, "render", render)
    return names


def drawn(source, times=2, **context):
    template = engines["django"].from_string(source)
    return {template.render(context, RequestFactory().get("/")) for _ in range(times)}


@pytest.mark.parametrize(
    ("source", "said", "times"),
    [
        ("{% url 'accounts:profile' %}", "/accounts/profile/", 1),
        ("{% url 'admin:index' %}", "/admin/", 2),
        ("{% url name %}", "/accounts/", 2),
        ("{% url 'accounts:'|add:'data' %}", "/accounts/data/", 2),
        ("{% url 'accounts:data' as it %}{{ it }}", "/accounts/data/", 2),
        ("{% url 'accounts:deleted_report' 'a' %}", "/accounts/deleted/a/", 2),
        ("{% url 'accounts:deleted_report' reference='a' %}", "/accounts/deleted/a/", 2),
    ],
)
def test_what_is_kept_and_what_is_not(asked, source, said, times):
    assert (drawn(source, name="accounts:index"), len(asked)) == ({said}, times)


def test_below_another_prefix_it_is_another():
    template = engines["django"].from_string("{% url 'accounts:profile' %}")
    assert template.render() == "/accounts/profile/"
    with override_script_prefix("/below/"):
        assert template.render() == "/below/accounts/profile/"


def test_a_name_that_there_is_not_fails_each_time():
    for _ in range(2):
        with pytest.raises(NoReverseMatch):
            drawn("{% url 'no:such' %}")
