"""Promises about accounts that nobody uses: who is told, who is erased, who stays."""

import secrets
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.test import RequestFactory
from django.urls import resolve
from django.utils import timezone
from django.utils.formats import date_format

from accounts.data_subject import ERASED_DOMAIN
from accounts.models import IdleNotice, User
from outbox.models import NOTICE, OutboxMail
from privacy.datamap.holds import held_subjects, without_held
from privacy.datamap.promises.filled_rows import fill
from privacy.datamap.promises.played_people import Played
from privacy.datamap.promises.purging import (
    AN_HOUR,
    IDLE_ACCOUNTS,
    LATE,
    done_by_the_job,
    months_from,
    ran_lately,
    runs_daily,
    sentence_gives_its_periods,
)
from privacy.datamap.promises.recipients import goes_to_nobody_else
from privacy.datamap.promises.written_times import times_are_written_where_it_is_known
from privacy.datamap.stored_mail import mail_text
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite


def _word() -> str:
    return f"check{secrets.token_hex(6)}"


FILLED, TOLD_BEFORE = "says all that can be said", "told years ago and used since"
HAS_ALL = "has a row in every table"


def _has_all(site: RunningSite) -> User:
    """Play somebody with all that an account may have: a second factor is no reason to be kept."""
    document, version, record = (
        apps.get_model("downloads", one)
        for one in ("Document", "DocumentVersion", "DownloadRecord")
    )
    made = version.objects.create(
        document=document.objects.create(number=_word(), title="A check", kind="manual"),
        label="1", file_name="check.pdf", size=1, sha256="0" * 64, content_type="application/pdf",
        publish_at=timezone.now(),
    )  # fmt: skip
    user: User = Played(site).user
    record.objects.create(user=user, version=made)
    user.groups.set(Group.objects.all())
    Authenticator.objects.filter(user=user).delete()
    for kind in ("totp", "webauthn", "recovery_codes"):
        Authenticator.objects.create(user=user, type=kind, data={})
    apps.get_model("newsletter", "Subscriber").objects.create(
        email=user.email, state="confirmed", confirmed_at=timezone.now(), confirmed_by="link"
    )
    apps.get_model("contact", "OrderState").objects.create(
        email=user.email, order_number=_word(), state="In production"
    )
    IdleNotice.objects.filter(user=user).delete()
    return user


@promise("retention.idle-account", look=Look.REHEARSAL)
def an_unused_account_ends_after_a_notice(site: RunningSite) -> Evidence:
    """Of those unused for a year each is told and ends, unless it is used again or not reached."""
    sentence_gives_its_periods("retention.idle-account")
    runs_daily(IDLE_ACCOUNTS)
    times_are_written_where_it_is_known("retention.idle-account")
    now = timezone.now()
    limit, told_long_ago = months_from(now, -12), now - timedelta(days=30)
    over, within = limit - timedelta(days=1), limit + timedelta(days=1)
    played: dict[str, dict[str, Any]] = {
        "unused": {"last_login": over},
        "never signed in": {"last_login": None, "date_joined": over},
        "wishes to get news": {"last_login": over, "marketing_opt_in_at": over},
        "switched off": {"last_login": over, "is_active": False},
        FILLED: {"last_login": over},
        TOLD_BEFORE: {"last_login": over},
        "used again": {"last_login": over},
        "not reached": {"last_login": over},
        "staff": {"last_login": over, "is_staff": True},
        "superuser": {"last_login": over, "is_superuser": True},
        "used within the year": {"last_login": within, "date_joined": over},
        "joined within the year": {"last_login": None, "date_joined": within},
    }
    end = {
        "unused",
        "never signed in",
        "wishes to get news",
        "switched off",
        FILLED,
        TOLD_BEFORE,
        HAS_ALL,
    }
    with site.rehearsal():
        people = {
            kind: User.objects.create(username=_word(), email=f"{_word()}@example.com", **columns)
            for kind, columns in played.items()
        }
        fill(people[FILLED], but={"is_staff", "is_superuser"})
        people[HAS_ALL] = _has_all(site)
        User.objects.filter(pk=people[HAS_ALL].pk).update(last_login=over, date_joined=over)
        years_ago = months_from(now, -36)
        IdleNotice.objects.create(
            user=people[TOLD_BEFORE], queued_at=years_ago, sent_at=years_ago
        )  # of another idle year: who has come back since is told anew
        idle = end | {"used again", "not reached"}
        told = _told_by_the_job(people, at_least=idle)
        require(told == idle, f"told were: {', '.join(sorted(told)) or 'none'}")
        _is_told_when_it_ends(people["unused"], on=now + timedelta(days=30))
        # The days count from the mail that went out, not from the one that waits or was given up.
        mails = OutboxMail.objects.filter(purpose=NOTICE, recipient__in=_addresses(people))
        not_reached = people["not reached"].email
        mails.filter(recipient=not_reached).update(parked_at=told_long_ago - AN_HOUR)
        mails.exclude(recipient=not_reached).update(sent_at=told_long_ago + AN_HOUR)
        done_by_the_job(IDLE_ACCOUNTS)
        early = _gone(people)
        require(not early, f"before the 30 days were over, these were erased: {early}")
        notices = IdleNotice.objects.filter(user__in=people.values(), sent_at__isnull=False)
        notices.update(sent_at=told_long_ago - AN_HOUR)
        _logs_in_again(site, people["used again"])
        gone = _ended_by_the_job(people, at_least=end)
        require(set(gone) == end, f"erased were: {', '.join(gone) or 'none'}")
        written_to = mails.model.objects.exclude(purpose=NOTICE).values_list("recipient", flat=True)
        silent = sorted(kind for kind in end if people[kind].email not in set(written_to))
        require(not silent, f"no last mail with the report is written to: {', '.join(silent)}")
        for kind in idle:
            goes_to_nobody_else(people[kind].email)
    return Evidence(
        "Played through for this check: accounts unused for a year were told, and erased 30 days "
        "after the mail; one that was used again stayed, and so did those of staff.",
        {"years unused": 1, "days after the notice": 30, "accounts": len(people)},
    )


DOORS = (
    "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/passkey/login/", "/admin/login/",
    "/accounts/confirm-email/a/", "/accounts/password/reset/key/1-a/", "/accounts/register/", "/",
)  # fmt: skip
"""By which somebody may log in, today or once a page does so at its end."""


def _logs_in_again(site: RunningSite, user: User) -> None:
    """Let somebody log in at the page, and require that a log-in counts by whatever other door."""
    accounts = User.objects.filter(pk=user.pk)
    for door in DOORS:
        accounts.update(last_login=None)
        request = RequestFactory().post(door)
        request.resolver_match, request.user = resolve(door), user
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        user_logged_in.send(sender=User, request=request, user=accounts.get())
        noted = accounts.filter(last_login__isnull=False).exists()
        require(noted, f"a log-in by {door} is not noted: who uses an account loses it")
    user.set_password(password := secrets.token_urlsafe(16))
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    accounts.update(last_login=months_from(timezone.now(), -13))
    said = {"login": user.username, "password": password}
    answer = site.visitor().post("/accounts/login/", said)
    require(answer.status == 303, f"logging in is answered with {answer.status}")


MOST_RUNS = 10
"""A run tells, or ends, so many people; those who have been idle for longer come first."""


def _addresses(people: dict[str, User]) -> list[str]:
    return [user.email for user in people.values()]


def _told_by_the_job(people: dict[str, User], *, at_least: set[str]) -> set[str]:
    """Let the job tell people, and return the kinds of those to whom a mail was stored."""
    told: set[str] = set()
    for _ in range(MOST_RUNS):
        done_by_the_job(IDLE_ACCOUNTS)
        mails = OutboxMail.objects.filter(purpose=NOTICE, recipient__in=_addresses(people))
        reached = set(mails.values_list("recipient", flat=True))
        told = {kind for kind, user in people.items() if user.email in reached}
        if told >= at_least:
            break
    return told


def _is_told_when_it_ends(user: User, *, on: datetime) -> None:
    """Require that the notice says why it comes, when the account ends, and how to keep it."""
    mail = OutboxMail.objects.to_address(user.email).get()
    text = mail_text(mail.message)
    day = date_format(timezone.localtime(on).date())
    for said in ("one year", day, "/accounts/login/"):
        require(said in text, f"the notice does not say “{said}”")


def _ended_by_the_job(people: dict[str, User], *, at_least: set[str]) -> list[str]:
    """Let the job end accounts, and return the kinds of those that are gone."""
    gone: list[str] = []
    for _ in range(MOST_RUNS):
        done_by_the_job(IDLE_ACCOUNTS)
        gone = _gone(people)
        if at_least <= set(gone):
            break
    return gone


def _gone(people: dict[str, User]) -> list[str]:
    return [kind for kind, user in people.items() if not User.objects.filter(pk=user.pk).exists()]


@promise("retention.idle-account", look=Look.ROWS)
def no_stored_account_is_idle_for_longer(site: RunningSite) -> Evidence:
    """Who has not signed in for a year has been told; who was told 30 days ago is not there.

    But for those who asked for their information to be stored and not used.
    """
    now, held = timezone.now(), held_subjects()
    idle = User._base_manager.filter(is_staff=False, is_superuser=False).exclude(
        email__endswith=f"@{ERASED_DOMAIN}"
    )
    idle = without_held(idle, held)
    idle = idle.annotate(seen_at=Coalesce("last_login", "date_joined")).filter(
        seen_at__lt=months_from(now, -12) - LATE
    )
    told = IdleNotice._base_manager.filter(user=OuterRef("pk"))
    silent = idle.filter(~Exists(told)).count()
    require(not silent, f"{silent} accounts have been idle for a year, and nobody was told")
    over = idle.filter(Exists(told.filter(sent_at__lt=now - timedelta(days=30) - LATE))).count()
    require(not over, f"{over} accounts were told more than 30 days ago and are still there")
    # The log of mail forgets after 14 days, and a notice that did not go out is written anew.
    unsent = told.filter(sent_at=None, queued_at__lt=now - timedelta(days=20))
    waiting = idle.filter(Exists(unsent)).count()
    require(not waiting, f"{waiting} notices were written weeks ago and have not been sent")
    ahead = User._base_manager.filter(
        Q(last_login__gt=now + LATE) | Q(date_joined__gt=now + LATE)
    ).count()
    require(not ahead, f"{ahead} accounts bear a date that is still to come, and are never idle")
    return Evidence(
        "No stored account has been idle for a year without a notice, or is still there 30 days "
        "after it.",
        {
            "idle for a year and not told": silent,
            "told more than 30 days ago": over,
            "idle and told": idle.count(),
            **ran_lately(IDLE_ACCOUNTS),
        },
    )
