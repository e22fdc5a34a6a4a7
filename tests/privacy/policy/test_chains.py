"""The registry of chains, and the chains of the policies themselves."""

import pytest
from django.db import connection

from privacy.policy.chains import START, Chain, Head, register_chain, registered_chains
from privacy.policy.models import PolicyEvent, PolicyVersion
from privacy.policy.services import record_event
from sens_site.lib import row_guards

EMPTY = Head(0, START)


@pytest.mark.parametrize(("size", "digest"), [(-1, "a" * 64), (1, ""), (1, "A" * 64)])
def test_what_is_no_head_is_refused(size, digest):
    with pytest.raises(ValueError, match="this is no head of a chain"):
        Head(size, digest)


@pytest.mark.parametrize("name", ["", "Receipts", "two words", "1", "x" * 41])
def test_a_name_is_a_word_of_a_line(name):
    with pytest.raises(ValueError, match="is no name of a chain"):
        register_chain(Chain(name, head=lambda: EMPTY, hashes_at=lambda sizes: {}))


def test_two_chains_do_not_share_a_name():
    known = registered_chains()["policy-privacy"]
    assert register_chain(known) is known
    with pytest.raises(ValueError, match="another chain policy-privacy"):
        register_chain(Chain("policy-privacy", head=lambda: EMPTY, hashes_at=lambda sizes: {}))


def test_a_chain_that_says_nothing_of_it_has_no_faults_and_nothing_to_do_at_night():
    chain = Chain("x", head=lambda: EMPTY, hashes_at=lambda sizes: {})
    assert (chain.faults(), chain.before_night(), chain.at_once) == ([], [], False)


def test_the_site_logs_policies_what_happened_to_them_receipts_and_requests():
    assert {
        "policy-privacy", "policy-terms", "events-privacy", "events-terms", "receipts", "requests",
    } <= set(registered_chains())  # fmt: skip


def test_the_head_of_a_policy_is_the_hash_of_its_newest_version(db: None):
    chain, versions = registered_chains()["policy-privacy"], PolicyVersion.objects.of("privacy")
    newest, second, first = versions
    assert chain.head() == Head(3, newest.hash)
    assert chain.hashes_at([1, 2, 3, 4]) == {1: first.hash, 2: second.hash, 3: newest.hash}


def test_events_are_a_chain_of_all_that_they_say(policy: PolicyVersion):
    chain = registered_chains()["events-privacy"]
    assert chain.head() == EMPTY
    first = record_event(policy, PolicyEvent.Kind.SEALED)
    one = chain.head()
    record_event(policy, PolicyEvent.Kind.OVERRIDDEN, note="Because.")
    two = chain.head()
    assert (one.size, two.size) == (1, 2)
    assert chain.hashes_at([1, 2, 3]) == {1: one.hash, 2: two.hash}
    assert chain.hashes_at([]) == {}
    assert registered_chains()["events-terms"].head() == EMPTY
    for column, value in (("note", "x"), ("actor", "x"), ("kind", "announced")):
        with row_guards.lifted(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE policy_policyevent SET {column} = %s WHERE id = %s",  # noqa: S608
                [value, first.pk],
            )
            connection.check_constraints()
        changed = chain.hashes_at([1, 2])
        assert (changed[1] != one.hash, changed[2] != two.hash) == (True, True)


def test_a_policy_without_versions_has_no_head(db: None):
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM policy_policyversion")
        connection.check_constraints()
    assert registered_chains()["policy-terms"].head() == EMPTY
