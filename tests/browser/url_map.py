"""Every name of the resolver with a real object behind it, and who is shown its page."""

import re
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from downloads.models import Document, Watch
from downloads.watching import token_of
from news.models import NewsItem
from newsletter.links import path_of, waiting_path
from newsletter.models import Issue, Subscriber, Topic
from newsletter.wording import keep_wording
from privacy.datamap.models import Erasure
from privacy.rights import intake
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.export_files import make_export
from privacy.rights.secret_links import status_path
from tests.architecture.routes import Route
from tests.factories.people import PASSWORD, as_if_proven, make_person, make_staff
from tests.subject import make_subject

FOUND = {
    "bytes": 9000, "links": 3, "own_links": 2, "remote_references": 0, "tracking_links": 0,
}  # fmt: skip
PROVEN = ("visitor", "person", "staff")
"""Who is asked for a page, one after the other; a page is looked at as the first sees it."""
OTHERS = {
    "account_reauthenticate": "unproven",
    "mfa_reauthenticate": "unproven-staff",
    "mfa_authenticate": "halfway",
}
"""Pages that nobody of these is shown: those who have yet to prove who they are."""
NO_PAGES = {
    "account_reset_password_from_key_done": "leads to the log-in",
    "consent:receipt-file": "a file",
    "consent:receipt-with-notice": "a file",
    "downloads:file": "a file",
    "downloads:short": "leads to a document",
    "markdown": "a text",
    "metrics": "numbers, for who names the token",
    "pages:moved": "leads to where a page is now",
    "pages:stored_file": "a file",
    "policy:checkpoint": "a text, where a key signs it",
    "policy:log_key": "a text, where a key signs it",
    "speculation-rules": "a file, where it is switched on",
}
"""Names that show no page to anybody, and what they do. Of others the answer itself says so."""


class World:
    """Somebody and something of each kind, made up for one look at all pages."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ida = make_subject("ida")
        self.ida.authenticator_set.all().delete()
        self.grace = make_staff("grace")
        RecoveryCodes.activate(self.grace)
        Authenticator.objects.create(
            user=self.ida, type=Authenticator.Type.WEBAUTHN, data={"name": "A phone", "credential": {}}
        )  # fmt: skip
        self.topic = Topic.objects.create(slug="chargers", title="Chargers")
        self.cookies = dict(self._sessions())
        self.addresses = dict(self._addresses())

    def _sessions(self) -> Iterator[tuple[str, Any]]:
        yield "visitor", {}
        for who, user, proven in (
            ("person", self.ida, True),
            ("staff", self.grace, True),
            ("unproven", self.ida, False),
            ("unproven-staff", self.grace, False),
        ):
            self.client.cookies.clear()
            self.client.force_login(user)
            if proven:
                as_if_proven(self.client, user)
            yield who, self.client.cookies.copy()
        self.client.cookies.clear()
        self._post("/accounts/login/", login=self.grace.username, password=PASSWORD)
        yield "halfway", self.client.cookies.copy()
        self.client.cookies.clear()

    def _post(self, path: str, **data: str) -> Any:
        return self.client.post(path, data, secure=True, headers={"sec-fetch-site": "same-origin"})

    def _mailed(self, part: str) -> str:
        text = "\n".join(str(one.body) for one in mail.outbox)
        return str(re.findall(rf"https://[^/\s]+(/\S*{part}\S*?)[.>]?(?=\s)", text)[-1])

    def _reader(self, state: str) -> Subscriber:
        confirmed = {"confirmed_at": timezone.now(), "confirmed_by": Subscriber.Means.LINK}
        reader = Subscriber.objects.create(
            email=f"{state}@elsewhere.test", state=state, wording=keep_wording("I want it."),
            **(confirmed if state == Subscriber.State.CONFIRMED else {}),
        )  # fmt: skip
        reader.topics.set([self.topic])
        return reader

    def _addresses(self) -> Iterator[tuple[str, str]]:
        yield from self._of_accounts()
        yield from self._of_newsletter()
        yield from self._of_requests()
        guide = Document.objects.get(number="site-guide")
        version = guide.versions.order_by("pk")[0]
        watch = Watch.objects.get(user=self.ida)
        for name in ("document", "label", "code"):
            yield f"downloads:{name}", reverse(f"downloads:{name}", args=[guide.number])
        yield "downloads:version", reverse("downloads:version", args=[guide.number, version.pk])
        yield "downloads:unwatch", reverse("downloads:unwatch", args=[token_of(watch)])
        item = NewsItem.objects.public()[0]
        yield "news:item", item.get_absolute_url()
        yield "news:year", re.sub(r"[^/]+/\Z", "", item.get_absolute_url())
        category = item.category
        assert category is not None
        yield "news:category", reverse("news:category", args=[category.slug])
        yield "search:search", "/search/?q=battery"
        for policy, stem in (("/privacy/", ""), ("/legal/", "legal_")):
            yield f"policy:{stem}on", f"{policy}on/2026-11-26/"
            yield f"policy:{stem}choose_day", f"{policy}on/?day=2026-11-26"
            yield f"policy:{stem}choose_pair", f"{policy}compare/?old=1&new=2"
            yield f"policy:{stem}version", f"{policy}v/2/"
            yield f"policy:{stem}version_json", f"{policy}v/2.json"
            yield f"policy:{stem}version_text", f"{policy}v/2.txt"
            yield f"policy:{stem}compare", f"{policy}compare/1/2/"
            yield f"policy:{stem}compare_text", f"{policy}compare/1/2.txt"
        yield "promises:promise", "/privacy/p/66/"

    def _of_accounts(self) -> Iterator[tuple[str, str]]:
        erasure = Erasure.objects.create(reference="5" * 32, cause="account", counts=[])
        yield (
            "accounts:deleted_report",
            reverse("accounts:deleted_report", args=[erasure.reference]),
        )
        key = Authenticator.objects.get(user=self.ida, type=Authenticator.Type.WEBAUTHN)
        yield "accounts:remove_passkey", reverse("accounts:remove_passkey", args=[key.pk])
        make_person("new", verified=False)
        self._post("/accounts/login/", login="new", password=PASSWORD)
        confirm = self._mailed("confirm-email")
        yield "account_confirm_email", confirm
        yield "account_confirm_email_and_go_on", f"{confirm}then/downloads/site-guide/"
        self._post("/accounts/password/reset/", email=self.ida.email)
        yield "account_reset_password_from_key", self._mailed("reset/key")
        answer = self._post(
            "/accounts/register/", username="somebody", email="somebody@elsewhere.test",
            password1=PASSWORD, shown="terms.2-privacy.3",
        )  # fmt: skip
        yield "account_mail_sent", answer.headers["Location"]
        self.client.cookies.clear()

    def _of_newsletter(self) -> Iterator[tuple[str, str]]:
        waiting = self._reader(Subscriber.State.PENDING)
        reader = self._reader(Subscriber.State.CONFIRMED)
        for use, one in (
            ("confirm", waiting), ("refuse", waiting), ("preferences", reader), ("unsubscribe", reader),
        ):  # fmt: skip
            yield f"newsletter:{use}", path_of(one, use)
        yield "newsletter:code", waiting_path(waiting.email)
        issue = Issue.objects.create(
            title="Spring", slug="spring", summary="What is new.", body="Read [more](/about/).",
            state=Issue.State.SENT, started_at=timezone.now(), findings=FOUND,
        )  # fmt: skip
        issue.topics.set([self.topic])
        yield "newsletter:issue", reverse("newsletter:issue", args=[issue.slug])

    def _of_requests(self) -> Iterator[tuple[str, str]]:
        asked: dict[str, Any] = {
            "kind": Kind.ACCESS, "name": "Ida", "text": "Tell me.", "channel": Channel.FORM,
        }  # fmt: skip
        intake.open_request(email="stranger@elsewhere.test", **asked)
        yield "rights:confirm_identity", self._mailed("privacy/confirm")
        request = intake.open_request(email=self.ida.email, proof=Proof.LINK, **asked)
        make_export(request, by=self.grace)
        yield "rights:fetch_export", self._mailed("privacy/copy")
        yield "rights:request_status", status_path(request)
        yield "rights:request_withdraw", f"{status_path(request)}withdraw/"

    def as_seen_by(self, who: str) -> None:
        """Bring the cookies of somebody."""
        self.client.cookies.clear()
        self.client.cookies.update(self.cookies[who])

    def address_of(self, route: Route) -> str:
        """Return the address of a route with a real object in it."""
        return self.addresses.get(route.name, route.path)


def what_answers(world: World, route: Route) -> tuple[str, str]:
    """Return who is shown the page of a route; empty, and why, where nobody is."""
    if route.name in NO_PAGES:
        return "", ""
    address, said = world.address_of(route), []
    for who in (OTHERS[route.name],) if route.name in OTHERS else PROVEN:
        world.as_seen_by(who)
        response = world.client.get(address, secure=True)
        kind = response.headers.get("Content-Type", "")
        if response.status_code == 200 and kind.startswith("text/html"):
            return who, ""
        if response.status_code == 405 or (response.status_code == 200 and kind):
            return "", ""
        to = response.headers.get("Location", "")
        said.append(f"{who}: {response.status_code} {to}".strip())
        if to and not to.startswith(
            ("/accounts/login/", "/accounts/reauthenticate/", "/cookies/kept/")
        ):
            resolve(to.partition("?")[0])
            return "", ""
    return "", "; ".join(said)
