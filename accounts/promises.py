"""Promises about accounts: what one holds, how it is corrected, and how it goes.

Each check plays a person who registers in a rehearsal. Names and addresses are made up anew each
time, so that looking for them afterwards finds this person and nobody else.
"""

import re
import secrets
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from accounts import promises_of_idle_accounts  # noqa: F401 - registers its checks
from accounts.models import (
    Registration,
    Session,
    User,
)
from outbox.models import OutboxMail
from privacy.datamap.promises.purging import (
    AN_HOUR,
    IDLE_ACCOUNTS,
    LATE,
    PURGE,
    done_by_the_job,
    months_from,
    ran_lately,
)
from privacy.datamap.promises.raw_rows import Database
from privacy.datamap.promises.rows_of_accounts import nothing_points_to_what_is_gone
from privacy.datamap.promises.rules import rules_are_those_that_are_known
from privacy.promises.page_reader import Element
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from privacy.promises.seen_links import are_seen, button_is_seen
from privacy.rights.promises.played_requests import hold

PASSWORD = "plover lantern 42 quiet"  # noqa: S105 - of people who do not exist
PROFILE, DATA, DELETE = "/accounts/profile/", "/accounts/data/", "/accounts/delete/"
WEBMASTER, CHOICES = "/contact/webmaster/", "/privacy/choices/"
NAMED_BY_THE_POLICY = {
    "username": "username",
    "email": "email address",
    "name": "name",
    "company": "employer",
    "position": "position",
    "phone": "telephone number",
}
ALSO_HELD = frozenset({
    "date_joined", "groups", "id", "is_active", "is_staff", "is_superuser", "last_login",
    "mail_daily", "marketing_opt_in_at", "password",
})  # fmt: skip
"""What an account needs to work, or what its person chose: sign-in, state, role, preferences."""


def _word() -> str:
    return f"check{secrets.token_hex(6)}"


@dataclass
class Person:
    """Somebody who registers, with words that stand nowhere else."""

    visitor: Visitor
    username: str = field(default_factory=_word)
    email: str = field(default_factory=lambda: f"{_word()}@example.com")
    details: dict[str, str] = field(
        default_factory=lambda: {
            name: _word() for name in NAMED_BY_THE_POLICY if name not in ("username", "email")
        }
    )
    """What the profile form takes."""

    @property
    def known(self) -> dict[str, str]:
        """All that the person has told, under the names of the columns."""
        return {"username": self.username, "email": self.email, **self.details}

    @property
    def words(self) -> set[str]:
        """The words by which this person would be found."""
        return set(self.known.values())

    def mailed_link(self) -> str:
        """Return the path of the link that was mailed."""
        mail = OutboxMail.objects.to_address(self.email).order_by("-pk").first()
        text = str(mail.as_message().message()) if mail else ""
        found = re.search(r"https?://[^/\s]+(/accounts/confirm-email/\S+)", text)
        require(found, "no link to confirm the address was mailed")
        assert found is not None  # noqa: S101 - for the type checker
        return found[1]

    def log_in(self) -> Answer:
        """Send the log-in form."""
        data = {"login": self.username, "password": PASSWORD}
        return self.visitor.post("/accounts/login/", data)


def registered(site: RunningSite) -> Person:
    """Register, confirm the address and log in, all by the site's own pages."""
    person = Person(site.visitor())
    data = {"username": person.username, "email": person.email, "password1": PASSWORD}
    answer = person.visitor.fill_in("/accounts/register/", {**data, **person.details})
    require(answer.status == 303, f"registering is answered with {answer.status}")
    link = person.mailed_link()
    person.visitor.get(link)
    address = EmailAddress.objects.filter(email=person.email)
    require(not address.filter(verified=True).exists(), "opening the mailed link confirms it")
    person.visitor.post(link, {})
    require(address.filter(verified=True).exists(), "the mailed link's button confirms nothing")
    answer = person.log_in()
    require(answer.status == 303, f"logging in is answered with {answer.status}")
    return person


def deleted(person: Person) -> Answer:
    """Delete the account by its page. The log-in of a moment ago is the proof that it asks for."""
    page = person.visitor.get(DELETE)
    require(page.status == 200, f"the page to delete an account answers {page.status}")
    asked = {box.get("name") for form in page.page.forms() for box in form.all("input")}
    require("username" in asked, "the page to delete an account has no form for it")
    answer = person.visitor.post(DELETE, {"username": person.username})
    require(answer.status == 303, f"deleting is answered with {answer.status}")
    return answer


def _name(box: Element) -> str:
    return box.get("name")


@promise("account.delete", look=Look.REHEARSAL)
def an_account_can_be_deleted(site: RunningSite) -> Evidence:
    """The whole way, without script: register, confirm, log in twice, delete, be gone.

    Neither what waits for an answer nor a restriction keeps anybody.
    """
    with site.rehearsal():
        person = registered(site)
        asked = {"name": person.details["name"], "email": person.email, "kind": "access"}
        for path in (WEBMASTER, CHOICES):
            answer = person.visitor.post(path, {**asked, "message": _word(), "text": _word()})
            require(answer.status == 303, f"{path} answers {answer.status} to what is asked")
        hold(person.email)
        elsewhere = Person(site.visitor(), username=person.username)
        require(elsewhere.log_in().status == 303, "logging in on a second device fails")
        profile = person.visitor.get(PROFILE)
        require(profile.status == 200, f"the profile answers {profile.status}")
        require(DELETE in profile.page.links, "the account's pages do not lead to its deletion")
        are_seen(site, (profile,), DELETE)
        asking = person.visitor.get(DELETE)
        forms = [one for one in asking.page.forms() if "username" in map(_name, one.all("input"))]
        button_is_seen(site, asking, forms[0] if forms else None, "delete the account")
        old = dict(person.visitor.cookies)
        deleted(person)
        for cookies in (person.visitor.cookies, old, elsewhere.visitor.cookies):
            seen = site.visitor(cookies=cookies).get(PROFILE)
            require(seen.status == 302, f"a former session is still answered with {seen.status}")
        again = Person(site.visitor(), username=person.username).log_in()
        require(again.status == 422, f"the old password is answered with {again.status}")
    return Evidence(
        "Played through for this check, an account was registered, used on two devices and deleted; both were signed out, and "
        "the old password opened nothing.",
        {"devices signed out": 2},
    )


@promise("account.delete-removes-data", look=Look.REHEARSAL)
def nothing_of_the_person_is_left(site: RunningSite) -> Evidence:
    """After the deletion, no table holds a word of the person but the last mail to them."""
    with site.rehearsal():
        person = registered(site)
        person.visitor.post(PROFILE, {**person.details, "marketing": "on"})
        known = {"name": person.details["name"], "phone": person.details["phone"]}
        message = {**known, "email": person.email, "message": _word()}
        person.visitor.post(WEBMASTER, {**message, "wants_contact": "on"})
        words = {*person.words, message["message"], *_written_to_departments(site, message)}
        user = User.objects.get(username=person.username)
        database = Database.as_it_stands()
        before = set(database.of_person(user.pk, User._meta.db_table, words))
        wanted = {
            "account_emailaddress", "accounts_session", "accounts_user", "contact_contactmessage",
            "outbox_outboxmail",
        }  # fmt: skip
        require(before >= wanted, "the person was hardly stored, so nothing can be shown")
        deleted(person)
        left = database.of_person(user.pk, User._meta.db_table, words)
    last = left.pop(OutboxMail._meta.db_table, {})
    require(not left, f"something of the person is left in {', '.join(sorted(left))}")
    require(len(last) == 1, f"{len(last)} mails name the person afterwards")
    return Evidence(
        "Played through for this check, what a person had told stood in many tables before and in "
        "none afterwards, but for the last mail.",
        {"tables before": len(before), "mails left": len(last)},
    )


def _written_to_departments(site: RunningSite, message: dict[str, str]) -> list[str]:
    """Write to each department that has a form, without being logged in; return what."""
    words = []
    for one in settings.COMPANY.departments:
        if one.fields is not None:
            words.append(_word())
            answer = site.visitor().post(one.path, {**message, "message": words[-1]})
            require(answer.status == 303, f"{one.path} answers {answer.status} to a good message")
    return words


@promise("retention.account", look=Look.REHEARSAL)
def an_account_lives_until_it_is_deleted(site: RunningSite) -> Evidence:
    """No job ends an account in use; deleting it takes effect before the page answers."""
    rules_are_those_that_are_known("retention.account")
    with site.rehearsal():
        person = registered(site)
        mine = User.objects.filter(username=person.username)
        mine.update(date_joined=months_from(timezone.now(), -120))
        now = timezone.now()
        for name, end in (("over", now - AN_HOUR), ("not yet", now + AN_HOUR)):
            Session.objects.create(session_key=name, session_data="", expire_date=end)
        for job in (PURGE, IDLE_ACCOUNTS):
            done_by_the_job(job)
        require(mine.exists(), "an account in use is not there any more")
        sessions = Session.objects.filter(session_key__in=["over", "not yet"])
        kept = list(sessions.values_list("session_key", flat=True))
        require(kept == ["not yet"], "sessions do not go when they end")
        user = mine.get()
        deleted(person)
        require(not mine.exists(), "the account is still there when the page answers")
        left = [
            model._meta.label
            for model in (Session, EmailAddress)
            if model._default_manager.filter(user_id=user.pk).exists()
        ]
        require(not left, f"{left[:1]} is still there when the page answers")
    return Evidence(
        "Played through for this check: no job ended an account of ten years that is in use; when "
        "it was deleted, it was gone when the page answered.",
        {"days of waiting": 0},
    )


@promise("retention.account", look=Look.ROWS)
def nothing_of_an_account_outlives_it(site: RunningSite) -> Evidence:
    """No session has ended long ago, and none belongs to nobody; no registration waits for ever."""
    now = timezone.now()
    sessions, registrations = Session._base_manager, Registration._base_manager
    ended = sessions.filter(expire_date__lt=now - LATE).count()
    require(not ended, f"{ended} sessions have ended and are still stored")
    endless = sessions.filter(expire_date__gt=months_from(now, 12)).count()
    require(not endless, f"{endless} sessions do not end within a year")
    waiting = registrations.filter(ends_at__lt=now - LATE)
    unconfirmed = waiting.filter(user__is_staff=False, user__is_superuser=False).count()
    require(not unconfirmed, f"{unconfirmed} registrations are over and still stored")
    nothing_points_to_what_is_gone()
    return Evidence(
        "No stored session has ended long ago, and nothing belongs to an account that is gone.",
        {
            "accounts": User._base_manager.count(),
            "sessions that ended long ago": ended,
            "records of accounts that are gone": 0,
            **ran_lately(PURGE),
        },
    )


@promise("information.account-profile", look=Look.REHEARSAL)
def an_account_holds_what_the_policy_names(site: RunningSite) -> Evidence:
    """No column beside the named ones; one page shows all of them to their person."""
    columns = set(Database.as_it_stands().tables[User._meta.db_table].columns)
    beside = sorted(columns - set(NAMED_BY_THE_POLICY) - ALSO_HELD)
    require(not beside, f"an account also holds {beside[:1]}")
    with site.rehearsal():
        person = registered(site)
        page = person.visitor.get(DATA)
        require(page.status == 200, f"the page of what we hold answers {page.status}")
        words = page.page.text
        missing = [
            said for name, said in NAMED_BY_THE_POLICY.items() if person.known[name] not in words
        ]
        require(not missing, f"the page of what we hold does not show your {missing[:1]}")
        require(site.get(DATA).status == 302, "strangers see the page of what we hold")
    return Evidence(
        "An account has columns for what the policy names alone; played through for this check, one page "
        "showed all of it.",
        {"items named": len(NAMED_BY_THE_POLICY)},
    )


@promise("rights.correction", look=Look.REHEARSAL)
def a_profile_can_be_corrected(site: RunningSite) -> Evidence:
    """A change by the form is stored, shown, and replaces what was wrong."""
    with site.rehearsal():
        person = registered(site)
        person.visitor.post(PROFILE, person.details)
        right = {name: f"{_word()}" for name in ("name", "company", "position")}
        answer = person.visitor.post(PROFILE, {**person.details, **right})
        require(answer.status == 303, f"a correction is answered with {answer.status}")
        user = User.objects.get(username=person.username)
        stored = {name: getattr(user, name) for name in right}
        require(stored == right, "the correction is not stored")
        words = person.visitor.get(DATA).page.text
        require(all(word in words for word in right.values()), "the correction is not shown")
        require(person.details["company"] not in words, "what was wrong is still shown")
    return Evidence(
        "Played through for this check, a profile was corrected by its form, and the new words replaced the old ones.",
        {"items corrected": len(right)},
    )
