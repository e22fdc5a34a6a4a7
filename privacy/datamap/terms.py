"""The vocabulary of the data map: closed lists, each entry tied to a sentence of the policy.

A purpose, category or recipient that the policy in force does not name cannot be written down here
without `manage.py check` saying so, and the other way round (`agreement.py`). The `dpv` terms are
those of the W3C Data Privacy Vocabulary 2.x, for readers that are machines.
"""

from dataclasses import dataclass
from enum import Enum


class Basis(Enum):
    """The four lawful bases of the policy (GDPR Article 6)."""

    CONSENT = ("Your consent", "eu-gdpr:A6-1-a")
    CONTRACT = ("A contract with you, or steps you asked for before one", "eu-gdpr:A6-1-b")
    LEGAL_OBLIGATION = ("A legal obligation", "eu-gdpr:A6-1-c")
    LEGITIMATE_INTEREST = ("Our legitimate interest", "eu-gdpr:A6-1-f")

    def __init__(self, title: str, dpv: str) -> None:
        self.title = title
        self.dpv = dpv


class Purpose(Enum):
    """Why something is held. Each purpose rests on exactly one basis (policy, claim 112)."""

    REQUESTED = (
        "To give you the account, the files and the information that you ask for",
        "use.requested-information",
        Basis.CONTRACT,
        "dpv:ServiceProvision",
    )
    ANSWER = (
        "To answer what you write to us",
        "use.answer-inquiries",
        Basis.LEGITIMATE_INTEREST,
        "dpv:CommunicationForCustomerCare",
    )
    SUPPORT = (
        "To look into questions or problems with our products",
        "use.support",
        Basis.CONTRACT,
        "dpv:CustomerCare",
    )
    PROMOTION = (
        "To send news and promotional messages that you signed up for",
        "use.promotional-mail",
        Basis.CONSENT,
        "dpv:DirectMarketing",
    )
    POLICY_CHANGES = (
        "To tell you when the privacy policy changes in a material way",
        "use.policy-changes",
        Basis.LEGAL_OBLIGATION,
        "dpv:CommunicationManagement",
    )
    PREFERENCES = (
        "To show the site in the way you chose",
        "use.better-visit",
        Basis.CONSENT,
        "dpv:ServicePersonalisation",
    )
    SECURITY = (
        "To keep the site and its accounts safe and working",
        "gdpr.four-bases",
        Basis.LEGITIMATE_INTEREST,
        "dpv:EnforceSecurity",
    )
    RIGHTS = (
        "To answer privacy requests in time",
        "rights.answer-within-30-days",
        Basis.LEGAL_OBLIGATION,
        "dpv:RightsFulfilment",
    )
    PROOF = (
        "To prove what was agreed, asked or erased",
        "account.kept-after-deletion",
        Basis.LEGAL_OBLIGATION,
        "dpv:LegalCompliance",
    )

    def __init__(self, title: str, promise: str, basis: Basis, dpv: str) -> None:
        self.title = title
        self.promise = promise
        self.basis = basis
        self.dpv = dpv


class Category(Enum):
    """What kind of information a column holds, in the groups of the policy."""

    CONTACT = ("Contact information", "information.contact-group", "pd:Contact")
    EMPLOYMENT = ("Employment information", "information.employment-group", "pd:Professional")
    MARKETING = ("Marketing information", "information.marketing-group", "pd:Preference")
    TRANSACTION = ("Transaction information", "information.transaction-group", "pd:Transactional")
    COMMUNICATIONS = (
        "Communications",
        "information.communications-kept",
        "pd:Communication",
    )
    ACCOUNT = ("Account profile", "information.account-profile", "pd:AccountIdentifier")
    CREDENTIALS = (
        "What you log in with",
        "account.delete-removes-data",
        "pd:Authenticating",
    )
    DOWNLOADS = ("Downloads", "downloads.recorded", "pd:ServiceConsumptionBehavior")
    USAGE = ("Website use", "usage.details", "pd:UserAgent")
    DEVICE = ("IP address", "usage.ip-address", "pd:IPAddress")
    CONSENT = ("Consents", "consent.only-by-act", "dpv:ConsentRecord")
    REQUEST = ("Privacy requests", "rights.by-webmaster-form", "dpv:RightExerciseRecord")
    ERASURE = ("Proof of erasure", "account.kept-after-deletion", "dpv:RightExerciseRecord")

    def __init__(self, title: str, promise: str, dpv: str) -> None:
        self.title = title
        self.promise = promise
        self.dpv = dpv


class Transfer(Enum):
    """On what ground data reaches a recipient outside the EEA: the policy knows three."""

    CONSENT = ("your explicit consent", "eu-gdpr:A49-1-a")
    CONTRACT = ("a contract with you needs it", "eu-gdpr:A49-1-b")
    COMPELLING_INTEREST = (
        "a compelling legitimate interest that your rights do not outweigh",
        "eu-gdpr:A49-2",
    )

    def __init__(self, title: str, dpv: str) -> None:
        self.title = title
        self.dpv = dpv


class Recipient(Enum):
    """Who may receive something: kinds of firms, as in the policy; their names are `vendors.py`."""

    SERVICE_PROVIDERS = (
        "Service providers that run our servers and deliver our email",
        "sharing.service-providers",
        Transfer.CONTRACT,
    )
    MARKETING_VENDORS = (
        "Marketing vendors, once you allowed marketing cookies",
        "sharing.marketing-vendors",
        Transfer.CONSENT,
    )
    ANALYTICS_VENDORS = (
        "Website analytics vendors, once you allowed analytics cookies",
        "sharing.analytics-vendors",
        Transfer.CONSENT,
    )

    def __init__(self, title: str, promise: str, transfer: Transfer) -> None:
        self.title = title
        self.promise = promise
        self.transfer = transfer


class Source(Enum):
    """Where something comes from: the occasions that the policy lists."""

    YOU = "You, in a form on this site"
    YOUR_USE = "Your use of this site"
    US = "Us, while we handle your matter"


class People(Enum):
    """Whom a row is about."""

    CUSTOMERS = ("Registered customers", "dpv:Customer")
    WRITERS = ("People who write to us", "dpv:DataSubject")
    SUBSCRIBERS = ("Newsletter subscribers", "dpv:Subscriber")
    VISITORS = ("Visitors", "dpv:Visitor")
    STAFF = ("Our staff", "dpv:Employee")

    def __init__(self, title: str, dpv: str) -> None:
        self.title = title
        self.dpv = dpv


class OnErase(Enum):
    """What an erasure does to a row."""

    DELETE = "deleted"
    BLANK = "blanked"
    KEEP = "kept"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A sentence of the policy about something that this software does not do or hold."""

    promise: str
    reason: str


ELSEWHERE = (
    Elsewhere("use.orders-and-payment", "Orders are handled outside this website."),
    Elsewhere("use.product-notices", "Notices about purchases are sent outside this website."),
    Elsewhere("use.internal-marketing", "Done by people, from figures without names."),
    Elsewhere("use.website-changes", "Shown on the website itself; nobody's data is used."),
    Elsewhere("use.told-when-collected", "Told at each form, when it happens."),
    Elsewhere("use.see-choices", "A pointer to another section."),
    Elsewhere("sharing.not-identifying", "Figures without names are no personal information."),
    Elsewhere("sharing.successors", "Only if the company is sold."),
    Elsewhere("sharing.told-when-asked", "Told at each form, when it happens."),
    Elsewhere("sharing.legal-demands", "Only when the law demands it; decided by people."),
)
"""Sentences that the map need not cover, each with the reason."""
