"""The command that checks the promises."""

import json

import pytest
from django.core.management import CommandError, call_command

from privacy.promises import registry
from privacy.promises.models import PromiseResult, State
from privacy.promises.registry import Evidence, NotCarriedOut, PromiseBroken
from tests.factories.promises import looks

pytestmark = pytest.mark.django_db
MODULE = "privacy.promises.management.commands.verify_promises"


def kept(site):
    return Evidence("It is so.", {"pages": 3})


def broken(site):
    raise PromiseBroken("it is not so")


def cut_off(site):
    raise NotCarriedOut("There is no network here.")


@pytest.fixture
def checks(monkeypatch):
    mine = {"policy.last-updated": looks(kept), "policy.breadcrumb": looks(kept)}
    monkeypatch.setattr(registry, "_checks", mine)
    for place in (MODULE, "privacy.promises.services"):
        monkeypatch.setattr(f"{place}.discover", lambda: None)
    return mine


def test_all_are_checked_with_a_line_each_and_a_sum(checks, capsys):
    call_command("verify_promises")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(maxsplit=2)[0] == "1/2"
    assert lines[0].endswith("policy.last-updated (now): It is so.")
    assert lines[-1].startswith("2 kept, 0 broken, 0 not carried out, ")
    assert PromiseResult.objects.filter(state=State.KEPT).count() == 2


def test_one_can_be_checked(checks, capsys):
    call_command("verify_promises", "policy.breadcrumb")
    assert "1 kept, 0 broken" in capsys.readouterr().out
    assert list(PromiseResult.objects.values_list("claim_id", flat=True)) == ["policy.breadcrumb"]


def test_a_broken_promise_ends_it_with_1(checks, capsys):
    checks["policy.breadcrumb"] = looks(broken)
    with pytest.raises(CommandError, match=r"1 promise\(s\) broken") as failure:
        call_command("verify_promises")
    assert failure.value.returncode == 1
    assert "BROKEN policy.breadcrumb (now): it is not so" in capsys.readouterr().out


def test_a_check_that_could_not_look_ends_it_with_3(checks, capsys):
    checks["policy.breadcrumb"] = looks(cut_off)
    with pytest.raises(CommandError, match=r"1 check\(s\) could not look") as failure:
        call_command("verify_promises")
    assert failure.value.returncode == 3
    lines = capsys.readouterr().out.splitlines()
    assert "BLIND  policy.breadcrumb (now): There is no network here." in lines[1]
    assert lines[-1].startswith("1 kept, 0 broken, 1 not carried out, ")


def test_outcomes_as_json(checks, capsys):
    call_command("verify_promises", "--json")
    assert json.loads(capsys.readouterr().out)[0] == {
        "id": "policy.last-updated",
        "check": f"{kept.__module__}.kept",
        "look": "now",
        "strength": "shown",
        "state": "kept",
        "words": "It is so.",
        "figures": {"pages": 3},
    }


def test_an_unknown_id_is_refused(checks):
    with pytest.raises(CommandError, match="No check is registered for: no such"):
        call_command("verify_promises", "no such")
