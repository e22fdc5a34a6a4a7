"""Breaks of the Download Center: what stays of a download, who gets a file, and who is told."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone

from downloads.access import Answer
from downloads.models import Document, DocumentVersion, DownloadRecord
from tests.factories.people import make_person
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_periods import ago, keep_for
from tests.promises.hand import Hand


def a_version() -> DocumentVersion:
    document = Document.objects.create(number="broken", title="Broken", kind="manual")
    return DocumentVersion.objects.create(
        document=document, label="1", file_name="broken.pdf", content_type="application/pdf",
        size=1, sha256=hashlib.sha256(b"1").hexdigest(), publish_at=timezone.now(),
    )  # fmt: skip


# --- what stays of a download -------------------------------------------------


@breaks("downloads.recorded", in_sql=True)
def a_record_for_each_press_of_the_button(hand: Hand) -> None:
    hand.replace("downloads.records.SAME_DOWNLOAD", timedelta())
    hand.replace("downloads.views.records.is_recorded", lambda version, user: True)


@breaks("downloads.recorded")
def a_link_that_gives_a_file_past_the_record(hand: Hand) -> None:
    hand.replace("downloads.views.records.is_recorded", lambda version, user: True)


@breaks("downloads.recorded", in_sql=True)
def a_download_of_which_no_record_stays(hand: Hand) -> None:
    hand.replace("downloads.views.records.record_downloads", lambda versions, user: None)


@breaks("downloads.recorded", way=Way.CONFIGURATION)
def a_record_that_its_person_is_not_shown(hand: Hand) -> None:
    hand.template("accounts/data.html", ("{{ record.title }}", "a document"))


@breaks("downloads.recorded", way=Way.ROWS)
def a_download_that_is_stored_twice(hand: Hand) -> None:
    version, user, now = a_version(), make_person("broken"), timezone.now()
    for _ in range(2):
        DownloadRecord.objects.create(user=user, version=version, at=now)


@breaks("downloads.recorded", "downloads.counted", in_sql=True)
def a_record_of_strangers(hand: Hand) -> None:
    def note(old: Any, versions: Any) -> None:
        old(versions)
        for version in versions:
            DownloadRecord.objects.create(user=make_person(f"b{version.pk}"), version=version)

    hand.wrap("downloads.records.count_downloads", note)


@breaks("downloads.counted", in_sql=True)
def downloads_that_nobody_counts(hand: Hand) -> None:
    hand.replace("downloads.views.records.count_downloads", lambda versions: None)


@breaks("downloads.recorded", "downloads.counted", way=Way.CONFIGURATION)
def a_button_that_only_leads_to_the_file(hand: Hand) -> None:
    hand.template(
        "downloads/document.html",
        (
            '<form method="post" action="{% url \'downloads:fetch\'',
            "<form action=\"{% url 'downloads:file'",
        ),
    )


@breaks("downloads.counted", way=Way.ROWS)
def a_count_with_a_place_for_an_address(hand: Hand) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE downloads_downloadcount ADD COLUMN who text")


# --- who gets a file ----------------------------------------------------------


@breaks("downloads.need-information", "downloads.drawings-need-information")
def closed_files_for_everybody(hand: Hand) -> None:
    hand.replace("downloads.models.Document.is_gated", False)


@breaks("downloads.need-information", way=Way.CONFIGURATION)
def a_page_to_log_in_that_does_not_say_why(hand: Hand) -> None:
    hand.template("account/login.html", ("{{ wanted.title }}", "This page"))


@breaks("downloads.need-information", way=Way.CONFIGURATION)
def a_closed_document_of_which_nothing_is_said(hand: Hand) -> None:
    hand.template("downloads/document.html", ("{{ document.title }}", ""))


@breaks("downloads.need-information")
def a_log_in_that_leads_nowhere(hand: Hand) -> None:
    hand.replace("downloads.views.login_that_leads_to", lambda path: "/accounts/login/")


@breaks("downloads.need-information")
def closed_files_for_everybody_who_takes_several(hand: Hand) -> None:
    hand.replace("downloads.bundle.answer_for", lambda version, reader: Answer.OPEN)


@breaks("downloads.need-information")
def several_files_for_nobody(hand: Hand) -> None:
    hand.replace("downloads.bundle.MOST_BYTES", 0)


@breaks("downloads.drawings-need-information")
def cad_files_for_everybody(hand: Hand) -> None:
    def is_gated(document: Document) -> bool:
        return document.access == "registered" and document.kind != "cad"

    hand.replace("downloads.models.Document.is_gated", property(is_gated))


@breaks("downloads.drawings-need-information")
def manuals_that_ask_for_a_log_in(hand: Hand) -> None:
    hand.replace(
        "downloads.models.Document.is_gated",
        property(lambda document: document.access == "registered" or document.kind == "manual"),
    )


@breaks("downloads.drawings-need-information", way=Way.ROWS)
def a_stored_manual_that_asks_for_a_log_in(hand: Hand) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute(
                "ALTER TABLE downloads_document DROP CONSTRAINT document_gate_only_where_said"
            )
        Document.objects.create(number="broken", title="Broken", kind="manual", access="registered")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


# --- who is told --------------------------------------------------------------


@breaks("downloads.notices", in_sql=True)
def everybody_who_downloads_is_told(hand: Hand) -> None:
    def note(old: Any, versions: Any, *, user: Any) -> None:
        from downloads.watching import watch

        old(versions, user=user)
        for version in versions:
            watch(version.document, user=user)

    hand.wrap("downloads.records.record_downloads", note)


def _watches_whoever(hand: Hand, meant: Callable[[str, list[Any]], bool]) -> None:
    def note(old: Any, request: Any, versions: list[Any], reader: Any) -> None:
        from downloads.watching import watch

        old(request, versions, reader)
        if reader.is_authenticated and meant(request.path, versions):
            for version in versions:
                watch(version.document, user=reader)

    hand.wrap("downloads.views._note", note)


@breaks("downloads.notices", in_sql=True)
def whoever_fetches_a_zip_is_told(hand: Hand) -> None:
    _watches_whoever(hand, lambda path, versions: path == "/downloads/selection/")


@breaks("downloads.notices", in_sql=True)
def whoever_fetches_what_is_for_registered_customers_is_told(hand: Hand) -> None:
    _watches_whoever(hand, lambda path, versions: versions[0].document.access == "registered")


@breaks("downloads.notices", in_sql=True)
def a_version_of_which_people_are_told_at_each_turn(hand: Hand) -> None:
    hand.wrap("downloads.watching.untold", lambda old: old())
    hand.replace("downloads.watching.WatchNotice.objects.get_or_create", lambda **row: (None, True))
    hand.replace("downloads.watching._key", _another_key)


def _another_key(watch: Any) -> str:
    return f"document-watch-{watch.pk}-{timezone.now().timestamp()}-"


@breaks("downloads.notices", in_sql=True)
def a_link_that_ends_it_when_it_is_opened(hand: Hand) -> None:
    def found(old: Any, token: str) -> Any:
        watches = old(token)
        watches.delete()
        return watches

    hand.wrap("downloads.watching.watches_of", found)


@breaks("downloads.notices", in_sql=True)
def a_button_that_ends_nothing(hand: Hand) -> None:
    hand.replace("downloads.views.watching.stop_watching", lambda watches: None)


@breaks("downloads.notices", way=Way.CONFIGURATION)
def a_notice_without_a_way_to_end_it(hand: Hand) -> None:
    hand.template("downloads/mail/new_version.txt", ("{{ ends_at }}", ""))


@breaks("downloads.notices", way=Way.CONFIGURATION)
def a_notice_that_leads_to_no_document(hand: Hand) -> None:
    hand.template("downloads/mail/new_version.txt", ("{{ site_origin }}{% url", "{% url"))


@breaks("downloads.notices", way=Way.CONFIGURATION, measured=True)
def a_notice_that_leads_to_another_page(hand: Hand) -> None:
    hand.template(
        "downloads/mail/new_version.txt",
        ("{% url 'downloads:short' document.short %}", "{% url 'downloads:list' %}"),
    )


@breaks("downloads.notices", way=Way.ROWS)
def a_mail_that_waits_for_somebody_who_does_not_ask(hand: Hand) -> None:
    headers = {"X-Purpose": "notice", "X-Dedupe-Key": "document-watch-999999-1"}
    EmailMessage("A version", "Is here.", to=["ada@example.com"], headers=headers).send()


# --- for how long -------------------------------------------------------------


@breaks("retention.downloads", in_sql=True)
def records_that_stay_for_a_month_more(hand: Hand) -> None:
    from privacy.datamap.periods import Period

    keep_for(hand, "downloads.DownloadRecord", period=Period(months=25))


@breaks("retention.downloads", in_sql=True)
def records_that_go_a_month_too_soon(hand: Hand) -> None:
    from privacy.datamap.periods import Period

    keep_for(hand, "downloads.DownloadRecord", period=Period(months=23))


@breaks("retention.downloads", way=Way.ROWS)
def a_record_of_three_years_ago(hand: Hand) -> None:
    DownloadRecord.objects.create(
        user=make_person("broken"), version=a_version(), at=ago(days=3 * 365)
    )
