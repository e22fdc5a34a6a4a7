"""The set-up list: what a new company has to see to, each with a check that looks for itself.

It stands on the front page of the admin, for owners alone, until everything is done. A check can
fail again later: a worker that has died stands here as well as one that was never started.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.services import staff_without_second_factor
from outbox import left_undone
from outbox.job_runs import BY_HAND, MAIL_ARRIVED, was_done
from outbox.models import JobRun
from pages.models import Page
from pages.tree import live_tree
from privacy.datamap import backups
from privacy.policy.models import PRIVACY, TERMS, PolicyVersion
from privacy.promises.models import PromiseResult, PromiseRun, State
from privacy.promises.registry import Look
from sens_site.lib.content import load_company, read_tasks, read_vendors
from sens_site.lib.content_gaps import not_filled_in

OFFICER = "Privacy officer"
WORKER_SILENT = timedelta(minutes=30)
"""Jobs run each minute, and are noted every ten."""
LOOKED = timedelta(days=2)
EXAMPLE = settings.BASE_DIR / "content" / "example"
FACTS = ("legal_name", "formal_name", "short_name", "street", "postal_code", "phone")
LOGO = (
    "templates/company/logo.html", "static/img/icon.png", "static/img/icon.svg",
    "static/img/share.png",
)  # fmt: skip
PLACEHOLDER = re.compile(
    r"\[(?:…|\.\.\.|your [^\]]*|to be [^\]]*|[A-Z][A-Z _-]{2,})\](?!\()"
    r"|lorem ipsum|\b(?:TODO|TBD|XXX+)\b|for the site owner|\(\d{3}\) 555-\d{4}|Example Power",
    re.IGNORECASE,
)
"""What nobody means to publish: gaps in brackets, filler, notes, the example's names and numbers."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to see to: what it is called, where that is done, and what is still to do."""

    title: str
    url: str
    gaps: tuple[str, ...]


Check = Callable[[], Iterator[str]]
_checks: list[tuple[str, Callable[[], str], Check]] = []


def _item(title: str, url: Callable[[], str]) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        _checks.append((title, url, check))
        return check

    return register


def set_up_items() -> list[Item]:
    """Return all, in the order in which they are best done. What has no gap is done."""
    return [Item(title, url(), tuple(check())) for title, url, check in _checks]


def _desk(name: str) -> Callable[[], str]:
    return lambda: reverse(f"admin:{name}")


@_item("What only the company knows", lambda: reverse("policy:legal"))
def company_facts() -> Iterator[str]:
    yield from not_filled_in(settings.COMPANY, ())
    if settings.CONTENT_DIR != EXAMPLE:
        example = load_company(EXAMPLE)
        for name in FACTS:
            if getattr(settings.COMPANY, name) == getattr(example, name):
                yield f"{name} in company.toml is still the example's."
    for field in fields(settings.COMPANY):
        value = getattr(settings.COMPANY, field.name)
        if isinstance(value, str) and value.startswith("[your "):
            yield f"{field.name} in company.toml is still “{value}”."


@_item("Logo and icons", lambda: "/")
def logo() -> Iterator[str]:
    """A company that began with a copy of the example has drawn its own."""
    if settings.CONTENT_DIR == EXAMPLE:
        return
    for name in LOGO:
        if _bytes(settings.CONTENT_DIR / name) == _bytes(EXAMPLE / name):
            yield f"{name} is still the example's."


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


@_item("Mail that arrives", _desk("set_up_mail"))
def mail() -> Iterator[str]:
    if not was_done(MAIL_ARRIVED):
        yield "Nobody has shown yet that a mail of this site arrives: send one to yourself."


@_item("Front server and encryption, seen from outside", lambda: reverse("promises:promises"))
def front() -> Iterator[str]:
    """The look of strangers, which the worker takes each night."""
    seen = PromiseResult.objects.filter(look=Look.OUTSIDE)
    newest = seen.order_by("-checked_at").first()
    if newest is None or newest.checked_at < timezone.now() - LOOKED:
        yield "Nobody has looked from outside lately: manage.py check_front."
    elif not seen.filter(state=State.KEPT).exists():
        yield "The look from outside found nobody at the address of the site."
    for result in seen.filter(state=State.BROKEN):
        yield result.words


@_item("Second factors", _desk("accounts_user_changelist"))
def second_factors() -> Iterator[str]:
    for name in staff_without_second_factor():
        yield f"{name} has none."


@_item("Backup made, and restore tried", _desk("set_up"))
def restore() -> Iterator[str]:
    yield from backups.overdue()


@_item("Privacy officer", _desk("accounts_user_changelist"))
def officer() -> Iterator[str]:
    group = Group.objects.filter(name=OFFICER)
    people = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    if not people.filter(groups__in=group).exists():
        yield f"Nobody has the role “{OFFICER}” yet. Give it to a colleague."


@_item("Firms, and agreements with them", lambda: reverse("datamap:record"))
def vendors() -> Iterator[str]:
    """What `vendors.toml` leaves open. Without a firm, somebody still runs the servers."""
    gaps = not_filled_in(settings.COMPANY, read_vendors(settings.CONTENT_DIR))
    own = set(company_facts())
    yield from (gap for gap in gaps if gap not in own)


@_item("Pages that only the company can complete", _desk("pages_page_changelist"))
def tasks() -> Iterator[str]:
    edited = set(Page.objects.edited().values_list("shipped", flat=True))
    for task in read_tasks(settings.CONTENT_DIR):
        if task["page"] not in edited:
            yield f"{task['page']}: {task['do']}"


@_item("Placeholders in public texts", _desk("pages_page_changelist"))
def placeholders() -> Iterator[str]:
    """Each text that visitors read, as it stands today."""
    if settings.CONTENT_DIR == EXAMPLE:
        return
    paths = [node.path for node in live_tree().walk() if node.content]
    texts = {
        path: f"{text.title}\n{text.description}\n{text.body}"
        for path, text in Page.objects.shown(paths).items()
    }
    for slug in (PRIVACY, TERMS):
        version = PolicyVersion.objects.in_force(slug)
        if version is not None:
            texts[version.get_absolute_url()] = version.source_text
    for path, text in texts.items():
        if found := PLACEHOLDER.search(text):
            yield f"{path}: “{found[0]}”"


@_item("First policy sealed", _desk("policy_policydraft_changelist"))
def policy() -> Iterator[str]:
    if PolicyVersion.objects.in_force(PRIVACY) is None:
        yield "The site has no privacy policy yet. Import or write one, and seal it."


@_item("Promises looked at", _desk("promises_promiseresult_changelist"))
def promises() -> Iterator[str]:
    newest = PromiseRun.objects.order_by("-number").first()
    if newest is None or newest.at < timezone.now() - LOOKED:
        yield "Nobody has looked for two days whether the policy is kept: manage.py verify_promises."


@_item("The worker", _desk("outbox_outboxmail_changelist"))
def worker() -> Iterator[str]:
    if (
        not JobRun.objects.exclude(name__in=BY_HAND)
        .filter(started_at__gt=timezone.now() - WORKER_SILENT)
        .exists()
    ):
        yield "No job has run for half an hour: is manage.py worker alive? Without it no mail leaves."
    else:
        yield from left_undone.words()
