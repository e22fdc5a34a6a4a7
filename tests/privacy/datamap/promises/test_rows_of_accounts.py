"""Whose orders may be held: of who has an account, under a former address, too."""

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from accounts.services import set_verified_address
from contact.order_models import OrderState
from privacy.datamap.promises.rows_of_accounts import (
    each_row_has_its_account,
    nothing_points_to_what_is_gone,
)
from privacy.promises.registry import PromiseBroken
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def test_an_order_stays_when_its_customer_has_another_address():
    person = make_person("ada")
    set_verified_address(person, email="ada@before.test")
    OrderState.objects.create(order_number="1", email="ada@before.test", state="Shipped")
    set_verified_address(person, email="ada@now.test")
    assert each_row_has_its_account() == 1


def test_an_order_of_nobody_is_found():
    OrderState.objects.create(order_number="1", email="ada@before.test", state="Shipped")
    with pytest.raises(PromiseBroken, match="no account"):
        each_row_has_its_account()


@pytest.mark.once
def test_what_is_left_of_an_account_that_is_gone_is_found():
    person = make_person("ada")
    connection.disable_constraint_checking()
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            cursor.execute("DELETE FROM accounts_user WHERE id = %s", [person.pk])
        with pytest.raises(PromiseBroken, match="account_emailaddress are still there"):
            nothing_points_to_what_is_gone()
        EmailAddress.objects.all().delete()
    finally:
        connection.enable_constraint_checking()
