"""Who may take a second factor away: a colleague who holds the right to, and nobody alone."""

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Model

from accounts.services import NoResetError, reset_second_factor
from privacy.promises.registry import require

RIGHT = "reset_second_factor"


def it_takes_two_to_take_a_second_factor_away(word: str) -> None:
    """Try it alone, without the right, after leaving, and as it is meant. Asks for a rehearsal."""
    factors = apps.get_model("mfa", "Authenticator").objects

    def person(name: str, *, may: bool = True, **fields: Any) -> Any:
        user = get_user_model().objects.create_user(
            username=f"{word}-{name}", email=f"{word}-{name}@example.com", **fields
        )
        if may:
            user.user_permissions.add(Permission.objects.get(codename=RIGHT))
        return user

    owner = person("owner", is_staff=True)
    factors.create(user=owner, type="totp", data={"secret": word})
    for who, by in (
        ("its owner alone", owner),
        ("staff without the right", person("without", may=False, is_staff=True)),
        ("staff who left", person("left", is_staff=True, is_active=False)),
        ("a customer", person("customer")),
    ):
        took = _takes_away(owner, by) or not factors.filter(user=owner).exists()
        require(not took, f"{who} can take a second factor away")
    holder = person("holder", is_staff=True)
    took = _takes_away(owner, holder) and not factors.filter(user=owner).exists()
    require(took, "who has lost a second factor is shut out for ever")


def _takes_away(owner: Model, by: Any) -> bool:
    colleague: Any = owner
    try:
        reset_second_factor(colleague, by=by)
    except NoResetError:
        return False
    return True
