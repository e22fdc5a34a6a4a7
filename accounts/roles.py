"""The roles of staff. Each may do what its work needs; a superuser gives them to people."""

from collections.abc import Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

# By name: the rooms do not know each other, and a right is known by its name.
ROLES: Mapping[str, tuple[str, ...]] = {
    "Editor": (
        "pages.view_page",
        "pages.add_page",
        "pages.change_page",
        "pages.delete_page",
        "pages.view_pagerevision",
        "pages.view_redirect",
        "pages.add_redirect",
        "pages.change_redirect",
        "pages.delete_redirect",
        "pages.view_file",
        "pages.add_file",
        "pages.change_file",
        "pages.delete_file",
        "policy.view_policy",
        "policy.view_policyversion",
        "policy.view_policydraft",
        "policy.add_policydraft",
        "policy.change_policydraft",
    ),
    "Newsletter editor": (
        "newsletter.view_issue",
        "newsletter.add_issue",
        "newsletter.change_issue",
        "newsletter.delete_issue",
        "newsletter.view_subscriber",
        "newsletter.add_subscriber",
        "newsletter.change_subscriber",
        "newsletter.view_topic",
        "newsletter.add_topic",
        "newsletter.change_topic",
    ),
    "Webmaster": (
        "contact.view_contactmessage",
        "contact.change_contactmessage",
        "contact.view_cannedanswer",
        "contact.add_cannedanswer",
        "contact.change_cannedanswer",
        "contact.delete_cannedanswer",
        "outbox.view_outboxmail",
        "outbox.change_outboxmail",
        "visits.view_dailycount",
    ),
    "Privacy officer": (
        "policy.view_policy",
        "policy.view_policyversion",
        "policy.view_policydraft",
        "policy.add_policydraft",
        "policy.change_policydraft",
        "policy.seal_policydraft",
        "policy.override_policydraft",
        "policy.view_policyclaim",
        "policy.add_policyclaim",
        "policy.change_policyclaim",
        "policy.delete_policyclaim",
        "promises.view_claimreview",
        "promises.add_claimreview",
        "promises.view_promiseresult",
        "promises.view_promiserun",
        "consent.view_consentreceipt",
        "datamap.view_purgefailure",
        "rights.view_outsidesystem",
        "rights.add_outsidesystem",
        "rights.change_outsidesystem",
        "rights.view_subjectrequest",
        "rights.answer_subjectrequest",
        "accounts.view_user",
        "accounts.reset_second_factor",
        "outbox.view_outboxmail",
        "outbox.change_outboxmail",
    ),
}


@transaction.atomic
def load_roles() -> int:
    """Make the roles and give them what they lack; return how many rights that were.

    What a company has given a role besides is left as it is.
    """
    given = 0
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        wanted = Q(pk__in=[])
        for right in rights:
            app, _, codename = right.partition(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        held = group.permissions.values("pk")
        missing = Permission.objects.filter(wanted).exclude(pk__in=held)
        given += len(missing)
        group.permissions.add(*missing)
    return given
