"""A new profile field is written in few places, and reaches all others from there."""

import re
from pathlib import Path

import pytest

from accounts.models import User
from tests.accounts.conftest import REGISTRATION
from tests.factories.people import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
WHERE_A_FIELD_IS_NAMED = {
    "accounts/models.py",
    "accounts/forms.py",
    "accounts/data_map.py",
    "accounts/migrations/0001_initial.py",
    # What the policy names is written down, not read from the code that has to keep to it.
    "accounts/promises.py",
}


@pytest.mark.parametrize("field", ["position", "phone"])
def test_a_profile_field_is_named_where_it_is_made_and_nowhere_else(field):
    word = re.compile(rf"\b{field}\b")
    folders = ("accounts", "templates/accounts", "templates/account")
    files = [
        path for name in folders for path in (ROOT / name).rglob("*.*") if path.suffix != ".pyc"
    ]
    naming = {str(path.relative_to(ROOT)) for path in files if word.search(path.read_text())}
    assert naming == WHERE_A_FIELD_IS_NAMED


@pytest.mark.django_db
def test_each_profile_field_is_asked_stored_shown_and_changed(client, letters):
    first = {name: f"first {name}" for name in User.PROFILE}
    second = {name: f"second {name}" for name in User.PROFILE}
    client.post("/accounts/register/", {**REGISTRATION, **first})
    client.post(letters.link("Confirm your email address"))
    client.post("/accounts/login/", {"login": REGISTRATION["username"], "password": PASSWORD})

    assert User.objects.values(*User.PROFILE).get() == first
    profile = client.get("/accounts/profile/").content.decode()
    held = client.get("/accounts/data/").content.decode()
    for said in first.values():
        assert f'value="{said}"' in profile
        assert f"<dd>{said}</dd>" in held

    assert client.post("/accounts/profile/", second).status_code == 303
    assert User.objects.values(*User.PROFILE).get() == second


@pytest.mark.django_db
def test_registration_and_profile_ask_for_the_same_things_in_the_same_order(client, signed_in):
    def asked(path):
        page = client.get(path).content.decode()
        found = re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', page)
        return [name for name in found if name in (*User.PROFILE, "marketing")]

    in_profile = asked("/accounts/profile/")
    client.logout()
    assert in_profile == asked("/accounts/register/") == [*User.PROFILE, "marketing"]
