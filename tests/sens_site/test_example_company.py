"""A second company: the site starts with its content, and shows and mails no trace of the first."""

import json
import re
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT
from tests.architecture.test_company import traces_in


def traces(texts: dict[str, str]) -> dict[str, list[str]]:
    return {name: found for name, text in texts.items() if (found := traces_in(text))}


@pytest.mark.slow
def test_another_companys_site_starts_and_holds_no_trace_of_the_first(tmp_path):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.sens_site.example_site", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    site = json.loads(run.stdout)
    status = {path: status for path, (status, _) in site["pages"].items()}
    pages = {path: body for path, (_, body) in site["pages"].items()}
    mails = {f"{n} to {to}": text for n, (to, text) in enumerate(site["mails"])}

    assert status.pop("/nowhere/") == 404
    assert {path: answer for path, answer in status.items() if answer not in (200, 302)} == {}
    assert {"/", "/privacy/", "/legal/", "/contact/", "/contact/sales/", "/sitemap/"} <= set(status)
    assert traces(pages | mails) == {}

    foot = pages["/"][pages["/"].index("<footer") :]
    facts = ("Example Power Works, Inc.", "12 Example Street", "(555) 555-0100", "© 2024–2026")
    assert [fact for fact in facts if fact not in foot] == []
    assert re.findall(r'href="(/contact/[^"]*)">([^<]*)<', foot) == [
        ("/contact/", "General Contact"),
        ("/contact/sales/", "Sales"),
        ("/contact/service/", "Service"),
    ]
    assert "<title>Example Power Works - Example Power</title>" in pages["/"]
    assert "Example Power Works, a Corporation" in pages["/privacy/"]

    assert site["answers"] == [303, 303, 303, 303]
    to_visitors = {name: text for name, text in mails.items() if "customer.test" in name}
    assert len(to_visitors) == 4
    assert [n for n, text in to_visitors.items() if "Example Power Works, Inc." not in text] == []
    assert site["broken"] == {}
