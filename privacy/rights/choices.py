"""The words of the request desk: what may be asked, on what ground it may be refused, what happens.

A ground points to the sentence of the policy that allows it.
"""

from django.db import models


class Kind(models.TextChoices):
    ACCESS = "access", "See or get a copy of my information"
    RECTIFICATION = "rectification", "Correct my information"
    ERASURE = "erasure", "Erase my information"
    RESTRICTION = "restriction", "Restrict how my information is used"
    PORTABILITY = "portability", "Hand my information over to another organization"
    OBJECTION = "objection", "Object to how my information is used"
    WITHDRAWAL = "withdrawal", "Withdraw a consent"
    COMPLAINT = "complaint", "Complain about how my information is handled"
    QUESTION = "question", "Ask a question about privacy"


NEEDS_NO_PROOF = frozenset({Kind.COMPLAINT, Kind.QUESTION, Kind.OBJECTION, Kind.WITHDRAWAL})
"""Kinds that tell nobody anything about a person and destroy nothing."""


class Ground(models.TextChoices):
    """Why a request may be refused. The policy names these and no other."""

    UNFOUNDED = "unfounded", "The request is clearly unfounded"
    REPETITIVE = "repetitive", "The request repeats an earlier one"
    EXCESSIVE = "excessive", "The request is excessive"
    NOT_SHOWN = "not-shown", "It was not shown who is asking"


FEE_GROUNDS = frozenset({Ground.UNFOUNDED, Ground.REPETITIVE, Ground.EXCESSIVE})
AUTHORITIES = "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"


class Channel(models.TextChoices):
    FORM = "form", "Your privacy choices"
    CONTACT = "contact", "Contact Webmaster form"
    ACCOUNT = "account", "The pages of a person’s own account"
    LETTER = "letter", "Letter"
    TELEPHONE = "phone", "Telephone"
    EMAIL = "email", "Email"
    IN_PERSON = "person", "In person"


BY_HAND = (Channel.LETTER, Channel.TELEPHONE, Channel.EMAIL, Channel.IN_PERSON)
"""Ways in which no form of the site takes a request: staff enter it."""


class Proof(models.TextChoices):
    LINK = "link", "A link sent to the address was used"
    PASSWORD = "password", "Logged in and typed the password again"
    STAFF = "staff", "Seen by a member of staff"


class Did(models.TextChoices):
    RECEIVED = "received", "Received"
    ENTERED = "entered", "Entered by our staff"
    HELD = "held", "Held as suspected spam"
    RELEASED = "released", "Released from quarantine"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    IDENTITY_ASKED = "identity-asked", "Asked to show who is asking"
    IDENTITY_PROVED = "identity-proved", "Shown who is asking"
    EXTENDED = "extended", "More time taken, with a reason"
    FEE_QUOTED = "fee-quoted", "A fee was named"
    EXPORT_MADE = "export-made", "Copy made"
    FILE_FETCHED = "file-fetched", "Copy fetched"
    FILE_DESTROYED = "file-destroyed", "Copy destroyed"
    ERASED = "erased", "Information erased"
    CORRECTED = "corrected", "Information corrected"
    RESTRICTED = "restricted", "Use of the information restricted"
    UNRESTRICTED = "unrestricted", "Restriction lifted"
    STOPPED = "stopped", "Switched off what was objected to or withdrawn"
    SYSTEM_CHECKED = "system-checked", "Looked up in another system"
    NO_VENDOR = "no-vendor", "No vendor concerned"
    VENDOR_TOLD = "vendor-told", "A vendor was told"
    VENDOR_DONE = "vendor-done", "A vendor has done it"
    ALARM = "alarm", "Alarm: time is running out"
    ALARM_SEEN = "alarm-seen", "Alarm seen by staff"
    ANSWERED = "answered", "Answered"
    REFUSED = "refused", "Refused, with the ground and a reason"
    WITHDRAWN = "withdrawn", "Withdrawn by the person"
    SPAM = "spam", "No request: spam"


CLOSING = (Did.ANSWERED, Did.REFUSED, Did.WITHDRAWN, Did.SPAM)
POSTED = "posted "
"""How the fact of an event begins whose words went by post; a date follows."""
PUBLIC = frozenset(Did) - {Did.HELD, Did.RELEASED, Did.ALARM, Did.ALARM_SEEN, Did.SPAM}
"""What the person who asked sees."""
