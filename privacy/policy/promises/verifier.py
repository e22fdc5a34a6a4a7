"""The promise that anybody can look: a page behind each number, and a program that checks from outside."""

import ast
import hashlib
import re
import sys
from urllib.parse import urljoin

from privacy.policy.promises.text import linked, policy_page
from privacy.promises.registry import Evidence, Look, PromiseBroken, promise, require
from privacy.promises.running_site import RunningSite

POLICY, PROGRAM = "/privacy/", "/privacy/verify.py"
STATES = ("kept", "not kept", "could not be checked", "not checked yet", "stated by us")
NUMBER = re.compile(rf"\d+ (?:{'|'.join(STATES)})")
CHECKED = {"Kept", "Not kept", "Could not be checked", "Not checked yet"}
STATED = "Software cannot show this."
TRIED = "7ff6b7924e5c528f5edc2c69f9d23ff881e7b905145932276c0329df932b11d3"
"""SHA-256 of the program that `tests/privacy/promises/test_verifier.py` has tried against sites of
which each breaks one thing. One that sees less looks the same to who has it: whoever changes the
program has the tests pass, and writes its new hash here."""


@promise("policy.verifier", look=Look.NOW)
def each_number_leads_to_how_it_is_checked(site: RunningSite) -> Evidence:
    """Each number of the text opens a page that says whether and how its sentence is checked."""
    main = policy_page(site).first("main")
    links = [a for a in main.all("a") if NUMBER.fullmatch(a.text)] if main else []
    numbers = {a.text.partition(" ")[0]: urljoin(POLICY, a.get("href")) for a in links}
    require(len(numbers) > 150, f"only {len(numbers)} sentences of the policy have a number")
    require(len(numbers) == len(links), "two sentences have the same number")
    for number, path in numbers.items():
        answer = site.get(path)
        require(answer.status == 200, f"the page of promise {number} answers {answer.status}")
        told = {one.text for one in answer.page.all("span") if "state" in one.get("class").split()}
        require(
            STATED in answer.page.text or told & CHECKED,
            f"promise {number} does not say whether it is checked",
        )
    return Evidence(
        "Each number of the policy leads to a page that says whether and how its sentence is "
        "checked.",
        {"numbers": len(numbers)},
    )


@promise("policy.verifier", look=Look.NOW)
def the_program_can_be_had_and_read(site: RunningSite) -> Evidence:
    """One file of Python that a stranger can read and that needs nothing else to run."""
    linked(site, PROGRAM, "the program that checks this site from outside")
    answer = site.get(PROGRAM)
    require(answer.status == 200, f"{PROGRAM} answers {answer.status} to a stranger")
    require(not answer.is_page, f"{PROGRAM} is a page and no program")
    try:
        tree = ast.parse(answer.text)
    except SyntaxError as error:
        raise PromiseBroken(f"{PROGRAM} is no Python program: {error.msg}") from error
    lines = len(answer.text.splitlines())
    require(lines <= 250, f"{PROGRAM} has {lines} lines, which nobody reads before running it")
    used = {
        (one.module or "").partition(".")[0]
        if isinstance(one, ast.ImportFrom)
        else name.name.partition(".")[0]
        for one in ast.walk(tree)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for name in one.names
    }
    strange = sorted(used - sys.stdlib_module_names)
    require(not strange, f"{PROGRAM} needs {strange[:1]}, which is no part of Python")
    served = hashlib.sha256(answer.text.encode()).hexdigest()
    require(served == TRIED, f"{PROGRAM} is not the program that was tried against broken sites")
    looked = len(set(re.findall(r'"([a-z]+\.[a-z0-9-]+(?:\.[a-z0-9-]+)*)"', answer.text)))
    require("urllib" in used or "http" in used, f"{PROGRAM} looks at no site")
    return Evidence(
        "The program is one file, can be read and fetched by anybody, and needs Python alone. It is "
        "the one that was tried against sites of which each breaks one thing.",
        {"lines": lines, "names of promises in it": looked},
    )
