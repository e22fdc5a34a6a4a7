"""In a table that is said to be about nobody stands no word of anybody, whichever room it is of."""

import pytest

from privacy.datamap.registry import entries
from privacy.promises.witness import record_rules
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.rules import Known
from privacy.promises.written_tables import Written

ADA = Canary()


@pytest.mark.parametrize(
    "label", sorted(label for label, entry in entries().items() if not entry.personal)
)
def test_what_a_customer_says_is_found_there(label):
    table = entries()[label].model._meta.db_table
    row = Written(table, (1, f"I agree. ({ADA.email})"), "INSERT")
    said = list(
        record_rules.no_words_in_a_table_about_nobody(row, Known((ADA,), outside=Known((ADA,))))
    )
    assert said == [f"the table {table} holds a email address"]
