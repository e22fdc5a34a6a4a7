"""Breaks of copies, erasures, the ledger, and of what an account holds."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from accounts.models import User
from contact.order_models import OrderState
from privacy.datamap.columns import secret
from privacy.datamap.models import Erasure
from privacy.datamap.periods import Period
from privacy.datamap.registry import activities, entries
from privacy.datamap.terms import Category, OnErase, Purpose, Source
from privacy.policy.models import Kind
from privacy.policy.promises import record
from sens_site.lib import row_guards
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_records import _keep
from tests.promises.hand import Hand


@breaks("rights.copy")
def messages_that_are_not_copied(hand: Hand) -> None:
    hand.frozen(entries()["contact.ContactMessage"], "exported", False)


@breaks("rights.copy", "rights.portability")
def a_column_that_is_blank_in_the_copy(hand: Hand) -> None:
    def rows(old: Any, entry: Any, subject: Any) -> Any:
        return ({**row, "phone": ""} if "phone" in row else row for row in old(entry, subject))

    hand.wrap("privacy.datamap.export.rows_for", rows)


@breaks("rights.copy", way=Way.CONFIGURATION)
def a_column_that_is_declared_a_secret(hand: Hand) -> None:
    columns = entries()["contact.ContactMessage"].columns
    hand.item(columns, "message", secret(Category.COMMUNICATIONS))


@breaks("rights.copy")
def a_copy_with_the_rows_of_the_neighbours(hand: Hand) -> None:
    def rows(old: Any, entry: Any, subject: Any) -> Any:
        if entry.label == "contact.ContactMessage":
            return entry.model._base_manager.order_by("pk")
        return old(entry, subject)

    hand.wrap("privacy.datamap.export.rows_of", rows)


@breaks(
    "rights.copy",
    "rights.erasure",
    "account.kept-after-deletion",
    "account.delete-removes-data",
    "form.only-to-contact",
    way=Way.ROWS,
)
def a_table_that_no_copy_knows(hand: Hand) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE hobby AS SELECT name, email FROM contact_contactmessage")
        cursor.execute(
            "CREATE TRIGGER hobby AFTER INSERT ON contact_contactmessage BEGIN "
            "INSERT INTO hobby VALUES (new.name, new.email); END"
            if connection.vendor == "sqlite"
            else "CREATE FUNCTION hobby() RETURNS trigger AS $$ BEGIN INSERT INTO hobby VALUES "
            "(new.name, new.email); RETURN new; END $$ LANGUAGE plpgsql; CREATE TRIGGER hobby "
            "AFTER INSERT ON contact_contactmessage FOR EACH ROW EXECUTE FUNCTION hobby()"
        )


@breaks("rights.purposes", way=Way.CONFIGURATION)
def messages_that_are_used_for_promotion(hand: Hand) -> None:
    hand.frozen(activities()["messages"], "purpose", Purpose.PROMOTION)


@breaks("rights.source", way=Way.CONFIGURATION)
def messages_that_we_say_to_have_written(hand: Hand) -> None:
    hand.frozen(activities()["messages"], "source", Source.US)


@breaks("rights.recipients", way=Way.CONFIGURATION)
def an_activity_that_nobody_helps_with(hand: Hand) -> None:
    hand.frozen(activities()["messages"], "recipients", ())


@breaks("rights.retention", way=Way.CONFIGURATION)
def messages_that_are_said_to_stay_five_years(hand: Hand) -> None:
    _keep(hand, "contact.ContactMessage", period=Period(months=60))


def _says_of_messages(hand: Hand, key: str, value: Any) -> None:
    def item(old: Any, entry: Any, rows: int) -> Any:
        said = old(entry, rows)
        return {**said, key: value} if entry.label == "contact.ContactMessage" else said

    hand.wrap("privacy.datamap.export._item", item)


@breaks("rights.purposes")
def a_copy_that_says_another_use_of_messages(hand: Hand) -> None:
    _says_of_messages(hand, "purpose", "To train our assistants")


@breaks("rights.source")
def a_copy_that_says_another_source_of_messages(hand: Hand) -> None:
    _says_of_messages(hand, "source", "A broker")


@breaks("rights.recipients")
def a_copy_that_names_no_service_provider(hand: Hand) -> None:
    _says_of_messages(hand, "recipients", ["Nobody"])


@breaks("rights.retention")
def a_copy_that_says_another_period_of_messages(hand: Hand) -> None:
    _says_of_messages(hand, "retention", ["12 months after the matter is closed"])


def _leaves_out_of_the_page(hand: Hand, words: str) -> None:
    def page(old: Any, *about: Any) -> Any:
        return (part.replace(words, "") for part in old(*about))

    hand.wrap("privacy.datamap.export._page", page)


@breaks("rights.purposes")
def a_page_of_the_copy_that_does_not_say_what_for(hand: Hand) -> None:
    _leaves_out_of_the_page(hand, "To answer what you write to us")


@breaks("rights.retention")
def a_page_of_the_copy_that_does_not_say_how_long(hand: Hand) -> None:
    _leaves_out_of_the_page(hand, "24 months after the matter is closed")


@breaks("rights.portability")
def a_copy_whose_digests_do_not_fit(hand: Hand) -> None:
    def manifest(old: Any, counts: Any, digests: Any, made_at: Any) -> Any:
        return old(counts, dict.fromkeys(digests, "0"), made_at)

    hand.wrap("privacy.datamap.export._manifest", manifest)


ERASED = ("rights.erasure", "account.kept-after-deletion")


@breaks(*ERASED)
def an_erasure_that_blanks_nothing(hand: Hand) -> None:
    hand.replace("privacy.datamap.erasure.blank_rows", lambda entry, subject, rows: None)


@breaks(*ERASED)
def an_erasure_that_takes_the_neighbours_along(hand: Hand) -> None:
    def keys(old: Any, entry: Any, subject: Any) -> Any:
        if entry.label == "accounts.PolicyAcceptance":
            return list(entry.model._base_manager.values_list("pk", flat=True))
        return old(entry, subject)

    hand.wrap("privacy.datamap.erasure._keys", keys)


@breaks(*ERASED, way=Way.CONFIGURATION)
def refusals_that_stay_with_the_name(hand: Hand) -> None:
    hand.frozen(entries()["contact.ContactMessage"], "on_erase", OnErase.BLANK)


@breaks("account.kept-after-deletion")
def a_ledger_that_holds_nothing(hand: Hand) -> None:
    hand.replace("privacy.datamap.ledger._append", lambda record: None)


@breaks("account.kept-after-deletion")
def a_ledger_that_names_people(hand: Hand) -> None:
    hand.replace("privacy.datamap.ledger.keyed_hash", lambda kind, value: value)


@breaks("account.kept-after-deletion")
def a_replay_that_finds_nobody(hand: Hand) -> None:
    hand.replace("privacy.datamap.replay.known_addresses", lambda: iter(()))


@breaks("account.kept-after-deletion", way=Way.CONFIGURATION)
def a_last_mail_without_the_report(hand: Hand) -> None:
    hand.template("accounts/deleted.txt", ("{{ report.as_text }}", "All is gone."))


@breaks("account.kept-after-deletion", way=Way.CONFIGURATION)
def a_page_without_the_report(hand: Hand) -> None:
    hand.template("accounts/deleted_report.html", ("{{ line.sentence }}", ""))


@breaks("account.kept-after-deletion", way=Way.ROWS)
def an_erasure_of_which_the_ledger_does_not_know(hand: Hand) -> None:
    Erasure.objects.create(
        reference="f" * 32, erased_at=timezone.now() - timedelta(days=34), cause="account",
        plan_version="1", counts=[],
    )  # fmt: skip


@breaks("account.kept-after-deletion", way=Way.ROWS)
def an_order_of_somebody_without_an_account(hand: Hand) -> None:
    OrderState.objects.create(order_number="SO-1", email="nobody@example.org", state="Shipped")


@breaks("account.kept-after-deletion")
def orders_of_everybody_on_the_list(hand: Hand) -> None:
    everybody = SimpleNamespace(by_address=lambda address: address)
    hand.replace("contact.orders.identity", lambda: everybody)


# --- accounts -------------------------------------------------------------------------------------


@breaks(
    "account.delete",
    "account.kept-after-deletion",
    "account.delete-removes-data",
    "retention.account",
    way=Way.CONFIGURATION,
)
def a_page_of_deletion_without_its_form(hand: Hand) -> None:
    hand.template("accounts/delete.html", ("{% crispy form %}", ""))


@breaks("account.delete-removes-data", *ERASED, way=Way.CONFIGURATION)
def mails_that_stay_with_who_is_gone(hand: Hand) -> None:
    hand.frozen(entries()["outbox.OutboxMail"], "on_erase", OnErase.KEEP)


@breaks("information.account-profile", "policy.names-what-we-collect", way=Way.ROWS)
def a_column_that_somebody_has_added(hand: Hand) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user ADD COLUMN religion varchar(20) DEFAULT ''")


@breaks("information.account-profile", "rights.correction")
def an_account_that_hides_what_it_holds(hand: Hand) -> None:
    hand.replace("accounts.models.User.profile", property(lambda self: {"Name": self.name}))


@breaks("rights.correction")
def an_old_address_that_stays(hand: Hand) -> None:
    first: dict[int, str] = {}

    def addresses(old: Any, after: int = 0) -> Any:
        return [(number, first.setdefault(number, address)) for number, address in old(after)]

    hand.wrap("sens_site.promises.leaving.verified_addresses", addresses)


@breaks("rights.correction", way=Way.CONFIGURATION)
def a_page_that_does_not_show_the_correction(hand: Hand) -> None:
    hand.template("accounts/data.html", ('{% firstof said "not given" %}', "as before"))


@breaks("rights.correction", way=Way.ROWS)
def an_account_with_another_address_than_was_confirmed(hand: Hand) -> None:
    user = User.objects.create_user("ada", "old@example.com")
    EmailAddress.objects.create(user=user, email="new@example.com", verified=True, primary=True)


@breaks("use.policy-changes", way=Way.CONFIGURATION)
def a_notice_that_does_not_name_the_version(hand: Hand) -> None:
    hand.template("privacy/policy/mail/notice.txt", ("{{ version.hash }}", ""))


@breaks("use.policy-changes", way=Way.ROWS)
def a_version_of_which_nobody_was_told(hand: Hand) -> None:
    version = record.sealed(
        "Another text.{promise:plain}\n",
        kind=Kind.MATERIAL,
        effective_on=timezone.localdate() + timedelta(days=60),
    )
    with row_guards.lifted(), connection.cursor() as cursor:
        two_days_ago = timezone.now() - timedelta(days=2)
        cursor.execute(
            "UPDATE policy_policyversion SET posted_at = %s WHERE id = %s",
            [two_days_ago, version.pk],
        )
