"""The command that checks the promises."""

import json

import pytest
from django.core.management import CommandError, call_command

from privacy.promises import registry
from privacy.promises.models import PromiseResult
from privacy.promises.registry import Evidence, PromiseBroken

pytestmark = pytest.mark.django_db
MODULE = "privacy.promises.management.commands.verify_promises"


def kept(site):
    return Evidence("It is so.", {"pages": 3})


def broken(site):
    raise PromiseBroken("it is not so")


@pytest.fixture
def checks(monkeypatch):
    mine = {"policy.last-updated": kept, "policy.breadcrumb": kept}
    monkeypatch.setattr(registry, "_checks", mine)
    for place in (MODULE, "privacy.promises.services"):
        monkeypatch.setattr(f"{place}.discover", lambda: None)
    return mine


def test_all_are_checked_with_a_line_each_and_a_sum(checks, capsys):
    call_command("verify_promises")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(maxsplit=2)[0] == "1/2"
    assert lines[0].endswith("policy.last-updated: It is so.")
    assert lines[-1].startswith("2 kept, 0 broken, ")
    assert PromiseResult.objects.filter(kept=True).count() == 2


def test_one_can_be_checked(checks, capsys):
    call_command("verify_promises", "policy.breadcrumb")
    assert "1 kept, 0 broken" in capsys.readouterr().out
    assert list(PromiseResult.objects.values_list("claim_id", flat=True)) == ["policy.breadcrumb"]


def test_a_broken_promise_ends_it_with_1(checks, capsys):
    checks["policy.breadcrumb"] = broken
    with pytest.raises(CommandError, match=r"1 promise\(s\) broken") as failure:
        call_command("verify_promises")
    assert failure.value.returncode == 1
    assert "BROKEN policy.breadcrumb: it is not so" in capsys.readouterr().out


def test_outcomes_as_json(checks, capsys):
    call_command("verify_promises", "--json")
    assert json.loads(capsys.readouterr().out)[0] == {
        "id": "policy.last-updated",
        "kept": True,
        "words": "It is so.",
        "figures": {"pages": 3},
    }


def test_an_unknown_id_is_refused(checks):
    with pytest.raises(CommandError, match="No check is registered for: no such"):
        call_command("verify_promises", "no such")
