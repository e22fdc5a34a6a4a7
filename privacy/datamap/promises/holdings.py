"""Promises that follow from the data map: what is held, in which group, for what, on what basis."""

import re

from privacy.datamap.agreement import (
    differences,
    used_categories,
    used_purposes,
    used_recipients,
)
from privacy.datamap.promises.named_items import (
    columns_of,
    nothing_else_is_held,
    only_named_items,
)
from privacy.datamap.record import records
from privacy.datamap.registry import activities, concrete_fields, entries, personal_entries
from privacy.datamap.terms import Basis, Category
from privacy.policy.promises.record import in_force
from privacy.promises.page_reader import fields_of
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite

MONEY = frozenset(
    [
        "amount",
        "card",
        "cvc",
        "cvv",
        "iban",
        "invoice",
        "payment",
        "payments",
        "price",
    ]
)
ORDERS = frozenset(["order", "orders", "purchase", "purchases"])
USE_OF = {
    "accounts": "use.requested-information",
    "advertising": "use.promotional-mail",
    "analytics": "use.better-visit",
    "cookie-choice": "use.better-visit",
    "erasure-proof": "account.kept-after-deletion",
    "idle-accounts": "gdpr.four-bases",
    "mail": "use.requested-information",
    "messages": "use.answer-inquiries",
    "orders": "use.requested-information",
    "policy-notices": "use.policy-changes",
    "product-support": "use.support",
    "promotional-mail": "use.promotional-mail",
    "requests": "rights.answer-within-30-days",
    "safety": "gdpr.four-bases",
    "signing-in": "gdpr.four-bases",
    "staff-trail": "gdpr.four-bases",
    "visit-statistics": "use.better-visit",
}
"""For which of its uses the policy lets each kind of record be held."""
HELD_FOR = {
    "account.EmailAddress": "accounts",
    "account.EmailConfirmation": "signing-in",
    "accounts.IdleNotice": "idle-accounts",
    "accounts.PolicyAcceptance": "accounts",
    "accounts.Session": "signing-in",
    "accounts.User": "accounts",
    "consent.ConsentReceipt": "cookie-choice",
    "consent.PersonalRefusals": "cookie-choice",
    "contact.ContactMessage": "messages",
    "contact.MessageNote": "messages",
    "contact.MessagePhoto": "messages",
    "contact.MessageReply": "messages",
    "contact.OrderState": "orders",
    "contact.ReplyDraft": "messages",
    "mfa.Authenticator": "signing-in",
    "outbox.OutboxMail": "mail",
    "rights.RequestEvent": "requests",
    "rights.RequestNote": "requests",
    "rights.SubjectRequest": "requests",
    "visits.PageView": "visit-statistics",
}
"""Which of these kinds of record a table is: a message that somebody wrote is no material for ads."""
BASIS_OF = {
    "account.kept-after-deletion": "A6-1-c",  # a legal obligation to show what was done
    "gdpr.four-bases": "A6-1-f",  # "keeping the Services safe and working"
    "rights.answer-within-30-days": "A6-1-c",
    "use.answer-inquiries": "A6-1-f",
    "use.better-visit": "A6-1-a",  # preferences and statistics: only after a yes
    "use.policy-changes": "A6-1-c",
    "use.promotional-mail": "A6-1-a",  # "that you signed up for"
    "use.requested-information": "A6-1-b",
    "use.support": "A6-1-b",
}
"""The letter of GDPR Article 6(1) for each use: (a) consent, (b) contract, (c) a legal obligation,
(f) a legitimate interest."""
FOR_ONE_USE = {
    "sharing.analytics-vendors": {"analytics"},
    "sharing.marketing-vendors": {"advertising"},
}
"""Recipients that get what one activity gathers, and nothing else. The others run the site."""
AGE = frozenset(["age", "birth", "birthday", "birthdate", "born", "dob"])


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
    asked = []
    for answer in site.pages:
        for form in answer.page.forms():
            shown = {f"{field.name} {field.label}" for field in fields_of(form)}
            sent = {
                f"{field.get('name')} {field.get('autocomplete')}"
                for field in form.all("input", "select", "textarea")
            }
            asked += [f"{answer.path} {one}" for one in shown | sent if words_of(one) & words]
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
    nothing_else_is_held()
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
    for activity in activities().values():
        for recipient in activity.recipients:
            uses = FOR_ONE_USE.get(recipient.promise, {activity.name})
            require(activity.name in uses, f"{recipient.title}: receive {activity.title}")
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
    strange = [
        entry.label
        for entry in held
        if entry.activity is not None
        and HELD_FOR.get(entry.label, entry.activity.name) != entry.activity.name
    ]
    require(not strange, f"{strange[:1]} is held for something else than the policy says")
    uses = {activity: activity.purpose.promise for activity in activities().values()}
    other = [one.title for one, use in uses.items() if USE_OF.get(one.name, use) != use]
    require(not other, f"{other[:1]}: the policy does not allow this use of it")
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
    letters = {basis.dpv.rpartition(":")[2] for basis in Basis}
    require(letters == {"A6-1-a", "A6-1-b", "A6-1-c", "A6-1-f"}, "the bases are not the four")
    for purpose in used_purposes():
        letter = purpose.basis.dpv.rpartition(":")[2]
        right = BASIS_OF.get(purpose.promise) == letter
        require(right, f"{purpose.title}: rests on {purpose.basis.title}")
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


@promise("information.communications-kept", look=Look.NOW, strength=Strength.LOOKED_UP)
def fields_of_messages(site: RunningSite) -> Evidence:
    """What is kept of messages and questions is what the policy names."""
    return only_named_items(Category.COMMUNICATIONS)


@promise("information.account-profile", look=Look.NOW, strength=Strength.LOOKED_UP)
def fields_of_accounts(site: RunningSite) -> Evidence:
    """What is kept of an account, beside what its person says, is what an account needs."""
    return only_named_items(Category.ACCOUNT)


@promise("information.transaction-group", look=Look.NOW)
def no_shop(site: RunningSite) -> Evidence:
    """No column and no form field is about payments; what is about orders and products is named."""
    found = asked_or_held(site, MONEY)
    require(not found, f"{found[:1]} is about payments")
    orders = {
        f"{entry.label}.{field.name}"
        for entry in entries().values()
        for field in concrete_fields(entry.model)
        if words_of(field.name) & ORDERS
    }
    beside = sorted(orders - set(columns_of(Category.TRANSACTION)))
    require(not beside, f"{beside[:1]} is about orders, and the policy’s group does not have it")
    named = only_named_items(Category.TRANSACTION)
    return Evidence(
        "No stored field and no form of this site is about payments; what it asks about orders and "
        "products is what the policy names.",
        {"tables": len(entries()), "pages": len(site.pages), **named.figures},
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
