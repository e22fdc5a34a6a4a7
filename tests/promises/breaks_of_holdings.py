"""Breaks of what is held: in the models and their map, in what is written, and in the database."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection, models
from django.utils import timezone

from audit_log.models import AuditEntry
from privacy.datamap.columns import not_personal, personal
from privacy.datamap.models import PurgeFailure
from privacy.datamap.registry import activities, entries
from privacy.datamap.terms import Basis, Category, Purpose, Recipient
from privacy.rights.models import RequestEvent, SubjectRequest
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_periods import in_force_instead
from tests.promises.hand import Hand


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def held(hand: Hand, label: str, name: str, word: Any) -> None:
    """Let the map classify one more column of a model, as if the model had it."""
    from django.apps import apps

    meta = apps.get_model(label)._meta
    field: models.Field[Any, Any] = models.TextField()
    field.set_attributes_from_name(name)
    hand.patch.setattr(meta, "local_fields", [*meta.local_fields, field])
    hand.on_release(meta._expire_cache)
    meta._expire_cache()
    hand.item(entries()[label].columns, name, word)


# --- the database as it stands --------------------------------------------------------------------


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def a_table_made_by_hand(hand: Hand) -> None:
    sql("CREATE TABLE leads (notes text)", "INSERT INTO leads VALUES ('ann@example.com')")


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def a_view_made_by_hand(hand: Hand) -> None:
    sql("CREATE VIEW everybody AS SELECT email FROM contact_contactmessage")


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def a_column_made_by_hand(hand: Hand) -> None:
    sql("ALTER TABLE visits_dailycount ADD COLUMN who text")


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def a_trigger_that_nobody_knows(hand: Hand) -> None:
    if connection.vendor == "sqlite":
        sql(
            "CREATE TRIGGER copies AFTER INSERT ON accounts_user BEGIN"
            " UPDATE auth_group SET name = NEW.email WHERE name = 'customers'; END"
        )
    else:
        sql(
            "CREATE FUNCTION copies() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
            "CREATE TRIGGER copies AFTER INSERT ON accounts_user FOR EACH ROW"
            " EXECUTE FUNCTION copies()",
        )


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def an_email_address_in_the_name_of_a_role(hand: Hand) -> None:
    Group.objects.create(name="ann@example.com")


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def a_telephone_number_among_the_failures(hand: Hand) -> None:
    PurgeFailure.objects.create(rule="Call +49 30 1234 5678", title="A", promise="", error="A")


@breaks("policy.names-what-we-collect", way=Way.ROWS, measured=True)
def an_ip_address_among_the_counts(hand: Hand) -> None:
    from visits.models import DailyCount

    DailyCount.objects.create(day="2026-01-01", kind="page", key="/from/198.51.100.7", views=1)


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def an_ip_address_in_the_trail_of_staff(hand: Hand) -> None:
    AuditEntry.objects.create(kind="logged-in", did="Logged in.", place="/accounts/ 203.0.113.77")


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def a_telephone_number_in_an_outline_of_a_request(hand: Hand) -> None:
    request = SubjectRequest.objects.create(
        kind="question", channel="form", due_on=timezone.localdate(), closed_at=timezone.now()
    )
    RequestEvent.objects.create(request=request, did="received", fact="by +49 30 1234 5678")


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def a_note_of_the_server_with_an_address(hand: Hand) -> None:
    cache.set("tries", "ann@example.com")


@breaks("policy.names-what-we-collect", way=Way.ROWS)
def a_file_that_no_row_names(hand: Hand) -> None:
    folder = Path(hand.settings.PRIVATE_ROOT) / "leads"
    folder.mkdir(parents=True)
    file = folder / "people.csv"
    file.write_text("ann@example.com", encoding="utf-8")
    hand.on_release(folder.rmdir)
    hand.on_release(file.unlink)


# --- the map --------------------------------------------------------------------------------------


@breaks("policy.names-what-we-collect")
def a_nationality_among_the_profile(hand: Hand) -> None:
    held(hand, "visits.DailyCount", "nationality", not_personal("an option"))
    sql("ALTER TABLE visits_dailycount ADD COLUMN nationality text")


@breaks("policy.names-what-we-collect")
def a_table_about_nobody_with_a_telephone_number(hand: Hand) -> None:
    held(hand, "visits.Reach", "mobile_phone", not_personal("about nobody"))
    sql("ALTER TABLE visits_reach ADD COLUMN mobile_phone text")


@breaks("policy.names-what-we-collect", way=Way.CONFIGURATION)
def a_check_that_is_silenced(hand: Hand) -> None:
    hand.settings.SILENCED_SYSTEM_CHECKS = ["datamap.E109"]
    hand.item(entries()["accounts.Session"].columns, "device", not_personal(" "))


@breaks("policy.names-what-we-collect")
def full_names_about_nobody(hand: Hand) -> None:
    held(hand, "visits.Reach", "full_name", not_personal("about nobody"))
    sql("ALTER TABLE visits_reach ADD COLUMN full_name text")


@breaks("policy.names-what-we-collect", way=Way.CONFIGURATION)
def a_second_cache(hand: Hand) -> None:
    hand.settings.CACHES = {**hand.settings.CACHES, "people": {"BACKEND": "x", "LOCATION": "y"}}


@breaks("policy.names-what-we-collect")
def a_column_among_the_requests_that_no_sentence_names(hand: Hand) -> None:
    columns = entries()["contact.ContactMessage"].columns
    hand.item(columns, "quarantined_because", personal(Category.REQUEST))


@breaks("policy.names-what-we-collect", "information.communications-kept", way=Way.CONFIGURATION)
def a_policy_without_communications(hand: Hand) -> None:
    in_force_instead(
        "- **Communications:** copies of the messages and questions you send us, with any photos you"
        " add.{promise:information.communications-kept} They may",
        "- **Communications:** Messages may",
    )


def _filed(hand: Hand, label: str, name: str, category: Category) -> None:
    hand.item(entries()[label].columns, name, personal(category))


@breaks("information.contact-group")
def a_device_among_contact_information(hand: Hand) -> None:
    _filed(hand, "accounts.Session", "device", Category.CONTACT)


@breaks("information.contact-group", way=Way.CONFIGURATION)
def a_policy_without_telephone_numbers(hand: Hand) -> None:
    in_force_instead(
        "postal address, email address and telephone number; in", "postal and email address; in"
    )


@breaks("information.employment-group")
def a_telephone_number_among_employment_information(hand: Hand) -> None:
    _filed(hand, "accounts.User", "phone", Category.EMPLOYMENT)


@breaks("information.employment-group", way=Way.CONFIGURATION)
def a_policy_without_positions(hand: Hand) -> None:
    in_force_instead("who employs you, and your position or title there", "who employs you")


@breaks("information.marketing-group")
def a_text_of_a_message_among_marketing_information(hand: Hand) -> None:
    _filed(hand, "contact.ContactMessage", "message", Category.MARKETING)


@breaks("information.marketing-group", way=Way.CONFIGURATION)
def a_policy_without_what_was_asked_for(hand: Hand) -> None:
    in_force_instead("material you asked for or were sent", "material you were sent")


@breaks("usage.details")
def a_name_among_website_use(hand: Hand) -> None:
    _filed(hand, "accounts.User", "name", Category.USAGE)


@breaks("usage.details", way=Way.CONFIGURATION)
def a_policy_that_does_not_say_how_long_you_stay(hand: Hand) -> None:
    in_force_instead("how often you come, how long you stay and", "how often you come and")


@breaks("information.communications-kept")
def a_password_among_the_messages(hand: Hand) -> None:
    _filed(hand, "accounts.User", "password", Category.COMMUNICATIONS)


@breaks("information.communications-kept", way=Way.CONFIGURATION)
def a_policy_that_keeps_no_questions(hand: Hand) -> None:
    in_force_instead("copies of the messages and questions you", "copies of the messages you")


@breaks("information.account-profile")
def a_device_among_the_account(hand: Hand) -> None:
    _filed(hand, "accounts.Session", "device", Category.ACCOUNT)


@breaks("information.account-profile", way=Way.CONFIGURATION)
def a_policy_without_user_names(hand: Hand) -> None:
    in_force_instead("with username and email address", "with email address")


# --- uses and recipients --------------------------------------------------------------------------


@breaks("gdpr.used-as-described", "policy.names-use-and-sharing")
def messages_that_serve_promotion(hand: Hand) -> None:
    hand.frozen(activities()["messages"], "purpose", Purpose.PROMOTION)


@breaks("gdpr.used-as-described")
def messages_that_are_filed_as_promotion(hand: Hand) -> None:
    hand.frozen(entries()["contact.ContactMessage"], "activity", activities()["promotional-mail"])


@breaks("policy.names-use-and-sharing")
def messages_that_marketing_vendors_get(hand: Hand) -> None:
    hand.frozen(activities()["messages"], "recipients", (Recipient.MARKETING_VENDORS,))


@breaks("policy.names-use-and-sharing", "gdpr.used-as-described", way=Way.CONFIGURATION)
def a_policy_without_support(hand: Hand) -> None:
    in_force_instead(
        "- support customers who have questions or problems with our products."
        "{promise:use.support}\n",
        "",
    )


@breaks("policy.names-use-and-sharing", way=Way.CONFIGURATION)
def a_policy_without_service_providers(hand: Hand) -> None:
    in_force_instead(
        "improve our operations and services.{promise:sharing.service-providers}",
        "improve our operations.{promise:plain}",
    )


@breaks("gdpr.four-bases")
def promotion_without_consent(hand: Hand) -> None:
    hand.patch.setattr(Purpose.PROMOTION, "basis", Basis.LEGITIMATE_INTEREST)


@breaks("gdpr.four-bases")
def a_fifth_basis(hand: Hand) -> None:
    hand.patch.setattr(Basis.CONTRACT, "dpv", "eu-gdpr:A6-1-d")


@breaks(
    "information.transaction-group",
    "information.business-card",
    "rights.typically-free",
    "use.told-when-collected",
    way=Way.CONFIGURATION,
)
def a_field_for_a_card_under_another_name(hand: Hand) -> None:
    hand.every_page_holds(
        '<form method="post" action="/contact/more/"><label for="q1">Number of your card'
        ' (optional)</label><input id="q1" name="note"></form>'
    )


@breaks("information.transaction-group")
def a_column_for_payments(hand: Hand) -> None:
    held(hand, "visits.Reach", "payment", not_personal("a sum"))


@breaks("children.none-knowingly")
def a_column_for_an_age(hand: Hand) -> None:
    held(hand, "visits.Reach", "age", not_personal("a number"))


@breaks(
    "children.none-knowingly",
    "information.business-card",
    "use.told-when-collected",
    way=Way.CONFIGURATION,
)
def a_field_for_an_age_under_another_name(hand: Hand) -> None:
    hand.every_page_holds(
        '<form method="post" action="/contact/more/"><label for="q1">Your age (optional)</label>'
        '<input id="q1" name="note"></form>'
    )
