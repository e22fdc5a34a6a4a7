"""Promises about the forms of departments: whom each reaches, and how long what it brings is kept.

Which departments there are is read from the company's own file, as people write it.
"""

import secrets
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from contact.models import ContactMessage, State
from contact.photo_models import MessagePhoto
from outbox.models import OutboxMail
from privacy.datamap.promises.purging import PURGE, done_by_the_job, months_from, nothing_is_over
from privacy.promises.page_reader import fields_of
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite

CONTACT, WEBMASTER = "/contact/", "/contact/webmaster/"
PERIOD = "24 months after the matter is closed"


def forms_in_the_file() -> dict[str, dict[str, Any]]:
    """Return the departments that are to have a form, by address."""
    file = Path(settings.CONTENT_DIR) / "company.toml"
    tables = tomllib.loads(file.read_text("utf-8"))["departments"]
    return {one["path"]: one for one in tables if "fields" in one}


def _forms(site: RunningSite) -> dict[str, Answer]:
    """Return the pages under Contact on which somebody can write, but the webmaster's."""
    linked = {one.partition("#")[0] for one in site.get(CONTACT).page.links}
    paths = {one for one in linked if one.startswith(CONTACT)} | set(forms_in_the_file())
    answers = {path: site.get(path) for path in sorted(paths - {WEBMASTER})}
    return {
        path: answer
        for path, answer in answers.items()
        if any(fields_of(form) for form in answer.page.forms(path))
    }


@promise("contact.departments", look=Look.NOW)
def each_form_names_its_department_and_the_period(site: RunningSite) -> Evidence:
    """Above each form stands whose it is; beside it, how long what is written there is kept."""
    forms, named = _forms(site), forms_in_the_file()
    require(named, "no department has a form")
    lost = sorted(set(named) - set(forms))
    require(not lost, f"{''.join(lost[:1])} has no form")
    for path, answer in forms.items():
        main = answer.page.first("main")
        headings = [one.text for one in main.all("h2")] if main else []
        label = named.get(path, {}).get("label", "")
        whose = label and any(heading.endswith(label) for heading in headings)
        require(whose, f"{path} does not name the department that its form reaches")
        require(main and PERIOD in main.text, f"{path} does not say how long messages are kept")
    return Evidence(
        "Each form under Contact names its department and says that messages are kept until "
        "24 months after the matter is closed.",
        {"forms": len(forms)},
    )


def _says_the_period_to_everybody(site: RunningSite, path: str, word: str) -> None:
    """Require it of the page of who is logged in, and of the form that comes back with a mistake."""
    member = site.visitor()
    member.sign_in(get_user_model().objects.create(username=word, email=f"{word}@example.org"))
    for who, answer in (
        ("somebody who is logged in", member.get(path)),
        ("who has made a mistake", site.visitor().fill_in(path, {"name": word})),
    ):
        main = answer.page.first("main")
        said = main and PERIOD in main.text
        require(said, f"{path} does not say how long messages are kept, to {who}")


@promise("contact.departments", look=Look.REHEARSAL)
def each_form_reaches_its_department(site: RunningSite) -> Evidence:
    """What is written is stored under the department, and mailed to its mailbox and no other."""
    named = forms_in_the_file()
    for path, department in named.items():
        with site.rehearsal():
            word = f"check{secrets.token_hex(6)}"
            typed = {"name": word, "email": f"{word}@example.com", "message": word}
            _says_the_period_to_everybody(site, path, word)
            answer = site.visitor().fill_in(path, typed)
            require(answer.status == 303, f"{path} answers {answer.status} to a good message")
            stored = ContactMessage.objects.filter(email=typed["email"]).first()
            require(stored is not None, f"{path} acknowledges a message that is not stored")
            whose = stored.department if stored else ""
            require(whose == department["label"], f"what {path} brings is filed under {whose}")
            told = OutboxMail.objects.exclude(recipient=typed["email"]).order_by("-pk")[0]
            mailbox = department.get("recipient") or settings.WEBMASTER_EMAIL
            reaches = told.recipient == mailbox and stored and stored.reference in told.subject
            require(reaches, f"what {path} brings does not reach {department['label']}")
    return Evidence(
        "Played through for this check, each form brought a message to the department that it "
        "names.",
        {"forms": len(named)},
    )


@promise("contact.departments", look=Look.REHEARSAL)
def what_departments_were_told_goes_after_its_time(site: RunningSite) -> Evidence:
    """Of each department, what was closed 24 months ago goes with its photos; what is younger stays."""
    limit, a_day = months_from(timezone.now(), -24), timedelta(days=1)
    with site.rehearsal():
        rows = {}
        for path in forms_in_the_file():
            for over, moment in ((True, limit - a_day), (False, limit + a_day)):
                message = ContactMessage.objects.create(
                    topic=path.removeprefix(CONTACT).strip("/").replace("/", "-"),
                    name="A check of the promises",
                    email="check@example.com",
                    message="This is rolled back.",
                    fingerprint=secrets.token_hex(32),
                    received_at=moment - a_day,
                    state=State.ANSWERED,
                    answered_at=moment,
                )
                MessagePhoto.objects.create(message=message, position=1, content=b"A photo")
                rows[message.pk] = over
        done_by_the_job(PURGE)
        kept = set(ContactMessage.objects.filter(pk__in=rows).values_list("pk", flat=True))
        photos = set(
            MessagePhoto.objects.filter(message__in=rows).values_list("message", flat=True)
        )
    young = {pk for pk, over in rows.items() if not over}
    require(kept <= young, "what a department was told is kept for longer than the page says")
    require(kept == young, "what a department was told is deleted before its time")
    require(photos == kept, "photos do not go with their messages, and with nothing else")
    return Evidence(
        "Played through for this check, messages to each department and their photos were deleted "
        "24 months after they were closed, and not before.",
        {"messages": len(rows)},
    )


@promise("contact.departments", look=Look.ROWS)
def nothing_told_to_a_department_is_over(site: RunningSite) -> Evidence:
    """No stored message to a department was closed more than 24 months ago."""
    limit = months_from(timezone.now(), -24)
    to_departments = ContactMessage._base_manager.exclude(topic="webmaster")
    answered = to_departments.filter(state="answered")
    spam = to_departments.filter(state="spam")
    return Evidence(
        "No stored message to a department was closed more than 24 months ago.",
        {
            **nothing_is_over(
                "messages to departments answered more than 24 months ago",
                answered, "answered_at", before=limit,
            ),
            **nothing_is_over(
                "messages to departments put away more than 24 months ago",
                spam, "received_at", before=limit,
            ),
        },
    )  # fmt: skip
