"""What staff may correct and switch off for a person who asks for it (privacy.rights)."""

from functools import partial
from typing import Any

from django.utils.text import capfirst

from accounts.models import User
from accounts.services import (
    allows_group,
    correct_profile,
    correctable_profile,
    stop_group,
    stop_marketing,
    wants_marketing,
)
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.parts import optional
from privacy.rights.corrections import Correctable
from privacy.rights.switches import Switch

_COLUMNS: dict[str, Any] = {name: User._meta.get_field(name) for name in User.PROFILE}
PROFILE = Correctable(
    {
        name: (str(capfirst(column.verbose_name)), column.max_length or 0)
        for name, column in _COLUMNS.items()
    },
    correctable_profile,
    correct_profile,
)
SWITCHES = (
    Switch("marketing-mail", "Marketing email", wants_marketing, stop_marketing),
    *(
        Switch(
            f"cookies-{group.key}",
            f"Cookies: {group.name}",
            partial(allows_group, group.key),
            partial(stop_group, group.key),
        )
        for group in optional(GROUPS)
    ),
)
