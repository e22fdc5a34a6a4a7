"""Which rows of this room the database itself keeps as they are."""

from sens_site.lib.row_guards import Guard, register

# An erasure takes the account of a former colleague out, and the number of the row of a customer.
# Days of two zones: a row that is over here may be over tomorrow there.
ENTRY = register(
    Guard(
        "audit_log_auditentry",
        mutable=("actor_id", "row"),
        deletable={
            "sqlite": "OLD.keep_until < date('now', '+1 day')",
            "postgresql": "OLD.keep_until < CURRENT_DATE + 1",
        },
    )
)
