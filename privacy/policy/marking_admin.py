"""The page on which somebody says of each sentence of a draft what it claims."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from privacy.policy.bundled import PLAIN
from privacy.policy.mark_widgets import claims_to_choose
from privacy.policy.marking import mark_sentences
from privacy.policy.models import PolicyDraft
from privacy.policy.sentences import Sentence, sentences_of
from privacy.policy.services import SealingRefused
from sens_site.lib.http.types import signed_in_user

FIELD = "mark-"
PER_PAGE = 100
"""Sentences on a page: a form with very many fields is refused."""
NO_SUCH_CLAIM = "No claim has this name. Choose one from the list, or make a new one."


class MarkingMixin(admin.ModelAdmin[PolicyDraft]):
    """The marking page of drafts. It works without script: the list of claims is a datalist."""

    def mark_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the sentences with their marks, and store the marks on POST."""
        draft = get_object_or_404(PolicyDraft.objects.select_related("policy"), pk=pk)
        if not self.has_change_permission(request, draft):
            raise PermissionDenied
        choices = claims_to_choose()
        names = {PLAIN: PLAIN, **{str(one.number): one.claim_id for one in choices}}
        names |= {one.claim_id: one.claim_id for one in choices}
        every = sentences_of(draft.source_text)
        names |= {one: one for sentence in every for one in sentence.ids}
        typed = _typed(request)
        unknown = {key: NO_SUCH_CLAIM for key, ids in typed.items() if not set(ids) <= names.keys()}
        changed = False
        if request.method == "POST":
            changed = request.POST.get("shown", "") != draft.changed_at.isoformat()
            if not changed and not unknown:
                marks = {key: [names[one] for one in ids] for key, ids in typed.items()}
                return self._store(request, draft, marks)
        claims = {one.claim_id: f"{one.number} · {one.words}" for one in choices}
        context = self._sentences(request, every, typed, unknown, claims) | {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Mark: {draft}",
            "draft": draft,
            "changed": changed,
            "choices": choices,
            "may_add": request.user.has_perm("policy.add_policyclaim"),
            "total": len(every),
            "unmarked": sum(one.is_unmarked for one in every),
        }
        template = "admin/policy/policydraft/mark.html"
        status = 409 if changed else 422 if unknown else 200
        return TemplateResponse(request, template, context, status=status)

    def _store(
        self, request: HttpRequest, draft: PolicyDraft, marks: Mapping[str, Sequence[str]]
    ) -> HttpResponse:
        before = draft.source_text
        try:
            draft = mark_sentences(draft, marks, by=signed_in_user(request))
        except SealingRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            if draft.source_text == before:
                self.message_user(request, "Nothing has changed.")
            else:
                self.log_change(request, draft, "Marked sentences.")
                self.message_user(request, "The marks are stored.", messages.SUCCESS)
        return HttpResponseRedirect(request.get_full_path(), status=303)

    def _sentences(
        self,
        request: HttpRequest,
        every: Sequence[Sentence],
        typed: Mapping[str, Sequence[str]],
        unknown: Mapping[str, str],
        claims: Mapping[str, str],
    ) -> dict[str, Any]:
        only = request.GET.get("show") == "unmarked"
        wanted = request.GET.get("q", "").strip()
        listed = [
            one
            for one in every
            if (one.is_unmarked or not only) and wanted.casefold() in one.words.casefold()
        ]
        page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
        rows = [
            {
                "sentence": one,
                "marks": [
                    (claim_id, claims.get(claim_id, ""))
                    for claim_id in [*typed.get(one.key, one.ids)] or [""]
                ],
                "problem": unknown.get(one.key, ""),
            }
            for one in page
        ]
        query = urlencode({"show": "unmarked" if only else "", "q": wanted})
        return {"rows": rows, "page": page, "only": only, "wanted": wanted, "query": query}


def _typed(request: HttpRequest) -> dict[str, list[str]]:
    """Return what was chosen for each sentence that the form showed, by its key."""
    return {
        name.removeprefix(FIELD): [
            word for one in request.POST.getlist(name) for word in one.lower().split()
        ]
        for name in request.POST
        if name.startswith(FIELD)
    }
