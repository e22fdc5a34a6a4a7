"""Each way in which code gives a column a value is seen, and what only asks for it is not."""

import pytest

from privacy.datamap.promises.written_times import _writings


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("row.at = now", ["at=now"]),
        ("row.name, row.at = name, now", ["at=(name, now)"]),
        ("row.at += day", ["at=day"]),
        ("row.at: datetime = now", ["at=now"]),
        ("row.at: datetime", ["at=row.at"]),
        ("values['at'] = now", ["at=now"]),
        ("at = now", []),
        ("rows.update(at=now, name=name)", ["at=now"]),
        ("rows.update(**{'at': now, **more})", ["at=now"]),
        ("setattr(row, 'at', now)", ["at=now"]),
        ("setattr(row, name, now)", []),
        ("rows.filter(at=now).exclude(at=then)", []),
        ("ask('UPDATE rows SET at = %s')", ["at='in SQL'"]),
        ("ask('SELECT at FROM rows')", []),
        ("print(other)", []),
    ],
)
def test_what_writes_a_column_is_seen(code, values):
    assert _writings(f"def act():\n    {code}\n", ("at",)) == tuple((".act", one) for one in values)
