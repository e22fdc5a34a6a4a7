"""What the promises hold: results of checks and their history, and nothing about anybody."""

from privacy.datamap.registry import not_about_people

not_about_people(
    "promises.PromiseResult",
    "what a check of the site saw",
    "id", "claim_id", "check_name", "look", "strength", "state", "words", "figures", "checked_at",
    "broken_since", "blind_since",
)  # fmt: skip
not_about_people(
    "promises.ClaimReview",
    "that a statement of the policy was read again; who did it stands in the log of the desk",
    "id", "claim_id", "at", "next_on", "note",
)  # fmt: skip
not_about_people(
    "promises.PromiseRun",
    "what all checks of the site saw at one time",
    "number", "at", "record", "previous_hash", "hash",
)  # fmt: skip
