"""Promises that follow from the data map: what is held, in which group, for what, on what basis."""

import re

from privacy.datamap.agreement import (
    differences,
    used_categories,
    used_purposes,
    used_recipients,
)
from privacy.datamap.record import records
from privacy.datamap.registry import activities, concrete_fields, entries, personal_entries
from privacy.datamap.terms import Basis, Category
from privacy.policy.promises.record import in_force
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite

# The items that the policy names in each group, as columns are called.
NAMED = {
    Category.CONTACT: {
        "company", "customer_number", "email", "email_address", "name", "phone", "postal_address",
        "recipient",
    },
    Category.EMPLOYMENT: {"company", "employer", "position", "title"},
    Category.MARKETING: {
        "asked_for", "confirmed_at", "marketing_opt_in_at", "preferences", "sent_at",
        "subscribed_at", "topics",
    },
    Category.USAGE: {
        "created", "created_at", "device", "downloaded_at", "entry", "expire_date", "last_login",
        "last_used_at", "path", "queued_at", "referring_host", "seconds", "seen_at", "sent",
        "sent_at", "signed_in_at", "visit", "visitor",
    },
}  # fmt: skip
MONEY = frozenset(
    [
        "amount",
        "card",
        "cvc",
        "cvv",
        "iban",
        "invoice",
        "order",
        "orders",
        "payment",
        "payments",
        "price",
        "purchase",
        "purchases",
    ]
)
AGE = frozenset(["age", "birth", "birthday", "birthdate", "born", "dob"])


def columns_of(category: Category) -> list[str]:
    """Return the columns of a category as `table.column`."""
    return [
        f"{entry.label}.{name}"
        for entry in personal_entries()
        for name, column in entry.columns.items()
        if column.category is category
    ]


def only_named_items(category: Category) -> Evidence:
    """Require that the columns of a group hold its named items alone."""
    found = columns_of(category)
    beside = [one for one in found if one.rpartition(".")[2] not in NAMED[category]]
    require(not beside, f"{beside[:1]} stands in the group and holds none of the named items")
    return Evidence(
        "Every stored field of this group holds one of the items that the policy names.",
        {"fields": len(found)},
    )


def words_of(name: str) -> set[str]:
    """Return the words of a column's or a field's name."""
    return set(re.split(r"[^a-z]+", name.lower()))


def asked_or_held(site: RunningSite, words: frozenset[str]) -> list[str]:
    """Return the columns and form fields whose names hold one of some words."""
    held = [
        f"{entry.label}.{field.name}"
        for entry in entries().values()
        for field in concrete_fields(entry.model)
        if words_of(field.name) & words
    ]
    asked = [
        f"{answer.path} {field.get('name')}"
        for answer in site.pages
        for form in answer.page.forms()
        for field in form.all("input", "select", "textarea")
        if (words_of(field.get("name")) | words_of(field.get("autocomplete"))) & words
    ]
    return [*held, *asked]


def agreed(*checks: str, about: tuple[str, ...] = ()) -> None:
    """Require that map and policy in force do not differ in some respects."""
    found = [
        d.message
        for d in differences(in_force().source_text)
        if d.check in checks and (not about or any(word in d.message for word in about))
    ]
    require(not found, found[0] if found else "")


@promise("policy.names-what-we-collect", look=Look.NOW, strength=Strength.LOOKED_UP)
def every_field_has_a_group_of_the_policy(site: RunningSite) -> Evidence:
    """Each stored column is classified, and each category is one that the policy in force names."""
    unknown = [
        f"{entry.label}.{field.name}"
        for entry in entries().values()
        for field in concrete_fields(entry.model)
        if field.name not in entry.columns
    ]
    require(not unknown, f"{unknown[:1]} has no category")
    agreed("E105")
    agreed("E107", about=("information.", "usage.", "downloads."))
    columns = sum(len(entry.columns) for entry in entries().values())
    return Evidence(
        "Every stored field has a category, and the policy in force names every category.",
        {"fields": columns, "categories": len(used_categories())},
    )


@promise("policy.names-use-and-sharing", look=Look.NOW, strength=Strength.LOOKED_UP)
def purposes_and_recipients_are_those_of_the_policy(site: RunningSite) -> Evidence:
    """Each purpose and recipient is one that the policy in force names, and the other way round."""
    agreed("E104", "E106")
    agreed("E107", about=("use.", "sharing."))
    return Evidence(
        "The policy in force names every purpose and every recipient of the data map, and the map "
        "has a use for each.",
        {"purposes": len(used_purposes()), "recipients": len(used_recipients())},
    )


@promise("gdpr.used-as-described", look=Look.NOW, strength=Strength.LOOKED_UP)
def nothing_is_held_without_a_purpose(site: RunningSite) -> Evidence:
    """Each table about people belongs to an activity whose purpose the policy in force names."""
    held = list(personal_entries())
    idle = [entry.label for entry in held if entry.activity is None]
    require(not idle, f"{idle[:1]} is held for no purpose")
    text = in_force().source_text
    for activity in activities().values():
        purpose = activity.purpose
        require(
            f"{{promise:{purpose.promise}}}" in text,
            f"{activity.title}: the policy in force does not describe this use",
        )
    return Evidence(
        "Everything that is held serves a purpose that the policy in force describes.",
        {"tables about people": len(held), "activities": len(activities())},
    )


@promise("gdpr.four-bases", look=Look.NOW)
def each_purpose_has_one_of_four_bases(site: RunningSite) -> Evidence:
    """Each purpose rests on one of the four, and the public record says on which."""
    require(len(Basis) == 4, f"there are {len(Basis)} bases")
    page = site.get("/privacy/record/")
    require(page.status == 200, f"the public record answers {page.status}")
    for record in records():
        heading = page.page.by_id(record.anchor)
        require(heading is not None, f"the public record lacks {record.activity.title}")
        require(isinstance(record.activity.purpose.basis, Basis), "a purpose has no basis")
    shown = [dd.text for dd in page.page.all("dd")]
    bases = {activity.purpose.basis.title for activity in activities().values()}
    require(bases <= set(shown), "the public record does not name every basis")
    count = sum(text in {basis.title for basis in Basis} for text in shown)
    require(count == len(records()), f"{count} of {len(records())} activities name one basis")
    return Evidence(
        "Every use rests on one of the four bases, and the public record says on which.",
        {"uses": len(records()), "bases in use": len(bases)},
    )


@promise("information.contact-group", look=Look.NOW, strength=Strength.LOOKED_UP)
def contact_fields(site: RunningSite) -> Evidence:
    """Contact information is what the policy lists."""
    return only_named_items(Category.CONTACT)


@promise("information.employment-group", look=Look.NOW, strength=Strength.LOOKED_UP)
def employment_fields(site: RunningSite) -> Evidence:
    """Employment information is what the policy lists."""
    return only_named_items(Category.EMPLOYMENT)


@promise("information.marketing-group", look=Look.NOW, strength=Strength.LOOKED_UP)
def marketing_fields(site: RunningSite) -> Evidence:
    """Marketing information is what the policy lists."""
    return only_named_items(Category.MARKETING)


@promise("usage.details", look=Look.NOW, strength=Strength.LOOKED_UP)
def usage_fields(site: RunningSite) -> Evidence:
    """What is written down of a visit is what the policy lists."""
    return only_named_items(Category.USAGE)


@promise("information.transaction-group", look=Look.NOW)
def no_shop(site: RunningSite) -> Evidence:
    """No column and no form field is about orders or payments."""
    found = asked_or_held(site, MONEY)
    require(not found, f"{found[:1]} is about orders or payments")
    return Evidence(
        "No stored field and no form of this site is about orders or payments.",
        {"tables": len(entries()), "pages": len(site.pages)},
    )


@promise("children.none-knowingly", look=Look.NOW)
def nobody_is_asked_for_an_age(site: RunningSite) -> Evidence:
    """No column and no form field is about somebody's age."""
    found = asked_or_held(site, AGE)
    require(not found, f"{found[:1]} is about somebody’s age")
    return Evidence(
        "No stored field and no form of this site is about somebody’s age.",
        {"tables": len(entries()), "pages": len(site.pages)},
    )
