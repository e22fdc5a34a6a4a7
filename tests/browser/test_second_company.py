"""A second company from nothing, without script: its own site, mails and desk, and none of the first."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from tests.architecture.source import ROOT
from tests.architecture.test_company import traces_in
from tests.browser.settings import hold_port
from tests.browser.watch import Watch
from tests.factories.people import PASSWORD
from tests.privacy.policy.importing.word_files import docx, p

pytestmark = pytest.mark.xdist_group("second company")

NAME, TIME_ZONE = "Acme Pumps", "Europe/Berlin"
POLICY = docx(
    p("Privacy policy", style="Titel")
    + p("Who we are", style="Numbered")
    + p(f"{NAME} makes pumps, and answers every letter.")
    + p("What we keep", style="Numbered")
    + p("We keep what you write to us until your question is answered.")
)
EXAMPLE = ("Example Power", "Anytown", "555-01")


class Company:
    """The site of the second company, in processes of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.database = folder / "site.sqlite3"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        self.environment = {
            **kept,
            "ENV_FILE": os.devnull,
            "DEBUG": "true",
            "CONTENT_DIR": str(folder / "content"),
            "SECRET_KEY": "tests-only-2f6c0b1d4a9e4c7f8a53-tests-only-9d1b7e3c5f",
            "SITE_ORIGIN": self.origin,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "STAFF_PASSWORD": PASSWORD,
            "POLICY_FOUR_EYES": "false",  # a company of one
            "LOG_LEVEL": "ERROR",
            "ERASURE_LEDGER": str(folder / "ledger.jsonl"),
            "PRIVATE_ROOT": str(folder / "private"),
            "DOCUMENTS_ROOT": str(folder / "documents"),
            "KEPT_HEADS": str(folder / "heads"),
            "OUTSIDE_STATE": str(folder / "outside.json"),
        }

    def manage(self, *words: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env={**self.environment, **more},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def mails(self) -> list[str]:
        with closing(sqlite3.connect(self.database)) as database:
            rows = database.execute("SELECT subject, message FROM outbox_outboxmail").fetchall()
        return [f"{subject} {bytes(message).decode()}" for subject, message in rows]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    held, port = hold_port()
    held.close()
    site = Company(tmp_path_factory.mktemp("acme"), port)
    content = site.environment["CONTENT_DIR"]
    told = site.manage(
        "start_content", content, "--name", NAME, "--time-zone", TIME_ZONE,
        CONTENT_DIR="content/example",
    )  # fmt: skip
    assert f"CONTENT_DIR={content}" in told
    for command in (("migrate",), ("createcachetable",), ("setup_site",)):
        site.manage(*command)
    site.manage("make_staff", "--username", "owner", "--email", "owner@acme.test", "--no-input")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}", "--noreload"],
        cwd=ROOT, env=site.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and server.poll() is None:
            try:
                with urllib.request.urlopen(f"{site.origin}/", timeout=30):  # noqa: S310 - our own server
                    break
            except OSError:
                time.sleep(0.2)
        yield site
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


@pytest.fixture
def visitor(company: Company, browser) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        java_script_enabled=False, base_url=company.origin, viewport={"width": 1280, "height": 900}
    )
    watch = Watch(company.origin)
    watch.follow(context)
    yield context.new_page()
    assert watch.complaints() == []
    context.close()


def show(page: Page, path: str, status: int = 200) -> str:
    """Open a page, and see that it names neither the first company nor the example."""
    response = page.goto(path)
    assert response is not None
    assert response.status == status
    return own(page)


def own(page: Page) -> str:
    source = page.content()
    assert (traces_in(source), [one for one in EXAMPLE if one in source]) == ([], [])
    return str(page.locator("body").inner_text())


def press(page: Page, name: str) -> str:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()
    return own(page)


def test_a_second_company_has_a_site_of_its_own(company, visitor):
    assert NAME in show(visitor, "/")
    assert visitor.title() == f"{NAME} - {NAME}"
    assert "Reject" in show(visitor, "/cookies/")
    press(visitor, "Reject all")
    for path in ("/about/", "/contact/sales/", "/sitemap/", "/privacy/record/"):
        show(visitor, path)
    show(visitor, "/privacy/", status=404)  # none is sealed yet

    show(visitor, "/contact/webmaster/")
    visitor.get_by_label("Name", exact=True).fill("Ida")
    visitor.get_by_label("Email", exact=True).fill("ida@elsewhere.test")
    visitor.get_by_label("Message", exact=True).fill("Which pump fits?")
    assert "Your message is stored" in press(visitor, "Send message")

    show(visitor, "/accounts/register/")
    visitor.get_by_label("Username", exact=False).first.fill("ida.example")
    visitor.get_by_label("Email", exact=False).first.fill("ida@elsewhere.test")
    visitor.get_by_label("Password", exact=True).fill(PASSWORD)
    press(visitor, "Register")
    mails = company.mails()
    assert len(mails) == 2
    assert [mail for mail in mails if traces_in(mail) or any(one in mail for one in EXAMPLE)] == []
    assert all(NAME in mail for mail in mails if "ida@" in mail.partition("\n\n")[0])


def log_in(page: Page) -> str:
    page.goto("/admin/")
    page.get_by_label("Username or email address").fill("owner")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    return press(page, "Log in")


def test_its_owner_finds_at_the_desk_what_is_still_to_be_done(visitor):
    home = log_in(visitor)
    assert f"{NAME} site administration" in home
    assert "Nothing waits for you" not in home
    for gap in (
        "street in company.toml is still “[your street]”.",
        "static/img/icon.svg is still the example's.",
        "/about/: Say who you are.",
        "The site has no privacy policy yet.",
        "owner has none.",
        "Nobody has the role “Privacy officer” yet.",
    ):
        assert gap in home
    assert "0 policy versions" in show(visitor, "/admin/policy/policyversion/")
    show(visitor, "/admin/set-up/mail/")
    assert "A mail to owner@acme.test is waiting" in press(visitor, "Send me the mail")
    assert "Set up mail." in show(visitor, "/admin/audit_log/auditentry/")
    assert "Ran make_staff." in own(visitor)


def test_its_first_policy_comes_from_a_word_document(visitor):
    log_in(visitor)
    show(visitor, "/admin/policy/policydraft/import/")
    visitor.set_input_files(
        "#id_file",
        {"name": "policy.docx", "mimeType": "application/octet-stream", "buffer": POLICY},
    )
    assert "1. Who we are" in press(visitor, "Look at it first")
    press(visitor, "Store it as a draft")
    visitor.locator("#id_kind").select_option("minor")
    visitor.locator("#id_effective_on").fill(
        timezone.localdate(timezone=ZoneInfo(TIME_ZONE)).isoformat()
    )
    visitor.locator("#id_reason").fill("It is the first one.")
    visitor.locator("#id_summary").fill("What we keep of you, and how long.")
    press(visitor, "Save and continue editing")
    with visitor.expect_navigation():
        visitor.get_by_role("link", name="Seal and publish", exact=True).click()
    visitor.locator("#override_reason").fill("The promises are written after the text.")
    press(visitor, "Seal and publish version 1 in spite of this")
    assert "answers every letter" in show(visitor, "/privacy/v/1/")
    assert "1 policy version" in show(visitor, "/admin/policy/policyversion/")
    assert "The site has no privacy policy yet." not in show(visitor, "/admin/set-up/")
