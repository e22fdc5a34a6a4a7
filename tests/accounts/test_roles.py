"""Every address of the admin against every role: what is open is written down here, the rest shut."""

import pytest
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.roles import ROLES, load_roles
from tests.client import SiteClient
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db

OPEN = {
    "Editor": {
        "downloads/document/",
        "downloads/document/add/",
        "downloads/document/many/",
        "downloads/documentversion/",
        "downloads/documentversion/add/",
        "news/newscategory/",
        "news/newscategory/add/",
        "news/newsitem/",
        "news/newsitem/add/",
        "news/newsrevision/",
        "pages/file/",
        "pages/file/add/",
        "pages/page/",
        "pages/page/add/",
        "pages/pagerevision/",
        "pages/redirect/",
        "pages/redirect/add/",
        "policy/policyversion/",
        "policy/policydraft/",
        "policy/policydraft/add/",
        "policy/policydraft/import/",
        "search/miss/",
        "search/synonym/",
        "search/synonym/add/",
    },
    "Newsletter editor": {
        "newsletter/issue/",
        "newsletter/issue/add/",
        "newsletter/subscriber/",
        "newsletter/subscriber/import/",
        "newsletter/topic/",
        "newsletter/topic/add/",
    },
    "Webmaster": {
        "contact/cannedanswer/",
        "contact/cannedanswer/add/",
        "contact/contactmessage/",
        "outbox/outboxmail/",
        "visits/dailycount/",
        "visits/dailycount/export.csv",
    },
    "Privacy officer": {
        "policy/policyversion/",
        "policy/policydraft/",
        "policy/policydraft/add/",
        "policy/policydraft/import/",
        "policy/policyclaim/",
        "policy/policyclaim/add/",
        "promises/claimreview/",
        "promises/claimreview/add/",
        "promises/claimreview/due/",
        "promises/promiseresult/",
        "promises/promiserun/",
        "consent/consentreceipt/",
        "consent/consentreceipt/check/",
        "outbox/outboxmail/",
        "rights/subjectrequest/",
        "rights/subjectrequest/add/",
        "rights/outsidesystem/",
        "rights/outsidesystem/add/",
        "accounts/user/",
        "datamap/purgefailure/",
    },
}
# What each member of staff has: the entrance, and what leads out.
FOR_ALL_STAFF = {
    *("", "jsi18n/", "login/", "logout/", "mail-to-me/"),
    *("password_change/", "password_change/done/"),
}


def admin_paths() -> list[str]:
    """Return every address of the admin, with 1 for each number or name in it."""

    def walk(resolver, before):
        for pattern in resolver.url_patterns:
            text = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, text)
            elif isinstance(pattern, URLPattern):
                yield text

    (admin,) = [r for r in get_resolver().url_patterns if str(r.pattern) == "admin/"]
    return sorted({p for p in walk(admin, "") if "<" not in p and "(" not in p})


PATHS = admin_paths()


def client_of(role: str) -> SiteClient:
    user = make_staff("hands", is_superuser=False)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = SiteClient()
    client.force_login(user)
    return client


def test_the_roles_are_made_once():
    load_roles()
    assert load_roles() == 0
    for name, rights in ROLES.items():
        given = Group.objects.get(name=name).permissions.values_list(
            "content_type__app_label", "codename"
        )
        assert {f"{app}.{codename}" for app, codename in given} == set(rights)


@pytest.mark.alike("role")
@pytest.mark.parametrize("role", ["", *ROLES])
def test_each_role_opens_its_own_pages_and_no_other(role):
    load_roles()
    client = client_of(role)
    opened = {path for path in PATHS if client.get(f"/admin/{path}").status_code == 200}
    assert opened - FOR_ALL_STAFF == OPEN.get(role, set())


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", PATHS)
def test_a_customer_and_a_visitor_open_nothing(path, signed_in):
    for visitor in (signed_in, SiteClient()):
        response = visitor.get(f"/admin/{path}")
        assert response.status_code in {302, 403} or path in {"login/", "jsi18n/"}
