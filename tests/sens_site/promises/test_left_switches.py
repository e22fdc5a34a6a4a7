"""A look at the locks leaves the database's switches as it found them."""

import pytest
from django.db import connection

from sens_site.promises.locks import _no_recursive_triggers


@pytest.mark.only_on("sqlite")  # PostgreSQL has no such switch
@pytest.mark.parametrize("was", [0, 1])
@pytest.mark.django_db
def test_what_was_off_before_is_off_after_it(was):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers = {was}")
        with _no_recursive_triggers():
            assert cursor.execute("PRAGMA recursive_triggers").fetchone()[0] == 0
        assert cursor.execute("PRAGMA recursive_triggers").fetchone()[0] == was
        cursor.execute("PRAGMA recursive_triggers = 1")
