"""On PostgreSQL a look acts on temporary tables: nobody waits, and what stands stands in them, too."""

import datetime as dt
import re
import threading
import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone

from accounts.erasure import erase_account
from accounts.models import User
from contact.models import ContactMessage
from contact.services import Submission, receive_message
from outbox.models import OutboxMail
from privacy.policy.models import Policy, PolicyEvent, PolicyVersion
from privacy.policy.services import record_event, seal_and_publish
from privacy.promises.database_copy import on_a_copy
from privacy.promises.models import State
from privacy.promises.running_site import RunningSite
from privacy.promises.services import run_check
from sens_site.lib import row_guards
from sens_site.lib.postgresql.temporary_copy import copy_tables
from sens_site.promises.declared_constraints import the_database_has_its_constraints
from sens_site.promises.locks import the_database_refuses_changes
from tests.factories.people import make_person
from tests.factories.promises import looks

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]
MESSAGE = Submission("Ada", "ada@customer.test", "", "A word.", wants_contact=True)
EVERYTHING = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
# The server words conditions anew each time that it reads them: whether they hold is tried.
STANDS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
        a.attidentity::text || a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = {0} AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    UNION ALL
    SELECT relname, conname, CASE contype WHEN 'c' THEN 'check' ELSE pg_get_constraintdef(o.oid) END,
        '', '', ''
    FROM pg_constraint o JOIN pg_class c ON c.oid = conrelid WHERE relnamespace = {0}
    UNION ALL
    SELECT relname, '', split_part(pg_get_indexdef(indexrelid), ' WHERE ', 1),
        (indpred IS NULL)::text, '', ''
    FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = {0}
    UNION ALL
    SELECT relname, tgname, pg_get_triggerdef(t.oid), tgenabled::text, prosrc, ''
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_proc p ON p.oid = tgfoid
    WHERE relnamespace = {0} AND NOT tgisinternal
"""
LEFT = (
    "SELECT relname, oid, reltoastrelid FROM pg_class",
    "SELECT oid, tgname, tgenabled FROM pg_trigger",
    "SELECT oid, proname, prosrc FROM pg_proc",
    "SELECT sequencename, last_value FROM pg_sequences",
)


def ask(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def database():
    """All rows of all tables, and what the catalogue says."""
    rows = {name: ask(f'SELECT * FROM "{name}"') for (name,) in ask(EVERYTHING)}  # noqa: S608
    return {name: sorted(map(repr, found)) for name, found in rows.items()}, [
        sorted(map(repr, ask(one))) for one in LEFT
    ]


def standing(namespace):
    """What is declared of all tables of a schema, with no word of which schema it is."""
    found = ask("SET search_path = ''", STANDS.format(f"{namespace}::regnamespace"))
    ask("RESET search_path")
    told = sorted(repr(one) for one in found)
    return [
        re.sub(r"\b(?:public|pg_temp(?:_\d+)?)\.", "", one).replace(" NOT VALID", "")
        for one in told
    ]


def from_outside(*acts):
    """Act as another process that waits for no lock longer than 50 ms; return what went wrong."""
    problems = []

    def act():
        try:
            ask("SET lock_timeout = 50")
            for one in acts:
                one()
        except DatabaseError as error:
            problems.append(repr(error))
        finally:
            ask("RESET lock_timeout")
            connection.close()

    thread = threading.Thread(target=act)
    thread.start()
    thread.join()
    return problems


def test_nobody_waits_for_a_rehearsal_in_all_rooms(make_draft):
    person, neighbour = make_person(), make_person("neighbour")
    receive_message(MESSAGE)
    theirs, soon = make_draft(), make_draft(effective_on=timezone.localdate() + dt.timedelta(99))
    before = PolicyVersion.objects.count()
    with on_a_copy(), RunningSite().rehearsal():
        version = seal_and_publish(soon, by=None)
        record_event(version, PolicyEvent.Kind.ANNOUNCED)
        receive_message(MESSAGE)
        for (name,) in ask(EVERYTHING):
            ask(f'SELECT 1 FROM "{name}" FOR UPDATE')  # noqa: S608 - a name from the catalogue
        erase_account(User.objects.get(pk=person.pk))
        problems = from_outside(
            lambda: seal_and_publish(theirs, by=None),
            lambda: Policy.objects.update(title="Another title"),
            lambda: User.objects.update(name="Another"),
            lambda: ContactMessage.objects.update(name="Another"),
            lambda: OutboxMail.objects.update(attempts=1),
            lambda: receive_message(MESSAGE),
        )
    assert problems == []
    assert PolicyVersion.objects.count() == before + 1
    assert set(Policy.objects.values_list("title", flat=True)) == {"Another title"}
    assert set(User.objects.values_list("pk", "name")) >= {
        (person.pk, "Another"),
        (neighbour.pk, "Another"),
    }
    assert set(OutboxMail.objects.values_list("attempts", flat=True)) >= {1}


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done() and time.monotonic() < end:
        time.sleep(0.05)


def test_a_look_leaves_the_database_as_it_was():
    make_person()
    before = database()
    with on_a_copy():
        assert database()[0] == before[0]
        with RunningSite().rehearsal():
            receive_message(MESSAGE)
            assert ContactMessage.objects.count() == 1
        make_person("neighbour")  # whoever forgets the rehearsal
        assert User.objects.get(username="neighbour").pk > User.objects.get(username="ada").pk
    wait_until(lambda: database() == before)  # the server tidies up once the connection is gone
    assert database() == before


def test_the_copy_has_what_stands_and_no_more():
    ask(
        "CREATE TABLE by_hand (id serial PRIMARY KEY, account_id bigint REFERENCES accounts_user,"
        ' said text COLLATE "C", said_long integer GENERATED ALWAYS AS (length(said)) STORED)',
        "INSERT INTO by_hand (said) VALUES (''), ('A')",
        "ALTER TABLE by_hand ADD CONSTRAINT something CHECK (said <> '') NOT VALID",
        "CREATE UNIQUE INDEX shouted ON by_hand (upper(said)) WHERE said_long > 1",
        "CREATE TABLE parted (id bigint GENERATED ALWAYS AS IDENTITY) PARTITION BY RANGE (id)",
        "CREATE TABLE a_part PARTITION OF parted FOR VALUES FROM (1) TO (9)",
        "INSERT INTO parted DEFAULT VALUES",
        'ALTER TABLE policy_policyevent DISABLE TRIGGER "guard_policy_policyevent_truncate"',
    )
    real = standing("'public'")
    with on_a_copy():
        copied = standing("pg_my_temp_schema()")
        ask("INSERT INTO by_hand (said) VALUES ('a')")
        assert ask("SELECT id, said_long FROM by_hand") == [(1, 0), (2, 1), (3, 1)]
        assert ask("SELECT id FROM parted") == [(1,)]
        for column, values in (
            ("said", "('')"),
            ("account_id", "(-1)"),
            ("said", "('BB'), ('bb')"),
        ):
            with pytest.raises(DatabaseError, match="violates"):
                ask(f"INSERT INTO by_hand ({column}) VALUES {values}")  # noqa: S608 - from above
    numbered = [one for one in real if "nextval" in one]
    assert [one for one in real if one not in copied] == numbered  # counted in the copy's own way
    assert len(numbered) == 1
    assert len(copied) == len(real)
    assert ask("SELECT last_value FROM by_hand_id_seq") == [(2,)]


DROPPED = 'DROP TRIGGER "guard_policy_policyevent_update_or_delete" ON policy_policyevent'
SWITCHED_OFF = (
    'ALTER TABLE rights_requestevent DISABLE TRIGGER "guard_rights_requestevent_update_or_delete"'
)
REPLACED = (
    "CREATE OR REPLACE FUNCTION guard_rights_requestevent() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN PERFORM 1 FROM public.rights_requestevent; RETURN OLD; END'"
)


@pytest.mark.parametrize("breach", [DROPPED, SWITCHED_OFF, REPLACED])
def test_a_guard_that_the_database_lacks_is_missing_in_the_copy(breach):
    with on_a_copy():
        assert row_guards.missing() == []
    ask(breach)
    lacking = row_guards.missing()
    with on_a_copy():
        assert row_guards.missing() == lacking != []


def test_the_check_of_the_locks_finds_in_the_copy_what_stands():
    check = next(iter(looks(the_database_refuses_changes).values()))
    for breach, state in (None, State.KEPT), (DROPPED, State.BROKEN):
        if breach:
            ask(breach)
        with on_a_copy():
            outcome = run_check(check, "security.against-change", RunningSite())
        assert outcome.state == state, outcome.evidence.words


def test_a_copy_that_is_lost_is_not_taken_for_the_database():
    with on_a_copy():
        ((process,),) = ask("SELECT pg_backend_pid()")
        from_outside(lambda: ask(f"SELECT pg_terminate_backend({process}, 5000)"))
        for _ in range(2):
            with pytest.raises(OperationalError):
                make_person("nobody")
            connection.close_if_unusable_or_obsolete()
    assert not User.objects.filter(username="nobody").exists()


def test_who_may_only_read_may_copy():
    real = len(standing("'public'"))
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as reader:
        reader.execute("SET ROLE pg_read_all_data")
        copy_tables(reader)
        reader.execute("UPDATE policy_policy SET title = 'x'")
        with pytest.raises(psycopg.errors.RestrictViolation):  # by the guard: no right is missing
            reader.execute("DELETE FROM policy_policyversion")
        ((made,),) = reader.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
        ).fetchall()
    assert real
    assert made == len(ask(EVERYTHING))


def test_who_may_make_no_copy_looks_at_the_database(caplog):
    name = connection.settings_dict["NAME"]
    ask(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC', "SET ROLE pg_read_all_data")
    try:
        with on_a_copy():
            ((in_copy,),) = ask(
                "SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
            )
    finally:
        ask("RESET ROLE")
    assert in_copy == 0
    assert "TEMPORARY" in caplog.text


def test_the_copy_refuses_what_the_database_refuses():
    with on_a_copy():
        assert the_database_has_its_constraints() > 50
