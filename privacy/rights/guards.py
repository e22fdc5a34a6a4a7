"""What the database itself keeps as it is: the events of requests."""

from sens_site.lib.row_guards import Guard, register

_SAME = "kept.request_id = NEW.request_id"
_CLOSING = "('answered', 'refused', 'withdrawn', 'spam')"
_EVENTS = "{schema}rights_requestevent"


def _closed_before(limit: str) -> str:
    """Say that the closing event of a row's request is older, and the request no younger."""
    return (
        f"EXISTS (SELECT 1 FROM {_EVENTS} AS closing WHERE closing.request_id = OLD.request_id"  # noqa: S608 - our own words
        f" AND closing.did IN {_CLOSING} AND closing.at < {limit})"
        f" AND NOT EXISTS (SELECT 1 FROM {_EVENTS} AS intake"
        f" WHERE intake.request_id = OLD.request_id AND intake.did = 'received'"
        f" AND intake.at >= {limit})"
    )


EVENT = register(
    Guard(
        "rights_requestevent",
        unique=(
            f"{_SAME} AND kept.did IN {_CLOSING} AND NEW.did IN {_CLOSING}",
            f"{_SAME} AND kept.did = 'extended' AND NEW.did = 'extended'",
            f"{_SAME} AND kept.fact = NEW.fact AND kept.did = 'alarm' AND NEW.did = 'alarm'",
        ),
        deletable={
            "sqlite": _closed_before("datetime('now', '-36 months', '+1 second')"),
            "postgresql": _closed_before("pg_catalog.now() - interval '36 months'"),
        },
    )
)
"""36 months after closing is how long the outline of a request is kept (policy:
retention.requests). All events of a request go by that one date, later ones too. The closing event
goes last, as the others are asked by it. Nobody gets around it by adding a closing event with an
old date: a request that came in later than that was not closed then. The second is what SQLite's
clock cuts off."""

SEAL = register(
    Guard("rights_requestseal", primary_key="number", unique=(("sealed_on",), ("hash",)))
)
