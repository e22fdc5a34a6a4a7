"""The way through a log-in to a file that asks for one, and back."""

from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from downloads.access import Answer, Stranger, answer_for
from downloads.models import Document
from sens_site.lib.http.safe_next import may_be_mailed


def login_that_leads_to(path: str) -> str:
    """Return the address of the page to log in, which leads on from there."""
    return f"{reverse('account_login')}?{urlencode({'next': path})}"


def document_behind(path: str) -> Document | None:
    """Return the document for which a log-in is asked, by where it leads on to."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    if found.app_name != "downloads" or "number" not in found.kwargs:
        return None
    document = Document.objects.published().filter(number=found.kwargs["number"]).first()
    current = document.current if document else None
    gated = current is not None and answer_for(current, Stranger()) is Answer.LOG_IN
    return document if gated else None


@may_be_mailed
def leads_to_a_document(path: str) -> bool:
    """Let the link that confirms an address lead on to a document that waits behind a log-in."""
    return document_behind(path) is not None
