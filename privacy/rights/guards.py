"""What the database itself keeps as it is: the events of requests."""

from sens_site.lib.row_guards import Guard, register

_SAME = "kept.request_id = NEW.request_id"
_CLOSING = "('answered', 'refused', 'withdrawn', 'spam')"

EVENT = register(
    Guard(
        "rights_requestevent",
        unique=(
            f"{_SAME} AND kept.did IN {_CLOSING} AND NEW.did IN {_CLOSING}",
            f"{_SAME} AND kept.did = 'extended' AND NEW.did = 'extended'",
            f"{_SAME} AND kept.fact = NEW.fact AND kept.did = 'alarm' AND NEW.did = 'alarm'",
        ),
        deletable={
            "sqlite": "OLD.at < datetime('now', '-36 months')",
            "postgresql": "OLD.at < pg_catalog.now() - interval '36 months'",
        },
    )
)
"""Three years is how long the outline of a request is kept (policy: retention.requests)."""
