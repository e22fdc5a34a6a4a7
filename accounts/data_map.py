"""What this room holds about people, its third-party tables included."""

from accounts.data_subject import (
    admin_log_about,
    all_users,
    audit_trail_about,
    erase_admin_log,
    erase_audit_trail,
    keys_by_address,
    proven_addresses,
    session_text,
    sessions_of,
    subject_of,
    user_by_address,
)
from accounts.idle_accounts import GRACE, UNUSED
from accounts.models import UNCONFIRMED
from accounts.registration import end_registrations, unconfirmed_customers
from privacy.datamap.columns import not_personal, personal, secret
from privacy.datamap.registry import (
    Keep,
    activity,
    classify,
    kept_elsewhere,
    not_about_people,
)
from privacy.datamap.subjects import ByRule, ByUser, Identity, register_identity
from privacy.datamap.terms import Category, OnErase, People, Purpose, Source

register_identity(
    Identity(
        of_user=subject_of,
        proven_addresses=proven_addresses,
        by_address=user_by_address,
        keys_by_address=keys_by_address,
        all_users=all_users,
    )
)

WITH_THE_ACCOUNT = Keep("retention.account", said="while you keep it")
ROW = not_personal("number of the row")

ACCOUNTS = activity(
    "accounts",
    title="Customer accounts",
    purpose=Purpose.REQUESTED,
    people=(People.CUSTOMERS, People.STAFF),
    source=Source.YOU,
)
SIGNING_IN = activity(
    "signing-in",
    title="Logging in safely",
    purpose=Purpose.SECURITY,
    people=(People.CUSTOMERS, People.STAFF),
    source=Source.YOU,
)
STAFF_TRAIL = activity(
    "staff-trail",
    title="What staff changed on the site",
    purpose=Purpose.SECURITY,
    people=(People.CUSTOMERS, People.STAFF),
    source=Source.US,
)

classify(
    "accounts.User",
    "Account and profile",
    activity=ACCOUNTS,
    subject=ByUser("pk"),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "username": personal(Category.ACCOUNT),
        "email": personal(Category.CONTACT),
        "name": personal(Category.CONTACT),
        "company": personal(Category.EMPLOYMENT),
        "position": personal(Category.EMPLOYMENT),
        "phone": personal(Category.CONTACT),
        "password": secret(Category.CREDENTIALS),
        "date_joined": personal(Category.ACCOUNT),
        "last_login": personal(Category.USAGE),
        "is_active": personal(Category.ACCOUNT),
        "is_staff": personal(Category.ACCOUNT),
        "is_superuser": personal(Category.ACCOUNT),
        "mail_daily": personal(Category.ACCOUNT, "how often staff are written to"),
        "marketing_opt_in_at": personal(Category.MARKETING, activity="promotional-mail"),
    },
)
classify(
    "accounts.User_groups",
    "Your roles",
    activity=ACCOUNTS,
    subject=ByUser(),
    keep=WITH_THE_ACCOUNT,
    fields={"id": ROW, "user": personal(Category.ACCOUNT), "group": personal(Category.ACCOUNT)},
)
classify(
    "accounts.User_user_permissions",
    "Your rights as a member of staff",
    activity=ACCOUNTS,
    subject=ByUser(),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "permission": personal(Category.ACCOUNT),
    },
)
classify(
    "accounts.PolicyAcceptance",
    "Which terms you accepted, and which privacy policy you were shown",
    activity=ACCOUNTS,
    subject=ByUser(),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "version": personal(Category.ACCOUNT),
        "kind": personal(Category.ACCOUNT),
        "at": personal(Category.ACCOUNT),
    },
)
classify(
    "account.EmailAddress",
    "Email addresses",
    activity=ACCOUNTS,
    subject=ByUser(),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "email": personal(Category.CONTACT),
        "verified": personal(Category.ACCOUNT),
        "primary": personal(Category.ACCOUNT),
    },
)
classify(
    "account.EmailConfirmation",
    "Email confirmations",
    activity=SIGNING_IN,
    subject=ByUser("email_address__user"),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "email_address": personal(Category.CONTACT),
        "created": personal(Category.USAGE),
        "sent": personal(Category.USAGE),
        "key": secret(Category.CREDENTIALS),
    },
)
classify(
    "mfa.Authenticator",
    "Second factors",
    activity=SIGNING_IN,
    subject=ByUser(),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "user": personal(Category.CREDENTIALS),
        "type": personal(Category.CREDENTIALS),
        "data": secret(Category.CREDENTIALS),
        "created_at": personal(Category.USAGE),
        "last_used_at": personal(Category.USAGE),
    },
)
classify(
    "accounts.Session",
    "Where you are logged in",
    activity=SIGNING_IN,
    subject=(ByUser(), ByRule(sessions_of)),
    keep=Keep("retention.account", said="while you keep it", until="expire_date"),
    readable={"session_data": session_text},
    fields={
        "session_key": secret(Category.CREDENTIALS),
        "session_data": secret(Category.CREDENTIALS),
        "expire_date": personal(Category.USAGE),
        "user": personal(Category.ACCOUNT),
        "signed_in_at": personal(Category.USAGE),
        "last_used_at": personal(Category.USAGE),
        "device": personal(Category.USAGE),
    },
)


classify(
    "admin.LogEntry",
    "Notes of what staff changed",
    activity=STAFF_TRAIL,
    subject=ByRule(admin_log_about, ("object_id",)),
    keep=WITH_THE_ACCOUNT,
    on_erase=OnErase.BLANK,
    ground="the trail of what staff did stays, without saying about whom",
    erase=erase_admin_log,
    exported=False,
    fields={
        "id": ROW,
        "action_time": not_personal("when staff acted"),
        "action_flag": not_personal("added, changed or deleted"),
        "content_type": not_personal("which table"),
        "user": personal(Category.ACCOUNT, "who acted"),
        "object_id": personal(Category.ACCOUNT, "number of the account", blank=None),
        "object_repr": personal(Category.ACCOUNT, blank="a deleted account"),
        "change_message": personal(Category.ACCOUNT, blank=""),
    },
)

not_about_people("auth.Group", "a role, not who has it", "id", "name")
not_about_people("auth.Group_permissions", "what a role may do", "id", "group", "permission")
not_about_people(
    "auth.Permission",
    "a right that exists, not who has it",
    "id",
    "name",
    "content_type",
    "codename",
)
not_about_people("contenttypes.ContentType", "names of tables", "id", "app_label", "model")

kept_elsewhere("retention.idle-account", UNUSED, GRACE)
IDLE = activity(
    "idle-accounts",
    title="Ending accounts that nobody uses",
    purpose=Purpose.SECURITY,
    people=(People.CUSTOMERS,),
    source=Source.YOUR_USE,
)
classify(
    "accounts.IdleNotice",
    "Notice that your account is idle",
    activity=IDLE,
    subject=ByUser(),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "queued_at": personal(Category.USAGE),
        "sent_at": personal(Category.USAGE),
    },
)

classify(
    "accounts.Registration",
    f"Account that waits for its address to be confirmed, for {UNCONFIRMED.words} at most",
    activity=ACCOUNTS,
    subject=ByUser(),
    keep=Keep(
        "retention.account",
        said="while you keep it",
        until="ends_at",
        rows=unconfirmed_customers,
    ),
    purge=end_registrations,
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "address_hash": secret(Category.ACCOUNT),
        "corrections": personal(Category.ACCOUNT),
        "ends_at": personal(Category.ACCOUNT),
    },
)

classify(
    "accounts.ConfirmedAddress",
    "Addresses that you have confirmed",
    activity=ACCOUNTS,
    subject=ByUser(),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "address_hash": secret(Category.ACCOUNT),
        "confirmed_at": personal(Category.ACCOUNT),
        "replaced_at": personal(Category.ACCOUNT),
    },
)

classify(
    "audit_log.AuditEntry",
    "Who did what at the desk",
    activity=STAFF_TRAIL,
    subject=ByRule(audit_trail_about, ("row", "table")),
    keep=Keep("retention.account", said="while you keep it", until="keep_until"),
    on_erase=OnErase.BLANK,
    ground="the trail of what staff did stays, without saying by or about whom",
    erase=erase_audit_trail,
    exported=False,
    fields={
        "id": ROW,
        "at": not_personal("when staff acted"),
        "kind": not_personal("added, changed, deleted …"),
        "actor": personal(Category.ACCOUNT, "who acted"),
        "pseudonym": personal(Category.ACCOUNT, "what stands for a former colleague"),
        "did": not_personal("words of the software; an address is cut out"),
        "table": not_personal("which table"),
        "row": personal(Category.ACCOUNT, "number of the row", blank=None),
        "name": not_personal("kept of rows about nobody alone"),
        "changes": not_personal("kept of columns about nobody, and of rights"),
        "place": not_personal("a kind of page or a command, without numbers"),
        "keep_until": not_personal("the last day of the entry"),
    },
)
