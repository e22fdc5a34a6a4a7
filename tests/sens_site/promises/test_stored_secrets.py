"""Secrets as they are to be stored: a row that is as it should be is counted, and stops nothing."""

import pytest
from django.apps import apps

from accounts.adapter import SecondFactorAdapter
from accounts.models import User
from privacy.datamap.columns import secret
from privacy.datamap.registry import entries
from privacy.datamap.terms import Category
from sens_site.promises.stored_secrets import secrets_are_stored_unreadably

pytestmark = pytest.mark.django_db


def test_secrets_that_are_stored_as_they_should_be_are_counted():
    closed = SecondFactorAdapter().encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    before = secrets_are_stored_unreadably()
    for name, kind, data in (
        ("ann", "totp", {"secret": closed}),
        ("bob", "recovery_codes", {"migrated_codes": [closed, closed]}),
    ):
        user = User.objects.create_user(name, f"{name}@example.com")
        apps.get_model("mfa", "Authenticator").objects.create(user=user, type=kind, data=data)
    # Two passwords that open nothing, a secret, and two codes.
    assert secrets_are_stored_unreadably() - before == 5


def test_what_somebody_has_typed_and_the_copy_leaves_out_is_no_secret_to_be_hashed(monkeypatch):
    columns = entries()["contact.ContactMessage"].columns
    monkeypatch.setitem(columns, "phone", secret(Category.CONTACT))
    assert secrets_are_stored_unreadably() == 0
