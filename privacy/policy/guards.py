"""Which rows of this part the database itself keeps as they are."""

from sens_site.lib.row_guards import Guard, register

# A policy keeps its name in addresses; only its title may be worded anew.
POLICY = register(Guard("policy_policy", unique=(("slug",),), mutable=("title",)))

VERSION = register(Guard("policy_policyversion", unique=(("policy_id", "number"), ("hash",))))

_ONCE = (
    "kept.version_id = NEW.version_id AND kept.kind = NEW.kind"
    " AND NEW.kind IN ('sealed', 'withdrawn', 'announced')"
)
EVENT = register(Guard("policy_policyevent", unique=(_ONCE,)))

# A draft is free until it is sealed; then only the accounts that worked on it may leave it.
DRAFT = register(
    Guard(
        "policy_policydraft",
        unique=(("sealed_as_id",),),
        mutable=("author_id", "reviewer_id"),
        frozen="OLD.sealed_as_id IS NOT NULL",
    )
)

HEAD_LOG = register(Guard("policy_headlogentry", primary_key="position"))
