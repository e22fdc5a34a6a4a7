"""Which statements write, and where."""

import pytest

from privacy.promises.written_tables import written_by


@pytest.mark.parametrize(
    "sql",
    [
        "WITH said AS (SELECT %s AS a) INSERT INTO t SELECT a FROM said",
        "/* told */ INSERT INTO t VALUES (%s)",
        "-- told\n  UPDATE ONLY t SET a = %s",
        'DELETE FROM "s"."t" WHERE a = %s',
        "MERGE INTO t USING said ON true",
        "CREATE TABLE IF NOT EXISTS t AS SELECT %s",
        "REPLACE INTO t VALUES (%s)",
    ],
)
def test_a_statement_that_writes_is_known_however_it_begins(sql):
    (one,) = written_by(sql, ("a",), many=False)
    assert (one.table, one.values) == ("t", ("a",))


@pytest.mark.parametrize("sql", ["WITH a AS (SELECT 1) SELECT * FROM a", "SELECT 'UPDATE t'"])
def test_a_statement_that_reads_writes_nothing(sql):
    assert list(written_by(sql, (), many=False)) == []


def test_statements_are_told_apart():
    assert list(written_by("SELECT 1", (), many=False)) == []
    (one,) = written_by('UPDATE "t" SET a=%s', {"a": 1}, many=False)
    assert (one.table, one.values) == ("t", (1,))
    assert len(list(written_by("INSERT INTO t VALUES (%s)", [(1,), (2,)], many=True))) == 2
