"""What staff do by the forms of the desk: entering what came by letter, and answering it."""

import secrets
from collections.abc import Mapping

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from privacy.promises.page_reader import hidden_in
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.rights.choices import Kind
from privacy.rights.models import SubjectRequest
from privacy.rights.promises.played_requests import REASON, mailed, request_of

REQUESTS = "/admin/rights/subjectrequest/"
OFFICER = "Privacy officer"
GAP, PERIOD = "We keep it for [say the period].", "We keep it for a year."
ONLY_STORED = "restricted: it is only stored"
"""What staff read above whatever is held of somebody who asked for a restriction."""


def officer_at_the_desk(site: RunningSite) -> Visitor:
    """Return the browser of a privacy officer who has proven who they are."""
    word = f"check{secrets.token_hex(6)}"
    user = get_user_model().objects.create_user(
        username=word, email=f"{word}@example.com", is_staff=True
    )
    user.groups.add(Group.objects.get(name=OFFICER))
    apps.get_model("mfa", "Authenticator").objects.create(
        user=user, type="totp", data={"secret": word}
    )
    visitor = site.visitor()
    visitor.sign_in(user)
    return visitor


def sent_at_the_desk(officer: Visitor, path: str, data: Mapping[str, str]) -> int:
    """Open a page of the desk, fill in its form and send it; return what it is answered with."""
    forms = [form for form in officer.get(path).page.forms() if form.get("action") in ("", path)]
    require(len(forms) == 1, f"{path} holds {len(forms)} forms")
    return officer.post(path, {**hidden_in(forms[0]), **data}).status


def a_letter_is_entered_and_answered(officer: Visitor) -> None:
    """Enter what came by letter, and note by which letter it was answered. Asks for a rehearsal."""
    day = timezone.localdate().isoformat()
    letter = {
        "kind": "question",
        "channel": "letter",
        "received_on": day,
        "name": f"check-{secrets.token_hex(6)}",
        "text": REASON,
    }
    nowhere = sent_at_the_desk(officer, f"{REQUESTS}add/", letter)
    require(nowhere == 422, f"a letter is entered that nobody can answer ({nowhere})")
    letter["postal_address"] = "1 Check Street"
    entered = sent_at_the_desk(officer, f"{REQUESTS}add/", letter)
    require(entered == 303, f"a letter cannot be entered at the desk ({entered})")
    asked = SubjectRequest.objects.get(name=letter["name"])
    require(asked.channel == "letter", f"what came by letter is filed as come by {asked.channel}")
    path = f"{REQUESTS}{asked.pk}/answer/"
    posted = {"text": f"{PERIOD} {REASON}", "posted_on": day, "send": "1"}
    gap = sent_at_the_desk(officer, path, {**posted, "text": GAP})
    require(
        gap == 422 and SubjectRequest.objects.get(pk=asked.pk).is_open,
        f"an answer is given in which the period is still to be filled in ({gap})",
    )
    answered = sent_at_the_desk(officer, path, posted)
    require(
        answered == 303 and not SubjectRequest.objects.get(pk=asked.pk).is_open,
        f"a letter cannot be answered by a letter ({answered})",
    )


def an_answer_leaves_by_the_form(officer: Visitor) -> None:
    """Send an answer by its form, word for word. Asks for a rehearsal."""
    asked, words = request_of(Kind.QUESTION), f"{PERIOD} {REASON}"
    sent = sent_at_the_desk(officer, f"{REQUESTS}{asked.pk}/answer/", {"text": words, "send": "1"})
    require(
        sent == 303 and words in mailed(),
        f"an answer that is written at the desk does not leave ({sent})",
    )


def staff_read_that_it_is_only_stored(site: RunningSite, restricted: SubjectRequest) -> None:
    """Open what is held of who asked for a restriction, and of somebody else, at the desk."""
    other = request_of(Kind.QUESTION, days_ago=1)
    SubjectRequest.objects.filter(pk=other.pk).update(email="somebody-else@example.com")
    officer = officer_at_the_desk(site)
    for asked, is_restricted in ((restricted, True), (other, False)):
        page = officer.get(f"{REQUESTS}{asked.pk}/change/").page
        warned = ONLY_STORED in " ".join(page.text.split())
        require(
            warned is is_restricted,
            "staff are not told of what is restricted that it is only stored"
            if is_restricted
            else "staff are told of what is not restricted that it is only stored",
        )
