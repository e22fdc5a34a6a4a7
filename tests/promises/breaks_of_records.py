"""Breaks of the policy as a record, of the data map, of forms, and of what is sealed."""

from dataclasses import replace
from typing import Any

from django.db import connection

from privacy.datamap.columns import personal
from privacy.datamap.periods import Period
from privacy.datamap.registry import activities, entries
from privacy.datamap.terms import Basis, Category, OnErase
from sens_site.lib import row_guards
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_periods import job
from tests.promises.hand import Hand

NOTICE = '<p>See our <a href="/privacy/">policy</a>.</p>'


@breaks("policy.last-updated", "changes.date-at-top", way=Way.CONFIGURATION)
def a_page_with_another_date(hand: Hand) -> None:
    hand.template("privacy/policy/version.html", ('version.last_updated|date:"Y-m-d"', '"x"'))


@breaks("policy.last-updated")
def a_sitemap_without_dates(hand: Hand) -> None:
    hand.replace("pages.robots_and_sitemap.PublicSitemap.lastmod", lambda self, item: None)


@breaks("policy.last-updated", "changes.earlier-versions")
def a_text_with_another_date(hand: Hand) -> None:
    def dated(old: Any, response: Any, version: Any) -> Any:
        told, other = (f"Last updated: {day}" for day in (version.posted_on, version.effective_on))
        response.content = response.content.replace(told.encode(), other.encode())
        return old(response, version)

    hand.wrap("privacy.policy.machine_views._dated", dated)


@breaks("changes.earlier-versions")
def a_list_that_tells_machines_other_dates(hand: Hand) -> None:
    def entry(old: Any, version: Any) -> Any:
        return old(version) | {"posted_on": version.effective_on.isoformat()}

    hand.wrap("privacy.policy.machine_views._entry", entry)


@breaks("changes.posted-here", way=Way.CONFIGURATION)
def a_change_that_is_not_linked(hand: Hand) -> None:
    hand.template(
        "privacy/policy/version.html", ("{% for next in upcoming %}", "{% for next in x %}")
    )


@breaks("changes.date-at-top", "security.against-change", in_sql=True)
def no_locks(hand: Hand) -> None:
    row_guards.lift()


@breaks("changes.check-back", way=Way.CONFIGURATION)
def no_feed(hand: Hand) -> None:
    hand.template("privacy/policy/version.html", ("{{ policy.paths.feed }}", "/feed/"))


@breaks("changes.thirty-days-first", in_sql=True, way=Way.ROWS)
def no_days_of_notice(hand: Hand) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            hand.on_release(_checks_again)
        else:
            cursor.execute(
                "ALTER TABLE policy_policyversion DROP CONSTRAINT policy_version_material_notice"
            )


def _checks_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


@breaks("changes.earlier-versions", "security.against-change", in_sql=True, way=Way.ROWS)
def an_earlier_version_is_altered(hand: Hand) -> None:
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE policy_policyversion SET summary = 'altered' WHERE number = 1 AND policy_id ="
            " (SELECT id FROM policy_policy WHERE slug = 'privacy')"
        )


# --- the data map ---------------------------------------------------------------------------------


@breaks("policy.names-what-we-collect")
def a_column_without_a_category(hand: Hand) -> None:
    hand.patch.delitem(entries()["accounts.Session"].columns, "device")


class Sale:
    """A purpose as a member of staff might add it."""

    name, title, promise, basis = "SALE", "To sell it", "use.sale", Basis.LEGITIMATE_INTEREST


@breaks("policy.names-use-and-sharing", "gdpr.used-as-described", "gdpr.four-bases")
def a_purpose_that_the_policy_does_not_name(hand: Hand) -> None:
    hand.frozen(activities()["idle-accounts"], "purpose", Sale())


@breaks("gdpr.used-as-described")
def something_held_for_no_purpose(hand: Hand) -> None:
    hand.frozen(entries()["accounts.Session"], "activity", None)


@breaks("gdpr.four-bases", way=Way.CONFIGURATION)
def a_record_without_bases(hand: Hand) -> None:
    hand.template("privacy/datamap/record.html", ("{{ activity.purpose.basis.title }}", "yes"))


@breaks("transfers.three-grounds", way=Way.CONFIGURATION)
def a_record_without_grounds(hand: Hand) -> None:
    hand.template("privacy/datamap/record.html", ("{{ recipient.transfer.title }}", "that"))


def _misfiled(hand: Hand, category: Category) -> None:
    hand.item(entries()["accounts.User"].columns, "username", personal(category))


@breaks("information.contact-group")
def something_else_among_contact_information(hand: Hand) -> None:
    _misfiled(hand, Category.CONTACT)


@breaks("information.employment-group")
def something_else_among_employment_information(hand: Hand) -> None:
    _misfiled(hand, Category.EMPLOYMENT)


@breaks("information.marketing-group")
def something_else_among_marketing_information(hand: Hand) -> None:
    _misfiled(hand, Category.MARKETING)


@breaks("usage.details")
def something_else_among_website_use(hand: Hand) -> None:
    _misfiled(hand, Category.USAGE)


# --- forms ----------------------------------------------------------------------------------------


def _form(name: str, label: str, *, action: str = "/contact/more/", more: str = "") -> str:
    return (
        f'<form method="post" action="{action}"><label for="q1">{label}</label>'
        f'<input id="q1" name="{name}"{more}></form>'
    )


@breaks(
    "information.transaction-group",
    "information.business-card",
    "rights.typically-free",
    way=Way.CONFIGURATION,
)
def a_form_about_a_payment(hand: Hand) -> None:
    hand.every_page_holds(NOTICE + _form("card_number", "Card number (optional)"))


@breaks("children.none-knowingly", "information.business-card", way=Way.CONFIGURATION)
def a_form_about_an_age(hand: Hand) -> None:
    hand.every_page_holds(NOTICE + _form("birth_date", "Date of birth (optional)"))


@breaks("information.business-card", way=Way.CONFIGURATION)
def a_form_that_demands_more(hand: Hand) -> None:
    hand.every_page_holds(NOTICE + _form("shoe_size", "Shoe size"))


@breaks("information.listed-occasions", way=Way.CONFIGURATION)
def a_form_on_no_listed_occasion(hand: Hand) -> None:
    hand.every_page_holds(NOTICE + _form("email", "Email", action="/survey/"))


@breaks("use.told-when-collected", way=Way.CONFIGURATION)
def a_form_without_a_notice(hand: Hand) -> None:
    hand.template("account/signup.html", ("{% url 'policy:policy' %}", "/"))


@breaks(
    "rights.typically-free",
    "information.business-card",
    "information.transaction-group",
    way=Way.CONFIGURATION,
)
def a_form_with_a_fee(hand: Hand) -> None:
    field = _form("message", "Fee (optional)", more=' autocomplete="cc-number"')
    hand.every_page_holds(NOTICE + field)


@breaks("choices.withhold")
def an_optional_field_that_is_required(hand: Hand) -> None:
    from accounts.forms import RegistrationForm

    def clean(form: Any, clean: Any = RegistrationForm.clean) -> Any:
        cleaned = clean(form)
        if not cleaned.get("company"):
            form.add_error("company", "Enter your company")
        return cleaned

    hand.patch.setattr(RegistrationForm, "clean", clean)


# --- locks, mail, copies --------------------------------------------------------------------------


@breaks("security.technical", way=Way.CONFIGURATION)
def pages_may_be_framed(hand: Hand) -> None:
    hand.settings.X_FRAME_OPTIONS = "SAMEORIGIN"


@breaks("security.against-misuse", in_sql=True)
def the_desk_is_open(hand: Hand) -> None:
    hand.replace("django.contrib.admin.sites.AdminSite.has_permission", lambda self, request: True)


@breaks("beacons.in-mail")
def a_mail_with_a_beacon(hand: Hand) -> None:
    from django.core.mail import EmailMultiAlternatives

    def with_picture(old: Any, message: Any) -> Any:
        mail = old(message)
        rich = EmailMultiAlternatives(mail.subject, mail.body, mail.from_email, mail.to)
        rich.attach_alternative('<img src="https://beacon.test/1.gif">', "text/html")
        return rich

    hand.wrap("contact.mails.acknowledgement_mail", with_picture)


@breaks("usage.ip-address")
def an_address_in_a_row(hand: Hand) -> None:
    from django.contrib.auth.models import Group

    def noted(old: Any, request: Any) -> Any:
        Group.objects.get_or_create(name=request.META["REMOTE_ADDR"])
        return old(request)

    hand.wrap("privacy.consent.idempotency.client_address", noted)


def _keep(hand: Hand, label: str, **changes: Any) -> None:
    entry = entries()[label]
    hand.frozen(entry, "keep", tuple(replace(keep, **changes) for keep in entry.keep))


@breaks("retention.sent-mail")
def sent_mail_stays_longer(hand: Hand) -> None:
    _keep(hand, "outbox.OutboxMail", period=Period(days=16))


@breaks("retention.sent-mail")
def sent_mail_goes_earlier(hand: Hand) -> None:
    _keep(hand, "outbox.OutboxMail", period=Period(days=12))


@breaks("retention.consent-receipts")
def receipts_stay_for_ever(hand: Hand) -> None:
    hand.frozen(entries()["consent.ConsentReceipt"], "keep", ())


@breaks("retention.consent-receipts")
def receipts_go_a_month_early(hand: Hand) -> None:
    _keep(hand, "consent.ConsentReceipt", period=Period(years=2, months=11))


@breaks("retention.consent-receipts")
def new_receipts_are_kept_for_two_years(hand: Hand) -> None:
    hand.replace("privacy.consent.receipts.KEPT", Period(years=2))


@breaks(
    "retention.visits",
    "retention.backups",
    "retention.messages",
    "retention.sent-mail",
    "retention.consent-receipts",
    "retention.requests",
    "retention.downloads",
)
def a_purge_that_runs_every_week(hand: Hand) -> None:
    job(hand, "purge expired", every_seconds=604800)


def _silent_about(hand: Hand, key: str) -> None:
    def item(old: Any, *args: Any) -> Any:
        return {**old(*args), key: ""}

    hand.wrap("privacy.datamap.export._item", item)


@breaks("rights.purposes")
def a_copy_without_purposes(hand: Hand) -> None:
    _silent_about(hand, "purpose")


@breaks("rights.source")
def a_copy_without_sources(hand: Hand) -> None:
    _silent_about(hand, "source")


@breaks("rights.recipients")
def a_copy_without_recipients(hand: Hand) -> None:
    _silent_about(hand, "recipients")


@breaks("rights.retention")
def a_copy_without_periods(hand: Hand) -> None:
    _silent_about(hand, "retention")


@breaks("rights.portability")
def a_copy_that_does_not_name_its_tables(hand: Hand) -> None:
    _silent_about(hand, "table")


@breaks("rights.copy", in_sql=True)
def a_copy_with_a_gap(hand: Hand) -> None:
    hand.wrap("privacy.datamap.export.shown_columns", lambda old, entry: old(entry)[1:])


@breaks("rights.erasure", "account.kept-after-deletion")
def an_account_that_stays(hand: Hand) -> None:
    def apply(old: Any, entry: Any, subject: Any, keys: Any) -> Any:
        return old(entry, subject, [] if entry.label == "accounts.User" else keys)

    hand.wrap("privacy.datamap.erasure._apply", apply)


@breaks("account.kept-after-deletion", "rights.erasure")
def second_factors_that_stay(hand: Hand) -> None:
    hand.frozen(entries()["mfa.Authenticator"], "on_erase", OnErase.KEEP)
