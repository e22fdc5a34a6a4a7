"""Promises about who may see what: each role at each page of the desk, each secret address.

What is expected is written out in `desk_rights.py`, from the documents on the roles and on the
desk, and never read from the code that gives rights.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, product, repeat
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import override_settings
from django.urls import URLResolver, get_resolver
from django.utils.regex_helper import normalize

from contact.models import ContactMessage
from outbox.models import OutboxMail
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from privacy.rights.choices import Channel, Kind
from privacy.rights.intake import open_request
from privacy.rights.models import SubjectRequest
from sens_site.promises.asked_names import OF_THE_DESK, read_in_code
from sens_site.promises.desk_acts import the_desk_does_what_it_is_there_for
from sens_site.promises.desk_rights import ABOUT_PEOPLE, MAY_OPEN, RIGHTS
from sens_site.promises.desk_rows import must_be_refused, played_rows
from sens_site.promises.guessed_codes import nobody_guesses_a_second_factor
from sens_site.promises.private_files import private_files_lie_for_the_site_alone
from sens_site.promises.second_factors import it_takes_two_to_take_a_second_factor_away
from sens_site.promises.stored_secrets import secrets_are_stored_unreadably

DESK, OWN_PAGES = "/admin/", "/accounts/"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHUT = (301, 302, 303, 403, 404, 405)
LEADING_OUT = ("logout", "login")
ALONE = "staff without second factor"
TOKEN = "a" * 32
"""The admin's token in a cookie and in a form: whoever sends both has it, and proves nothing else."""


def new_mark() -> str:
    return f"check{secrets.token_hex(6)}"


@dataclass
class Somebody:
    """A customer with something of each kind, and the words that stand nowhere else."""

    site: RunningSite
    mark: str = field(default_factory=new_mark)

    def __post_init__(self) -> None:
        self.email = f"{self.mark}@example.com"
        self.user = get_user_model().objects.create_user(
            username=self.mark, email=self.email, name=self.mark
        )
        apps.get_model("account", "EmailAddress").objects.create(
            user=self.user, email=self.email, verified=True, primary=True
        )
        self.visitor = self.site.visitor()
        self.visitor.sign_in(self.user)
        sent = {"name": self.mark, "email": self.email, "message": f"{self.mark} is rolled back."}
        wish = {"phone": "1", "wants_contact": "on"}
        answer = self.site.visitor().post("/contact/webmaster/", {**sent, **wish})
        require(answer.status == 303, f"a message is answered with {answer.status}")
        self.message = ContactMessage.objects.get(email=self.email)
        self.request = open_request(
            kind=Kind.ACCESS,
            name=self.mark,
            email=self.email,
            text=f"{self.mark} is rolled back.",
            channel=Channel.FORM,
        )

    def mailed(self, start: str) -> str:
        """Return the newest address that was mailed to the person and begins in some way."""
        mails = OutboxMail.objects.to_address(self.email).order_by("-pk")
        payloads: list[Any] = [m.as_message().message().get_payload(decode=True) for m in mails]
        words = " ".join(one.decode() for one in payloads)
        found: list[str] = re.findall(rf"https?://[^/\s]+({re.escape(start)}\S+)", words)
        require(found, f"no address below {start} was mailed")
        return found[0]


def paths_of(patterns: list[Any], start: str = "/") -> Iterator[str]:
    """Yield an address for each route, with a 1 where a value is needed."""
    for entry in patterns:
        template, names = normalize(entry.pattern.regex.pattern)[0]
        piece = str(template % dict.fromkeys(names, "1")).lstrip("/")
        if isinstance(entry, URLResolver):
            yield from paths_of(entry.url_patterns, start + piece)
        else:
            yield start + piece


def desk_pages(rows: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the pages of the desk as address, table and what the page is for.

    A page of one row is that of a row that is there, where one is known; of what belongs to it,
    that of the first.
    """
    tables = {model._meta.label_lower for model in apps.get_models()}
    found = set()
    for path in paths_of(get_resolver().url_patterns):
        parts = path.removeprefix(DESK).strip("/").split("/")
        if not path.startswith(DESK) or parts[0] in LEADING_OUT:
            continue
        table = ".".join(parts[:2])
        if table not in tables:
            found.add((path, "", ""))
            continue
        values = chain([str(rows.get(table, 1))], repeat("1"))
        rest = [next(values) if part == "1" else part for part in parts[2:]]
        words = [part for part in parts[2:] if part != "1"]
        page = words[-1] if words else "open" if rest else ""
        address = "/".join([DESK.strip("/"), *parts[:2], *rest])
        slash = "/" if path.endswith("/") else ""
        found.add((f"/{address}{slash}", table, page))
    return sorted(found)


@contextmanager
def people_at_the_desk(site: RunningSite) -> Iterator[tuple[Somebody, dict[str, Visitor]]]:
    """Play somebody whose words could be read, and one member of staff of each kind."""
    with site.rehearsal():
        person = Somebody(site)
        staff = {name: played_member(site, [name]) for name in MAY_OPEN}
        staff["staff without a role"] = played_member(site, [])
        yield person, staff


def played_member(
    site: RunningSite, roles: list[str], *, second: bool = True, **fields: Any
) -> Visitor:
    """Return the browser of a member of staff with some roles."""
    word = new_mark()
    user = get_user_model().objects.create_user(
        **{"username": word, "email": f"{word}@example.com", "is_staff": True, **fields}
    )
    for role in roles:
        groups = Group.objects.filter(name=role)
        require(groups.exists(), f"there is no role {role}")
        user.groups.add(*groups)
    if second:
        factors = apps.get_model("mfa", "Authenticator").objects
        factors.create(user=user, type="totp", data={"secret": word})
    visitor = site.visitor()
    visitor.sign_in(user)
    return visitor


def _must_be_shut(answer: Answer, who: str, mark: str) -> None:
    require(answer.status in SHUT, f"{answer.path} answers {answer.status} to {who}")
    require(mark not in answer.text, f"{answer.path} tells {who} of somebody")


@promise("security.against-misuse", look=Look.REHEARSAL)
def each_role_opens_its_own_pages_alone(site: RunningSite) -> Evidence:
    """Every page of the desk is opened, and what it offers is sent, by each kind of staff."""
    with people_at_the_desk(site) as (person, staff):
        rows = played_rows(person.user, person.mark, person.email)
        pages = desk_pages({**rows, "accounts.user": person.user.pk})
        require(len(pages) > 50, "the pages of the desk were not found")
        # Its beginning: a mail as it is stored may break a long line.
        secret = person.mailed("/privacy/confirm/").rstrip("/").rpartition("/")[2][:16]
        for who, visitor in staff.items():
            shown = 0
            for path, table, page in pages:
                mine = page in MAY_OPEN.get(who, {}).get(table, ())
                if mine and table not in RIGHTS.get(who, {}):
                    continue  # what stands on these, the walk sees
                answer = visitor.get(path)
                require(secret not in answer.text, f"{path} shows {who} the text of a mail")
                if mine:
                    shown += person.mark in answer.text
                elif table:
                    _must_be_shut(answer, who, person.mark)
                    must_be_refused(answer, who, page)
                else:
                    require(person.mark not in answer.text, f"{path} tells {who} of somebody")
            require((who in RIGHTS) == (shown > 0), f"{who} finds us on {shown} pages")
        _no_question_opens_them(staff["staff without a role"], pages, person)
        _nothing_can_be_sent(staff["staff without a role"], pages, person)
        _nothing_can_be_sent(staff["Editor"], [p for p in pages if p[1] in ABOUT_PEOPLE], person)
    return Evidence(
        "Played through for this check, each role opened the pages that its work needs, and every "
        "other page of the desk was shut, whether opened or sent to.",
        {"pages of the desk": len(pages), "roles": len(MAY_OPEN)},
    )


def _no_question_opens_them(
    visitor: Visitor, pages: list[tuple[str, str, str]], person: Somebody
) -> None:
    """Require that pages about people stay shut whatever is asked behind their address."""
    asked = [urlencode(dict.fromkeys(sorted(some), "1")) for some in (OF_THE_DESK, read_in_code())]
    about_people = [path for path, table, _ in pages if table in ABOUT_PEOPLE]
    for path, names in product(about_people, asked):
        _must_be_shut(visitor.get(f"{path}?{names}"), "staff without the right", person.mark)


def _nothing_can_be_sent(
    visitor: Visitor, pages: list[tuple[str, str, str]], person: Somebody
) -> None:
    """Require that forms sent without the right change nothing."""
    tokens = [
        box.get("value")
        for box in visitor.get(DESK).page.all("input")
        if box.get("name") == "csrfmiddlewaretoken"
    ]
    data = {
        "csrfmiddlewaretoken": tokens[0] if tokens else "",
        "action": "delete_selected",
        "_selected_action": str(person.message.pk),
        "post": "yes",
        "note": "A check",
    }
    before = state_of(person)
    for path, table, _ in pages:
        if table:
            _must_be_shut(visitor.post(path, data), "staff without the right", person.mark)
    require(state_of(person) == before, "staff without the right changed something")


def state_of(person: Somebody) -> tuple[Any, ...]:
    """Return what nobody else may have changed of somebody."""
    return (
        *ContactMessage.objects.filter(email=person.email).values_list("pk", "state"),
        *SubjectRequest.objects.filter(email=person.email).values_list("pk", "closed_at"),
        *get_user_model().objects.filter(pk=person.user.pk).values_list("password", flat=True),
    )


@promise("security.against-misuse", look=Look.REHEARSAL)
def who_is_no_member_of_staff_sees_no_desk(site: RunningSite) -> Evidence:
    """Strangers, customers, customers who hold a role, and staff who left or lack a factor."""
    with site.rehearsal():
        person = Somebody(site)
        rows = {
            "contact.contactmessage": person.message.pk,
            "rights.subjectrequest": person.request.pk,
            "accounts.user": person.user.pk,
        }
        outside = {
            "a stranger": site.visitor(),
            "a customer": Somebody(site).visitor,
            "a customer with a role": played_member(site, list(MAY_OPEN), is_staff=False),
            "a member of staff who left": played_member(site, list(MAY_OPEN), is_active=False),
            ALONE: played_member(site, list(MAY_OPEN), second=False),
        }
        pages = desk_pages(rows)
        # As where others reach the site: a machine of one's own may do without (`staff_prove_who_they_are`).
        with override_settings(STAFF_MFA_REQUIRED=True):
            for who, visitor in outside.items():
                for path, table, _ in pages:
                    _must_be_shut(visitor.get(path), who, person.mark)
                    if who == ALONE and table in rows:  # who is let in, but for the second factor
                        visitor.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
                        sent = visitor.post(path, {"csrfmiddlewaretoken": TOKEN})
                        _must_be_shut(sent, who, person.mark)
        it_takes_two_to_take_a_second_factor_away(new_mark())
        nobody_guesses_a_second_factor(site, new_mark())
    return Evidence(
        "Played through for this check, every page of the desk was shut to strangers, to "
        "customers, and to staff who had left or had no second factor; only a colleague with the "
        "right to could take a lost one away.",
        {"pages of the desk": len(pages), "kinds of people": len(outside)},
    )


@promise("security.against-misuse", look=Look.ROWS)
def rights_are_held_by_the_roles_alone(site: RunningSite) -> Evidence:
    """Whoever holds a right at a table about people holds it by the one role that may have it."""
    people = get_user_model().objects.filter(is_active=True)
    staff = people.filter(is_staff=True)
    held = 0
    for permission in Permission.objects.select_related("content_type").order_by("pk"):
        of = permission.content_type
        table, act = f"{of.app_label}.{of.model}", permission.codename.partition("_")[0]
        if table not in ABOUT_PEOPLE:
            continue
        groups = Group.objects.filter(permissions=permission)
        named = [role for role, tables in RIGHTS.items() if act in tables.get(table, ())]
        beside = [group.name for group in groups if group.name not in named]
        require(not beside, f"the role “{beside[:1]}” may {act} {of.model}")
        alone = staff.filter(user_permissions=permission, is_superuser=False)
        require(not alone.exists(), f"an account may {act} {of.model} without the role for it")
        held += groups.count()
    secrets_read = secrets_are_stored_unreadably()
    private_files_lie_for_the_site_alone()
    pages = the_desk_does_what_it_is_there_for()
    powerful = people.filter(is_superuser=True, is_staff=False)
    require(not powerful.exists(), "a customer holds every right")
    return Evidence(
        "Rights at tables about people are held by the roles that need them, and by nobody else; "
        "stored secrets are hashed or encrypted, and no mailed link is good for longer than was said.",
        {
            "rights held by roles": held,
            "staff": staff.count(),
            "secrets": secrets_read,
            "tables at the desk": pages,
        },
    )


@promise("security.administrative", look=Look.ROWS)
def staff_prove_who_they_are(site: RunningSite) -> Evidence:
    """Where others reach the site, staff need a second factor."""
    alone = settings.SITE_HOST in LOOPBACK
    require(settings.STAFF_MFA_REQUIRED or alone, "staff log in without a second factor")
    staff = get_user_model().objects.filter(is_active=True, is_staff=True)
    powerful, number = staff.filter(is_superuser=True).count(), staff.count()
    factors = apps.get_model("mfa", "Authenticator").objects.exclude(type="recovery_codes")
    proving = staff.filter(pk__in=factors.values("user")).count()
    return Evidence(
        "Staff need a second factor to reach the desk."
        if settings.STAFF_MFA_REQUIRED
        else "This machine alone reaches the desk, so no second factor is asked for.",
        {"staff": number, "with a second factor": proving, "who may do everything": powerful},
    )
