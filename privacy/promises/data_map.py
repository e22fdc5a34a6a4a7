"""What the promises hold: results of checks, and nothing about anybody."""

from privacy.datamap.registry import not_about_people

not_about_people(
    "promises.PromiseResult",
    "what a check of the site saw",
    "id", "claim_id", "check_name", "look", "strength", "state", "words", "figures", "checked_at",
    "broken_since",
)  # fmt: skip
