"""A version names everything that a visitor decides by, and nothing else."""

from dataclasses import fields, replace

import pytest

from privacy.consent.offer.building import build_offer
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.parts import MAX_LIFE_DAYS, Group, Service, StoredItem

ITEM = StoredItem("_x", "Counts.", 30)
SERVICE = Service("x", "X", "Counts visits.", "X Inc.", "USA", "1 year", (ITEM,))
GROUP = Group("analytics", "Analytics", "Count.", (SERVICE,))


def version(group: Group) -> str:
    return build_offer(groups=(group,)).groups[0].version


def test_a_version_that_was_granted_once_is_named_so_for_ever():
    assert version(GROUP) == "a5719d7b"


def other(value):
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case tuple():
            return (*value, value[0] if value else "more")
        case _:
            return {"img-src": ("https://x.example",)}


def changes():
    for part, wrap in (
        (GROUP, lambda g: g),
        (SERVICE, lambda s: replace(GROUP, services=(s,))),
        (ITEM, lambda i: replace(GROUP, services=(replace(SERVICE, items=(i,)),))),
    ):
        for f in fields(part):
            if f.name == "identifier":
                continue  # switches the service off: tested below
            changed = wrap(replace(part, **{f.name: other(getattr(part, f.name))}))
            yield pytest.param(
                changed, not f.metadata.get("cosmetic"), id=f"{type(part).__name__}.{f.name}"
            )


@pytest.mark.parametrize(("changed", "asks_again"), [
    c for c in changes() if c.id != "Group.required"
])  # fmt: skip
def test_a_version_changes_with_every_material_field_and_with_no_other(changed, asks_again):
    assert (version(changed) != version(GROUP)) is asks_again


def test_switching_a_service_on_changes_its_group_alone():
    before = build_offer()
    after = build_offer({"google-analytics": "G-TEST0001"})
    differing = {o.key for o in before.groups if o.version != after.by_key[o.key].version}
    assert differing == {"analytics"}
    assert before.stamp != after.stamp


def test_another_account_of_the_same_service_asks_nobody_but_renews_pages():
    one = build_offer({"google-analytics": "G-TEST0001"})
    two = build_offer({"google-analytics": "G-TEST0002"})
    assert one.by_key["analytics"].version == two.by_key["analytics"].version
    assert one.stamp != two.stamp


def test_nothing_third_party_is_on_until_staff_say_so():
    running = [(o.key, [s.key for s in o.services]) for o in build_offer().groups]
    assert running == [("analytics", ["visits"])]


def test_no_tracker_outlives_thirteen_months():
    lives = [item.life_days for group in GROUPS for item in group.items]
    assert max(lives) <= MAX_LIFE_DAYS == 395
