"""Rows that are held for an account: whose account is gone, or never was, has none."""

from collections.abc import Mapping

from django.apps import apps
from django.db.models import Exists, Model, OuterRef

from privacy.datamap.subjects import keyed_hashes
from privacy.promises.registry import require

BY_ADDRESS: Mapping[str, str] = {"contact.OrderState": "email"}
"""Tables whose rows hang on an account by an address alone, with the column: no key keeps them."""


def each_row_has_its_account() -> int:
    """Require that each address in such a table is one that an account has confirmed, now or earlier."""
    confirmed = apps.get_model("account", "EmailAddress")._base_manager.filter(verified=True)
    earlier = apps.get_model("accounts", "ConfirmedAddress")._base_manager
    count = 0
    for label, column in BY_ADDRESS.items():
        rows = apps.get_model(label)._base_manager.exclude(
            **{f"{column}__in": confirmed.values("email")}
        )
        for email in rows.order_by().values_list(column, flat=True).distinct().iterator():
            hashes = keyed_hashes("address", email)
            known = earlier.filter(address_hash__in=hashes).exists()
            require(known, f"{label} holds a row of somebody who has no account")
        count += apps.get_model(label)._base_manager.count()
    return count


def nothing_points_to_what_is_gone() -> int:
    """Require that each row that belongs to another has it; return how many such links there are.

    Who deletes an account past the site, in a file that asks for no keys, leaves the rest behind.
    """
    links = 0
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.local_concrete_fields:
            target = column.related_model
            if not (isinstance(target, type) and issubclass(target, Model)):
                continue
            links += 1
            there = target._base_manager.filter(pk=OuterRef(column.attname))
            rows = model._base_manager.exclude(**{column.attname: None})
            lost = rows.filter(~Exists(there)).count()
            require(
                not lost, f"of what is gone, {lost} rows of {model._meta.db_table} are still there"
            )
    return links
