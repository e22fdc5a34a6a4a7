"""Whose orders may be held: of who has an account, under a former address, too."""

import pytest

from accounts.services import set_verified_address
from contact.order_models import OrderState
from privacy.datamap.promises.rows_of_accounts import each_row_has_its_account
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
