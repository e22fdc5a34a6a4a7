"""Which role may open what at the desk: literals, from the documents on the roles and the desk.

A new page of the admin stands here for the roles that are to open it, and is shut to all others.
"""

from collections.abc import Mapping

LOOK_AT = ("", "change", "history")
MAY_OPEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Editor": {
        "downloads.document": (*LOOK_AT, "add", "delete", "many"),
        "downloads.documentversion": (*LOOK_AT, "add", "cancel", "delete", "offer-again", "publish",
                                      "withdraw"),
        "news.newscategory": (*LOOK_AT, "add", "delete"),
        "news.newsitem": (*LOOK_AT, "add", "delete", "expiry", "hide", "preview", "unhide"),
        "news.newsrevision": (*LOOK_AT, "cancel", "preview", "publish", "restore"),
        "pages.file": (*LOOK_AT, "add", "delete"),
        "pages.page": (*LOOK_AT, "add", "address", "delete", "expiry", "hide", "place", "preview",
                       "reset", "unhide"),
        "pages.pagerevision": (*LOOK_AT, "cancel", "preview", "publish", "restore"),
        "pages.redirect": (*LOOK_AT, "add", "delete"),
        "policy.policydraft": (*LOOK_AT, "add", "import", "preview", "mark"),
        "policy.policyversion": LOOK_AT,
        "search.miss": (*LOOK_AT, "delete"),
        "search.synonym": (*LOOK_AT, "add", "delete"),
    },
    "Newsletter editor": {
        "newsletter.issue": (
            *LOOK_AT, "add", "delete", "html", "pause", "preview", "resume", "schedule", "stop",
            "test", "unschedule",
        ),
        "newsletter.subscriber": (*LOOK_AT, "end", "import", "release"),
        "newsletter.topic": (*LOOK_AT, "add"),
    },
    "Webmaster": {
        "contact.cannedanswer": (*LOOK_AT, "add", "delete"),
        "contact.contactmessage": (
            *LOOK_AT, "answer", "answering", "assign", "canned", "deliver", "discard", "merge", "note",
            "photo", "remind", "reply", "send", "separate", "spam",
        ),
        "outbox.outboxmail": LOOK_AT,
        "visits.dailycount": ("", "export.csv"),
    },
    "Privacy officer": {
        "accounts.user": (*LOOK_AT, "password", "reset-second-factor"),
        "consent.consentreceipt": (*LOOK_AT, "check"),
        "datamap.purgefailure": LOOK_AT,
        "outbox.outboxmail": LOOK_AT,
        "policy.policyclaim": (*LOOK_AT, "add", "delete"),
        "policy.policydraft": (*LOOK_AT, "add", "import", "preview", "mark", "seal"),
        "policy.policyversion": (*LOOK_AT, "withdraw"),
        "promises.claimreview": (*LOOK_AT, "add", "due"),
        "promises.promiseresult": LOOK_AT,
        "promises.promiserun": LOOK_AT,
        "rights.outsidesystem": (*LOOK_AT, "add"),
        "rights.subjectrequest": (
            *LOOK_AT, "acknowledged", "add", "answer", "ask-identity", "correct", "erase",
            "export", "extend", "fee", "handler", "lift", "no-vendor", "note", "proof", "refuse",
            "release", "remind", "restrict", "scan", "seen", "spam", "switch-off", "system",
            "vendor", "vendor-done", "writing",
        ),
    },
}  # fmt: skip
"""Which pages of which table each role may open. Every other page is shut to it."""
RIGHTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Newsletter editor": {
        "newsletter.subscriber": ("view", "add", "change"),
    },
    "Webmaster": {
        "contact.contactmessage": ("view", "change", "export"),  # the last one where it is given
        "outbox.outboxmail": ("view", "change"),
    },
    "Privacy officer": {
        "accounts.user": ("view", "reset"),
        "consent.consentreceipt": ("view",),
        "outbox.outboxmail": ("view", "change"),
        "rights.subjectrequest": ("view", "answer"),
    },
}
"""The rights at tables about people, each with the one role that may hold it."""
ABOUT_PEOPLE = frozenset({
    "account.emailaddress", "account.emailconfirmation", "accounts.session", "accounts.user",
    "admin.logentry", "audit_log.auditentry", "consent.consentreceipt", "contact.contactmessage",
    "contact.messagenote", "contact.messagephoto", "contact.messagereply", "contact.orderstate",
    "contact.replydraft", "downloads.downloadrecord", "downloads.watch", "downloads.watchnotice",
    "mfa.authenticator", "newsletter.subscriber", "newsletter.subscription",
    "newsletter.suppression",
    "outbox.outboxmail", "rights.exportfile", "rights.internalnote", "rights.mailedlink",
    "rights.requestevent", "rights.requestnote", "rights.requestscan", "rights.subjectrequest",
    "rights.systemcheck", "rights.vendortask", "visits.pageview",
})  # fmt: skip
