"""The menu of the desk is kept, and shows each person their own tables and place."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.roles import load_roles
from tests.client import SiteClient
from tests.factories.people import make_staff
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


def with_role(role: str) -> Client:
    load_roles()
    user = make_staff(role.split(maxsplit=1)[0].lower(), is_superuser=False)
    user.groups.set([Group.objects.get(name=role)])
    client = SiteClient()
    client.force_login(user)
    return client


def menu(client: Client, path: str) -> tuple[set[str], list[str]]:
    links = read(client.get(path)).find("a", inside="nav.sticky")
    here = [one.attributes["href"] for one in links if one.attributes.get("aria-current")]
    return {one.attributes["href"] for one in links}, here


def test_each_role_finds_its_own_tables_and_where_it_is():
    editor, webmaster = with_role("Editor"), with_role("Webmaster")
    news, messages = "/admin/news/newsitem/", "/admin/contact/contactmessage/"
    for _ in range(2):  # as it is drawn, and as it is kept
        tables, here = menu(editor, news)
        assert (news in tables, messages in tables, here) == (True, False, [news])
        tables, here = menu(webmaster, messages)
        assert (news in tables, messages in tables, here) == (False, True, [messages])
        assert menu(editor, "/admin/pages/page/")[1] == ["/admin/pages/page/"]
