"""Breaks of the record of firms: unnamed, misplaced, unguarded, or used and not on it."""

import sys
from datetime import date
from types import ModuleType, SimpleNamespace
from typing import Any

from privacy.datamap import vendors
from privacy.datamap.terms import Recipient
from privacy.datamap.vendors import VENDORS, Vendor
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

TEMPLATE = Way.CONFIGURATION
PROVIDERS, AGREEMENTS, GROUNDS, SAFEGUARDS, STORED = (
    "sharing.service-providers",
    "vendors.agreements",
    "transfers.three-grounds",
    "transfers.safeguards",
    "transfers.stored-in-us",
)
SOUND: dict[str, Any] = {
    "key": "hosting",
    "part": "Runs the servers",
    "recipient": Recipient.SERVICE_PROVIDERS,
    "firm": "Example Hosting, Inc.",
    "country": "United States",
    "safeguard": "Encrypted disks and backups.",
    "agreed_on": date(2026, 3, 1),
    "hosts": ("db.hosting.test",),
}
CLAUSES = "Standard contractual clauses."


def entered(hand: Hand, **changes: Any) -> None:
    """Put a firm on record."""
    hand.replace("privacy.datamap.vendors.VENDORS", (*VENDORS[1:], Vendor(**{**SOUND, **changes})))


@breaks(AGREEMENTS, way=TEMPLATE)
def an_agreement_to_be_named(hand: Hand) -> None:
    entered(hand, agreed_on=None, exception="To be named by the company when it deploys the site.")


@breaks(AGREEMENTS, way=TEMPLATE)
def an_agreement_for_which_nobody_has_asked(hand: Hand) -> None:
    entered(hand, agreed_on=None, exception="We have not asked for one yet.")


@breaks(AGREEMENTS, way=TEMPLATE)
def an_agreement_that_is_late(hand: Hand) -> None:
    entered(hand, agreed_on=None, exception="Not feasible: our counsel has not begun with it.")


@breaks(AGREEMENTS, way=TEMPLATE)
def a_firm_without_an_agreement(hand: Hand) -> None:
    entered(hand, agreed_on=None)


@breaks(AGREEMENTS, way=TEMPLATE)
def an_agreement_of_tomorrow(hand: Hand) -> None:
    entered(hand, agreed_on=date(2200, 1, 1))


@breaks(AGREEMENTS, way=Way.CONFIGURATION)
def agreements_that_are_not_shown(hand: Hand) -> None:
    entered(hand)
    hand.template("privacy/datamap/record.html", ("{{ firm.agreement }}", "pending"))


@breaks(SAFEGUARDS, way=TEMPLATE)
def a_firm_without_a_safeguard(hand: Hand) -> None:
    entered(hand, safeguard="")


@breaks(SAFEGUARDS, way=TEMPLATE)
def a_safeguard_to_be_completed(hand: Hand) -> None:
    entered(hand, safeguard="[to be completed]")


@breaks(SAFEGUARDS, way=Way.CONFIGURATION)
def safeguards_that_are_not_shown(hand: Hand) -> None:
    entered(hand)
    hand.template("privacy/datamap/record.html", ("{{ firm.safeguard }}", "?"))


@breaks(PROVIDERS, GROUNDS, STORED, way=TEMPLATE)
def a_firm_without_a_country(hand: Hand) -> None:
    entered(hand, country="")


@breaks(STORED, way=TEMPLATE)
def a_firm_that_stores_elsewhere(hand: Hand) -> None:
    entered(hand, country="Germany")


@breaks(PROVIDERS, way=TEMPLATE)
def a_firm_to_be_named(hand: Hand) -> None:
    entered(hand, firm="To be named")


@breaks(PROVIDERS, way=TEMPLATE)
def firms_of_which_none_is_named(hand: Hand) -> None:
    entered(hand, firm="Various third-party providers")


@breaks(SAFEGUARDS)
def clauses_that_nobody_has_signed(hand: Hand) -> None:
    hand.replace("privacy.consent.data_map.SAFEGUARDS", SimpleNamespace(get=lambda *_: CLAUSES))


@breaks(SAFEGUARDS)
def clauses_of_which_the_record_is_silent(hand: Hand) -> None:
    hand.replace("privacy.consent.data_map.SAFEGUARDS", {})


@breaks(PROVIDERS, way=TEMPLATE)
def a_mail_server_of_nobody_on_record(hand: Hand) -> None:
    hand.settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    hand.settings.EMAIL_HOST = "smtp.carrier.test"


@breaks(PROVIDERS, way=TEMPLATE)
def a_database_of_nobody_on_record(hand: Hand) -> None:
    from django.conf import settings

    hand.item(settings.DATABASES["default"], "HOST", "db.elsewhere.test")


@breaks(PROVIDERS, way=TEMPLATE)
def a_key_that_nobody_thought_of(hand: Hand) -> None:
    hand.settings.ERRORS_GO_TO = {"address": ["https://key@reports.test/2"]}


@breaks(
    PROVIDERS,
    SAFEGUARDS,
    AGREEMENTS,
    "sharing.marketing-vendors",
    "sharing.analytics-vendors",
    way=TEMPLATE,
)
def a_firm_that_the_record_leaves_out(hand: Hand) -> None:
    entered(hand)
    hand.template("privacy/datamap/record.html", ("{% for firm in firms %}", "{% for firm in x %}"))


@breaks(PROVIDERS, way=TEMPLATE)
def a_firm_in_use_that_passes_for_one_by_consent(hand: Hand) -> None:
    from django.conf import settings

    entered(hand, key="db", recipient=Recipient.ANALYTICS_VENDORS)
    hand.item(settings.DATABASES["default"], "HOST", "db.hosting.test")


@breaks(PROVIDERS)
def a_record_for_machines_without_firms(hand: Hand) -> None:
    entered(hand)
    hand.replace("privacy.datamap.record.firms", list)


@breaks(PROVIDERS, measured=True)
def a_package_that_reports(hand: Hand) -> None:
    hand.item(sys.modules, "sentry_sdk", ModuleType("sentry_sdk"))


@breaks(PROVIDERS, STORED, AGREEMENTS, way=TEMPLATE)
def a_site_that_others_reach_on_nobodys_servers(hand: Hand) -> None:
    hand.settings.SITE_HOST = "www.power.org"


@breaks(GROUNDS)
def a_fourth_ground(hand: Hand) -> None:
    from privacy.datamap.terms import Transfer

    hand.frozen(Transfer.CONTRACT, "title", "our legitimate business")


@breaks(GROUNDS, way=TEMPLATE)
def grounds_that_the_record_leaves_out(hand: Hand) -> None:
    entered(hand)
    hand.template("privacy/datamap/record.html", ("{{ firm.ground.title }}", "agreement"))


@breaks(GROUNDS, "sharing.service-providers")
def a_recipient_without_a_ground(hand: Hand) -> None:
    hand.frozen(Recipient.ANALYTICS_VENDORS, "transfer", None)


@breaks("sharing.marketing-vendors")
def a_record_that_is_silent_on_marketing(hand: Hand) -> None:
    hand.wrap(
        "privacy.datamap.views.firms", lambda old: [f for f in old() if "dvertising" not in f.does]
    )


@breaks("sharing.marketing-vendors", "sharing.analytics-vendors", way=TEMPLATE)
def a_record_without_parts(hand: Hand) -> None:
    hand.template(
        "privacy/datamap/record.html", ('<td colspan="5">{{ firm.does }}</td>', "<td></td>")
    )


@breaks("sharing.marketing-vendors")
def a_marketing_firm_that_is_off_the_record(hand: Hand) -> None:
    one = vendors.Engaged("Adverts, Inc.", "Adverts: everywhere", "US", Recipient.MARKETING_VENDORS)
    hand.replace("privacy.datamap.promises.vendors.engaged", lambda: (one,))
