"""The site of the example company, in a process of its own: says as JSON what it answers and mails.

Run as `python -m tests.sens_site.example_site FOLDER`; the folder takes database and ledger.
"""

import json
import os
import sys
from email import message_from_bytes, policy
from pathlib import Path

folder = Path(sys.argv[1])
os.environ.update(
    {
        "DJANGO_SETTINGS_MODULE": "sens_site.settings",
        "ENV_FILE": os.devnull,
        "CONTENT_DIR": "content/example",
        "DEBUG": "false",
        "SECRET_KEY": "tests-only-2f6c0b1d4a9e4c7f8a53-tests-only-9d1b7e3c5f",
        "SITE_ORIGIN": "https://testserver",
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "LOG_LEVEL": "CRITICAL",
        "DEFAULT_FROM_EMAIL": "webmaster@example.com",
        "WEBMASTER_EMAIL": "webmaster@example.com",
        "ERASURE_LEDGER": str(folder / "ledger.jsonl"),
        "PRIVATE_ROOT": str(folder / "private"),
        "DOCUMENTS_ROOT": str(folder / "documents"),
    }
)

import django  # noqa: E402 - the environment had to be set first

from sens_site import settings as module  # noqa: E402 - the environment had to be set first

# Plain names, so that none need be collected.
module.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
module.WHITENOISE_USE_FINDERS = module.WHITENOISE_AUTOREFRESH = True
module.ALLOWED_HOSTS = ["testserver"]
module.STATIC_ROOT = folder / "static"
module.STATIC_ROOT.mkdir()
django.setup()

from django.core.management import call_command  # noqa: E402 - needs the loaded apps

from outbox.models import OutboxMail  # noqa: E402 - needs the loaded apps
from pages.navigation import walk  # noqa: E402 - needs the loaded apps
from privacy.promises.registry import discover  # noqa: E402 - needs the loaded apps
from privacy.promises.services import verify_promises  # noqa: E402 - needs the loaded apps
from tests.architecture import html  # noqa: E402 - needs the loaded apps
from tests.client import SiteClient  # noqa: E402 - needs the loaded apps

MESSAGE = {
    "name": "Ada Byron",
    "email": "ada@customer.test",
    "message": "Which product fits my load?",
    "wants_contact": "on",
}
# Those that read the company's facts, its tree or its policy. All are kept; the rest takes its time.
PROMISES = [
    "contact.address-and-phone",
    "contact.form-link",
    "footer.copyright-year",
    "footer.privacy-and-legal",
    "information.may-decline",
    "policy.breadcrumb",
    "rights.complaint",
    "terms.also-apply",
]
ACCOUNT = {"username": "ada", "email": "ada@customer.test", "password1": "plover-lantern-42-quiet"}
ACCOUNT["shown"] = "terms.1-privacy.1"


def every_page(client: SiteClient) -> dict[str, list]:
    """Follow all links from the pages of the tree."""
    found: dict[str, list] = {}
    wanted = [
        *(node.path for node in walk()),
        "/nowhere/",
        "/favicon.ico",
        "/contact/webmaster/thanks/",
    ]
    while wanted:
        path = wanted.pop()
        if path in found:
            continue
        response = client.get(path)
        if response.streaming:  # a document
            found[path] = [response.status_code, response.getvalue().decode("latin-1")]
            continue
        found[path] = [response.status_code, response.content.decode()]
        if response.headers["Content-Type"].startswith("text/html"):
            links = (link.partition("#")[0] for link in html.parse(response.content).links)
            wanted += [link for link in links if link.startswith("/") and "/static/" not in link]
    return found


call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("check", fail_level="WARNING", stdout=sys.stderr)
call_command("setup_site", verbosity=0)
visitor = SiteClient()
pages = every_page(visitor)
answers = [
    visitor.post("/contact/webmaster/", MESSAGE).status_code,
    visitor.post("/contact/webmaster/", {**MESSAGE, "about": "access"}).status_code,
    visitor.post("/accounts/register/", ACCOUNT).status_code,
    visitor.post("/accounts/password/reset/", {"email": "nobody@customer.test"}).status_code,
]
mails = [
    [
        mail.recipient,
        message_from_bytes(bytes(mail.message), policy=policy.default).get_content(),
    ]
    for mail in OutboxMail.objects.order_by("pk")
]
discover()
outcomes = verify_promises(PROMISES)
broken = {one.claim_id: one.evidence.words for one in outcomes if not one.kept}
print(json.dumps({"pages": pages, "answers": answers, "mails": mails, "broken": broken}))
