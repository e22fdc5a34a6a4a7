"""What the policy holds: texts that are about nobody, and who has seen a change."""

from privacy.datamap.columns import not_personal, personal
from privacy.datamap.registry import Keep, classify, not_about_people
from privacy.datamap.stores import NOTICES
from privacy.datamap.subjects import ByUser
from privacy.datamap.terms import Category

classify(
    "policy.PolicyAcknowledgement",
    "Changes of policy that you have seen",
    activity=NOTICES,
    subject=ByUser(),
    keep=Keep("retention.account", said="while you keep it"),
    fields={
        "id": not_personal("number of the row"),
        "user": personal(Category.ACCOUNT),
        "version": personal(Category.COMMUNICATIONS),
        "at": personal(Category.COMMUNICATIONS),
    },
)

not_about_people("policy.Policy", "the name of a policy", "id", "slug", "title")
not_about_people(
    "policy.PolicyVersion",
    "a published text and its dates",
    "id", "policy", "number", "kind", "reason", "summary", "source_text", "rendered_html",
    "renderer", "claims_json", "posted_at", "posted_on", "effective_on", "imported", "origin",
    "previous_hash", "hash",
)  # fmt: skip
not_about_people(
    "policy.PolicyEvent",
    "what happened to a published text; who did it is a keyed pseudonym",
    "id", "version", "kind", "at", "actor", "note",
)  # fmt: skip
not_about_people(
    "policy.PolicyDraft",
    "a text in work; its author is cut off when the account goes, all authors are keyed pseudonyms",
    "id", "policy", "kind", "reason", "summary", "source_text", "post_on", "effective_on",
    "author", "reviewer", "authors", "gaps", "review_asked_at", "created_at", "changed_at",
    "sealed_as",
)  # fmt: skip
not_about_people(
    "policy.PolicyClaim",
    "what a sentence of a policy claims, and the office that answers for it",
    "id", "number", "kind", "claim", "practice", "owner", "review_on", "sealed_in",
)  # fmt: skip
not_about_people(
    "policy.HeadLogEntry",
    "how far each chain had come on a day: digests of what is kept elsewhere",
    "position", "chain", "size", "head", "logged_on",
)  # fmt: skip
