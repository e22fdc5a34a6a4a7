"""What can be done to rows at the desk at all, even by somebody with every right.

A record of what happened is looked at, and nobody writes it; a new page of the desk, or a new deed on
one, stands here when somebody has said that it is to be. Secrets stand on no page.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import get_resolver

from privacy.promises.registry import require
from sens_site.promises.stored_secrets import ELSEWHERE, SHAPES

ADD, CHANGE, DELETE = "add", "change", "delete"
ALL, NONE = (ADD, CHANGE, DELETE), ()
ACTS: Mapping[str, tuple[str, ...]] = {
    "accounts.policyacceptance": NONE,
    "accounts.user": ALL,
    "audit_log.auditentry": NONE,
    "auth.group": ALL,
    "consent.consentreceipt": NONE,
    "consent.dailychoice": NONE,
    "consent.editorialnote": (ADD,),
    "consent.groupversion": NONE,
    "consent.serviceswitch": (CHANGE,),
    "contact.cannedanswer": ALL,
    "contact.contactmessage": (DELETE,),
    "cookie_consent.cookie": NONE,
    "cookie_consent.cookiegroup": NONE,
    "datamap.purgefailure": NONE,
    "downloads.document": ALL,
    "downloads.documentversion": ALL,
    "news.newscategory": ALL,
    "news.newsitem": ALL,
    "news.newsrevision": NONE,
    "newsletter.issue": ALL,
    "newsletter.subscriber": NONE,
    "newsletter.topic": (ADD, CHANGE),
    "outbox.outboxmail": NONE,
    "pages.file": ALL,
    "pages.page": ALL,
    "pages.pagerevision": NONE,
    "pages.redirect": ALL,
    "policy.policyclaim": ALL,
    "policy.policydraft": ALL,
    "policy.policyversion": NONE,
    "promises.claimreview": (ADD,),
    "promises.promiseresult": NONE,
    "promises.promiserun": NONE,
    "rights.outsidesystem": (ADD, CHANGE),
    "rights.subjectrequest": (ADD,),
    "search.miss": (DELETE,),
    "search.synonym": ALL,
    "visits.dailycount": NONE,
}
"""What Django's own forms do, for each table of the desk; its steps are another check's."""
IN_BULK: Mapping[str, frozenset[str]] = {
    "accounts.user": frozenset({"delete_selected"}),
    "auth.group": frozenset({"delete_selected"}),
    "contact.cannedanswer": frozenset({"delete_selected"}),
    "contact.contactmessage": frozenset(
        {"bulk_answered", "bulk_spam", "delete_selected", "export_csv"}
    ),
    "outbox.outboxmail": frozenset({"try_again"}),
    "search.miss": frozenset({"delete_selected"}),
    "search.synonym": frozenset({"delete_selected"}),
}
"""What is done to many rows at once, and what takes them out of the house."""
SHOWN = frozenset({"accounts.User.password", "contact.ContactMessage.answer_note"})
"""Of a password is shown how it was hashed; the note is one of staff."""


def the_desk_does_what_it_is_there_for() -> int:
    """Require that pages of the desk change what they should, and show no secret; return how many."""
    get_resolver().url_patterns  # noqa: B018 - the pages are known once their addresses are
    request = HttpRequest()
    request.user = get_user_model()(is_active=True, is_staff=True, is_superuser=True)
    pages: dict[str, Any] = {
        model._meta.label_lower: admin.site.get_model_admin(model)
        for model in filter(admin.site.is_registered, apps.get_models())
    }
    for table, page in pages.items():
        may = tuple(act for act in ALL if getattr(page, f"has_{act}_permission")(request))
        require(
            table in ACTS, f"the desk has a page of {table}, and nobody has said what it may do"
        )
        beyond = sorted(set(may) - set(ACTS[table]))
        require(not beyond, f"at the desk one can {beyond[:1]} {table}")
        deeds = sorted(set(page.get_actions(request)) - IN_BULK.get(table, frozenset()))
        require(not deeds, f"at the desk one can {deeds[:1]} many of {table} at once")
        require(not page.list_editable, f"the list of {table} is edited")
        shown = sorted(set(_shown_by(page)) & _secrets_of(page.model))
        require(not shown, f"the desk shows {shown[:1]} of {table}")
    return len(pages)


def _shown_by(page: Any) -> Iterator[str]:
    """Yield the columns that a page names: to list, to search, to filter by, and of one row."""
    inside = [one.get("fields", ()) for _, one in page.fieldsets or ()]
    for names in (
        page.list_display, page.search_fields, page.list_filter, page.readonly_fields,
        page.fields or (), *inside,
    ):  # fmt: skip
        for name in names:
            for one in name if isinstance(name, list | tuple) else [name]:
                if isinstance(one, str):
                    yield one.lstrip("^=@").partition("__")[0]


def _secrets_of(model: Any) -> set[str]:
    secret = {*SHAPES, *ELSEWHERE} - SHOWN
    table = f"{model._meta.label}."
    return {one.removeprefix(table) for one in secret if one.startswith(table)}
