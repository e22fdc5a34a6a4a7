"""Which item of the policy each stored column is: read from the policy's words, and from no code.

A column that stands in no line here holds something that the policy does not name, until somebody
has found the words by which it does, and has written the column there.
"""

from privacy.datamap.agreement import sentences
from privacy.datamap.registry import personal_entries
from privacy.datamap.terms import Category
from privacy.policy.promises.record import in_force
from privacy.promises.registry import Evidence, require

GROUPS = {
    Category.CONTACT: "information.contact-group",
    Category.EMPLOYMENT: "information.employment-group",
    Category.MARKETING: "information.marketing-group",
    Category.TRANSACTION: "information.transaction-group",
    Category.COMMUNICATIONS: "information.communications-kept",
    Category.USAGE: "usage.details",
    Category.ACCOUNT: "information.account-profile",
    Category.DOWNLOADS: "downloads.recorded",
}
"""The sentence that names the items of a group."""
NAMED = {
    Category.CONTACT: {
        "name": "accounts.User.name contact.ContactMessage.name rights.SubjectRequest.name",
        "postal address": "accounts.User.postal_address rights.SubjectRequest.postal_address",
        "email address": "account.EmailAddress.email account.EmailConfirmation.email_address"
        " accounts.User.email contact.ContactMessage.email contact.OrderState.email"
        " newsletter.Subscriber.email outbox.OutboxMail.recipient"
        " rights.SubjectRequest.email",
        "telephone": "accounts.User.phone contact.ContactMessage.phone",
        "customer account number": "accounts.User.customer_number",
    },
    Category.EMPLOYMENT: {
        "employ": "accounts.User.company contact.ContactMessage.company",
        "position": "accounts.User.position",
    },
    Category.MARKETING: {
        "asked for": "accounts.User.marketing_opt_in_at newsletter.Subscriber.state"
        " newsletter.Subscriber.key newsletter.Subscriber.source newsletter.Subscriber.created_at"
        " newsletter.Subscriber.written_at newsletter.Subscriber.reminded_at"
        " newsletter.Subscriber.confirmed_at newsletter.Subscriber.confirmed_by"
        " newsletter.Subscriber.wording newsletter.Subscriber.policy_version"
        " newsletter.Subscriber.proof",
        "how you prefer to be contacted": "newsletter.Subscription.subscriber"
        " newsletter.Subscription.topic newsletter.Subscription.since"
        " newsletter.Suppression.purpose newsletter.Suppression.address_hash"
        " newsletter.Suppression.at newsletter.Suppression.why",
    },
    Category.TRANSACTION: {
        "orders": "contact.ContactMessage.order_number contact.OrderState.order_number"
        " contact.OrderState.state contact.OrderState.ordered_on contact.OrderState.ships_on"
        " contact.OrderState.shipped_on",
        "problems you had with a product": "contact.ContactMessage.model"
        " contact.ContactMessage.serial_number contact.ContactMessage.site",
    },
    Category.COMMUNICATIONS: {
        "photos": "contact.MessagePhoto.message contact.MessagePhoto.content",
        # What was written, when, and what became of it.
        "messages": "contact.ContactMessage.reference contact.ContactMessage.topic"
        " contact.ContactMessage.message contact.ContactMessage.wants_contact"
        " contact.ContactMessage.received_at contact.ContactMessage.state"
        " contact.ContactMessage.acknowledged_at contact.ContactMessage.answered_at"
        " contact.ContactMessage.answer_note contact.ContactMessage.fingerprint"
        " contact.MessageNote.message contact.MessageNote.at contact.MessageNote.text"
        " contact.MessageReply.message contact.MessageReply.kind contact.MessageReply.at"
        " contact.MessageReply.text contact.ReplyDraft.message contact.ReplyDraft.text"
        " contact.ReplyDraft.edited_at"
        " outbox.OutboxMail.purpose outbox.OutboxMail.subject outbox.OutboxMail.message"
        " outbox.OutboxMail.created_at outbox.OutboxMail.sent_at"
        " policy.PolicyAcknowledgement.version policy.PolicyAcknowledgement.at",
        "questions": "rights.RequestNote.text rights.SubjectRequest.wants_contact"
        " rights.SubjectRequest.text rights.SubjectRequest.fingerprint rights.VendorTask.evidence"
        " rights.InternalNote.text rights.RequestScan.sha256 rights.SystemCheck.evidence",
    },
    Category.USAGE: {
        "when you use": "account.EmailConfirmation.created account.EmailConfirmation.sent"
        " accounts.IdleNotice.queued_at accounts.IdleNotice.sent_at accounts.Session.expire_date"
        " accounts.Session.signed_in_at accounts.Session.last_used_at accounts.User.last_login"
        " mfa.Authenticator.created_at mfa.Authenticator.last_used_at visits.PageView.seen_at",
        "device": "accounts.Session.device",
        "how often": "visits.PageView.visit visits.PageView.visitor visits.PageView.entry"
        " visits.PageView.referring_host",
        "how long": "visits.PageView.seconds",
        "what you look at": "visits.PageView.path",
    },
    Category.ACCOUNT: {
        # Whose it is, and how it stands.
        "profile": "account.EmailAddress.user account.EmailAddress.verified"
        " account.EmailAddress.primary accounts.ConfirmedAddress.user"
        " accounts.ConfirmedAddress.address_hash accounts.ConfirmedAddress.confirmed_at"
        " accounts.ConfirmedAddress.replaced_at accounts.IdleNotice.user"
        " accounts.PolicyAcceptance.user accounts.PolicyAcceptance.version"
        " accounts.PolicyAcceptance.kind accounts.PolicyAcceptance.at accounts.Registration.user"
        " accounts.Registration.address_hash accounts.Registration.corrections"
        " accounts.Registration.ends_at accounts.Session.user accounts.User.date_joined"
        " accounts.User.is_active accounts.User.is_staff accounts.User.is_superuser"
        " accounts.User.mail_daily"
        " accounts.User_groups.user accounts.User_groups.group"
        " accounts.User_user_permissions.user accounts.User_user_permissions.permission"
        " admin.LogEntry.user admin.LogEntry.object_id admin.LogEntry.object_repr"
        " admin.LogEntry.change_message audit_log.AuditEntry.actor"
        " audit_log.AuditEntry.pseudonym audit_log.AuditEntry.row consent.PersonalRefusals.user"
        " policy.PolicyAcknowledgement.user"
        # What a person has asked to be told of, and has been.
        " downloads.Watch.user downloads.Watch.document downloads.Watch.since"
        " downloads.WatchNotice.watch downloads.WatchNotice.version downloads.WatchNotice.at",
        "username": "accounts.User.username",
    },
    Category.DOWNLOADS: {
        "what you download": "downloads.DownloadRecord.user downloads.DownloadRecord.version"
        " downloads.DownloadRecord.at",
    },
}
"""The items of each group in the policy's words, and the columns that hold them."""
OTHER = {
    Category.CREDENTIALS: "account.EmailConfirmation.key accounts.Session.session_key"
    " accounts.Session.session_data accounts.User.password mfa.Authenticator.user"
    " mfa.Authenticator.type mfa.Authenticator.data rights.MailedLink.token_hash",
    Category.CONSENT: "consent.ConsentReceipt.id consent.ConsentReceipt.at"
    " consent.ConsentReceipt.keep_until consent.ConsentReceipt.document"
    " consent.ConsentReceipt.replaces consent.PersonalRefusals.groups"
    " consent.PersonalRefusals.sale_objected_at consent.PersonalRefusals.newsletter_refused_at",
    Category.REQUEST: "rights.ExportFile.request rights.ExportFile.made_at"
    " rights.ExportFile.expires_at rights.ExportFile.fetches rights.MailedLink.request"
    " rights.MailedLink.purpose rights.MailedLink.created_at rights.MailedLink.expires_at"
    " rights.MailedLink.used_at rights.RequestEvent.request rights.RequestEvent.did"
    " rights.RequestEvent.at rights.RequestEvent.proof rights.RequestEvent.ground"
    " rights.RequestNote.event rights.SubjectRequest.reference rights.SubjectRequest.kind"
    " rights.SubjectRequest.channel rights.SubjectRequest.received_at"
    " rights.SubjectRequest.due_on rights.SubjectRequest.closed_at"
    " rights.SubjectRequest.restricted_at rights.RequestScan.request rights.RequestScan.stored_at"
    " rights.InternalNote.request rights.InternalNote.at rights.SystemCheck.request"
    " rights.SystemCheck.system rights.SystemCheck.at rights.VendorTask.request"
    " rights.VendorTask.vendor rights.VendorTask.due_on rights.VendorTask.done_at",
}
"""What the policy speaks of outside its groups: signing in, consents, requests."""


def columns_of(category: Category) -> list[str]:
    """Return the columns of a category as `app.Model.column`."""
    return [
        f"{entry.label}.{name}"
        for entry in personal_entries()
        for name, column in entry.columns.items()
        if column.category is category
    ]


def only_named_items(category: Category) -> Evidence:
    """Require that each column of a group holds an item that the policy in force names."""
    said = sentences(in_force().source_text).get(GROUPS[category], "")
    said = said.lower().replace("e-mail", "email")
    unsaid = [item for item in NAMED[category] if item not in said]
    require(not unsaid, f"the policy in force does not name “{''.join(unsaid[:1])}” here")
    known = {column for columns in NAMED[category].values() for column in columns.split()}
    found = columns_of(category)
    beside = [one for one in found if one not in known]
    require(not beside, f"{beside[:1]} stands in the group and holds none of the named items")
    return Evidence(
        "Every stored field of this group holds one of the items that the policy names.",
        {"fields": len(found), "items named": len(NAMED[category])},
    )


def nothing_else_is_held() -> int:
    """Require that each column outside the groups is known here; return how many there are."""
    known = {column for columns in OTHER.values() for column in columns.split()}
    found = [one for kind in Category if kind not in GROUPS for one in columns_of(kind)]
    beside = sorted(set(found) - known)
    require(not beside, f"{beside[:1]} holds something that the policy does not name")
    return len(found)
