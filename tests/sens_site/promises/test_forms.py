"""Which fields of forms the policy has a word for."""

from sens_site.promises.every_form import Box
from sens_site.promises.forms import _is_known


def asked(name: str, *, path: str = "/cookies/choose/", kind: str = "checkbox") -> bool:
    return _is_known(Box("/cookies/", path, name, "Google Analytics 4", kind, ""))


def test_each_service_of_a_group_may_be_chosen_where_it_runs():
    assert [asked("analytics.google-analytics"), asked("others.x")] == [True, False]


def test_a_service_is_chosen_by_a_box_and_where_cookies_are_chosen():
    assert not asked("analytics.google-analytics", kind="text")
    assert not asked("analytics.google-analytics", path="/contact/webmaster/")
