"""A foreign key written as a string is an import that the import linter cannot see."""

from typing import Any

from django.apps import apps
from django.db.models import Field

from tests.architecture.source import PROJECT

HOUSE = PROJECT["tool"]["importlinter"]["contracts"][0]
ROOMS_ABOVE = set(HOUSE["layers"][1].split(" | "))
# Each may know those before it; consent and rights do not know each other.
PRIVACY = ("datamap", "policy", "promises", "consent", "rights")
MAY_POINT_AT = {
    **{room: {room, *PRIVACY, "outbox"} for room in ROOMS_ABOVE},
    **{app: {*PRIVACY[: place + 1], "outbox"} for place, app in enumerate(PRIVACY)},
    "rights": {"rights", "promises", "policy", "datamap", "outbox"},
    "outbox": {"outbox"},
    "audit_log": {"audit_log"},
}
OURS = set(MAY_POINT_AT)
DOOR = {"account": "accounts", "mfa": "accounts", "cookie_consent": "consent"}
"""Third-party apps, and the one room that may know them."""


def breaks(app: str, field: Any) -> bool:
    """Tell whether a relation points where its room may not look."""
    target = field.related_model._meta.app_label
    if getattr(field, "swappable_setting", None) == "AUTH_USER_MODEL":
        return False  # settings name the user model, no room does
    if target in DOOR:
        return DOOR[target] != app
    return target in OURS and target not in MAY_POINT_AT[app]


def test_no_relation_points_against_the_import_law():
    found = [
        f"{model._meta.label}.{field.name} -> {field.related_model}"
        for app in sorted(OURS)
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.is_relation and field.related_model
        if breaks(app, field)
    ]
    assert found == []


def test_the_check_sees_a_relation_that_breaks_the_law():
    field = apps.get_model("account", "EmailAddress")._meta.get_field("user")
    field_of_session = apps.get_model("accounts", "Session")._meta.get_field("user")
    assert breaks("contact", apps.get_model("admin", "LogEntry")._meta.get_field("user")) is False
    assert breaks("datamap", field) is False
    assert (field_of_session.swappable_setting, breaks("accounts", field_of_session)) == (
        "AUTH_USER_MODEL",
        False,
    )
    confirmation = apps.get_model("account", "EmailConfirmation")._meta.get_field("email_address")
    assert (breaks("accounts", confirmation), breaks("contact", confirmation)) == (False, True)
