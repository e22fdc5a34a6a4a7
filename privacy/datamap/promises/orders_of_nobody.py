"""Orders of whom no account knows: a list that the company loads brings nobody back who is gone."""

from datetime import timedelta

from django.apps import apps
from django.utils import timezone

from privacy.datamap.subjects import keyed_hashes
from privacy.promises.registry import require

A_WHILE = timedelta(days=2)
"""How long an address that was given up may wait for the next list."""


def no_order_is_nobodys() -> int:
    """Require of each stored order that an account has confirmed its address; return how many."""
    orders = apps.get_model("contact", "OrderState")._base_manager
    addresses = apps.get_model("account", "EmailAddress")._base_manager
    confirmed = addresses.filter(verified=True).values("email")
    unknown = orders.filter(listed_at__lt=timezone.now() - A_WHILE).exclude(email__in=confirmed)
    former = apps.get_model("accounts", "ConfirmedAddress")._base_manager
    nobodys = [
        email
        for email in set(unknown.values_list("email", flat=True))
        if not former.filter(address_hash__in=keyed_hashes("address", email)).exists()
    ]
    require(not nobodys, f"orders are stored of {len(nobodys)} people without an account")
    return int(orders.count())
