"""Breaks behind a door that is seldom used: another log-in, another server, another document, another box."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in
from django.core.mail import EmailMessage

from newsletter.models import Subscriber
from outbox.jobs import Job
from outbox.worker import Worker
from sens_site.lib.deploy.nginx_published import Published
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

TOLD = Way.CONFIGURATION
COOKIE = "add_header Set-Cookie 'served=$request_id; Path=/; Max-Age=86400';\n"
PIXEL = "<p><img src=https://status.test/p.gif></p>"


@breaks("retention.idle-account")
def a_log_in_that_counts_at_the_page_alone(hand: Hand) -> None:
    def note(sender: Any, request: Any, user: Any, **more: Any) -> None:
        if request.resolver_match.url_name == "account_login":
            update_last_login(sender, user)

    user_logged_in.disconnect(dispatch_uid="update_last_login")
    user_logged_in.connect(note, weak=False, dispatch_uid="a break")

    def undo() -> None:
        user_logged_in.disconnect(dispatch_uid="a break")
        user_logged_in.connect(update_last_login, dispatch_uid="update_last_login")

    hand.on_release(undo)


@breaks("cookies.none-before-consent", way=TOLD)
def a_cookie_with_pages_that_nginx_gives_out(hand: Hand) -> None:
    def told(old: Any, published: Published) -> str:
        return f"{COOKIE}{old(published)}"

    hand.wrap("sens_site.lib.deploy.nginx_published.location", told)


@breaks("search.without-a-person", way=TOLD)
def a_box_of_browsers_that_asks_somebody_else(hand: Hand) -> None:
    ours = 'type="text/html" method="get" template="{{ site_origin }}'
    theirs = 'type="text/html" method="get" template="https://suggestions.test'
    hand.template("search/opensearch.xml", (ours, theirs))


@breaks("mail.unsubscribe-link", "retention.newsletter")
def a_word_of_regret(hand: Hand) -> None:
    def end(old: Any, reader: Subscriber, **more: Any) -> bool:
        ended = bool(old(reader, **more))
        EmailMessage("Sorry to see you go", "Why?", to=[reader.email]).send()
        return ended

    hand.wrap("newsletter.unsubscribing.end_subscription", end)


@breaks("downloads.notices", way=TOLD)
def no_link_to_end_mails_about_drawings(hand: Hand) -> None:
    link = "{{ ends_at }}\n"
    some = f"{{% if document.kind != 'drawing' %}}{link}{{% endif %}}"
    hand.template("downloads/mail/new_version.txt", (link, some))


@breaks("retention.backups")
def a_last_backup_that_stays(hand: Hand) -> None:
    def trim(old: Any, folder: Path, *, before: datetime) -> int:
        return int(old(folder, before=before)) if len(list(folder.iterdir())) > 1 else 0

    hand.wrap("sens_site.lib.deploy.backup_archive.trim", trim)


@breaks("account.kept-after-deletion", way=TOLD)
def a_last_mail_without_the_end_of_its_list(hand: Hand) -> None:
    whole, cut = "{{ report.as_text }}", "{{ report.as_text|truncatewords:-9 }}"
    hand.template("accounts/deleted.txt", (whole, cut))


@breaks("account.kept-after-deletion", way=TOLD)
def a_last_mail_that_has_an_end(hand: Hand) -> None:
    whole, cut = "{{ report.as_text }}", "{{ report.as_text|truncatechars:2000 }}"
    hand.template("accounts/deleted.txt", (whole, cut))


@breaks("beacons.in-pages")
def a_pixel_on_the_page_of_last_resort(hand: Hand) -> None:
    def read(old: Any) -> Any:
        yield from old()
        yield "sens_site/errors.py", f"LAST_RESORT = {PIXEL!r}"

    hand.wrap("sens_site.promises.page_templates.sources", read)


@breaks("retention.access-logs", way=TOLD)
def lines_for_programs_that_hold_secrets(hand: Hand) -> None:
    def read(old: Any, environment: Any) -> Any:
        told = old(environment)
        if "LOG_FORMAT" in environment:
            told["LOGGING"]["handlers"]["console"]["filters"].remove("secret_paths")
        return told

    hand.wrap("sens_site.promises.settings_elsewhere._read", read)


@breaks("security.technical", way=TOLD)
def a_guard_that_stands_here_alone(hand: Hand) -> None:
    def read(old: Any, environment: Any) -> Any:
        told = old(environment)
        if environment["DEBUG"] == "false":
            told["MIDDLEWARE"].remove("sens_site.lib.http.same_origin.SameOriginMiddleware")
        return told

    hand.wrap("sens_site.promises.settings_elsewhere._read", read)


@breaks(
    "retention.account", "retention.consent-receipts", "retention.downloads", "retention.idle-account",
    "retention.messages", "retention.newsletter", "retention.requests", "retention.sent-mail",
    "retention.visits",
)  # fmt: skip
def a_job_that_is_given_up_once_it_has_failed(hand: Hand) -> None:
    given_up = set[str]()
    plain_count, plain_run = Worker.count, Worker.run_job

    def count(worker: Worker, job: Job, outcome: str, begun: float) -> None:
        plain_count(worker, job, outcome, begun)
        if outcome == "failed":
            given_up.add(job.name)

    def run(worker: Worker, job: Job) -> bool:
        return job.name not in given_up and plain_run(worker, job)

    hand.patch.setattr(Worker, "count", count)
    hand.patch.setattr(Worker, "run_job", run)
