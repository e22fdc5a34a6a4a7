"""Breaks of what the database refuses by itself: keys that are no longer unique."""

from django.apps import apps
from django.db import connection

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


def _dropped(index: str) -> None:
    """Drop one past the models, as somebody does who has the database before them."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")


@breaks("security.against-change", way=Way.ROWS)
def a_request_that_may_be_extended_again_and_again(hand: Hand) -> None:
    _dropped("request_extended_once")


@breaks("security.against-change", in_sql=True)
def addresses_that_two_accounts_may_have(hand: Hand) -> None:
    _dropped("unique_verified_email")
    options = apps.get_model("account.EmailAddress")._meta
    left = [one for one in options.constraints if one.name != "unique_verified_email"]
    hand.patch.setattr(options, "constraints", left)
