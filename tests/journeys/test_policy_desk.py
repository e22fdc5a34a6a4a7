"""Officers publish versions: marks that stay, gaps that are known, and how versions look in lists."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.policy.models import PRIVACY, PolicyAcknowledgement, PolicyDraft, PolicyVersion
from privacy.policy.notices import announce
from privacy.policy.services import withdraw_version
from privacy.promises.sealing_obstacles import unmarked_passages
from tests.client import SiteClient
from tests.factories.people import make_person, make_staff
from tests.privacy.policy.pages import flat

pytestmark = pytest.mark.django_db
DESK = "/admin/policy/policydraft/"
VERSIONS = "/admin/policy/policyversion/"


def officer(name: str) -> SiteClient:
    person = make_staff(name, is_superuser=False)
    person.groups.add(Group.objects.get(name="Privacy officer"))
    client = SiteClient()
    client.force_login(person)
    return client


def drafted(client: SiteClient, text: str, **changes: str) -> PolicyDraft:
    newest = PolicyVersion.objects.of(PRIVACY)[0]
    typed = {
        "policy": str(newest.policy_id),
        "kind": "minor",
        "reason": "Words were missing.",
        "summary": "One sentence is new.",
        "source_text": text,
        "post_on": "",
        "effective_on": timezone.localdate().isoformat(),
        **changes,
    }
    answer = client.post(f"{DESK}add/", typed)
    assert answer.status_code == 302
    return PolicyDraft.objects.order_by("-pk")[0]


def seal(client: SiteClient, draft: PolicyDraft, reason: str = "") -> int:
    typed = {"override_reason": reason} if reason else {}
    return int(client.fill_in(f"{DESK}{draft.pk}/seal/", typed).status_code)


def standings(client: SiteClient) -> list[str]:
    """Return where each version of the policy stands, with the form in which that is said."""
    page = client.get(VERSIONS).content.decode()
    cells = re.findall(r'<td class="field-standing">(.*?)</td>', page)
    return cells[: PolicyVersion.objects.of(PRIVACY).count()]


def test_two_officers_and_three_versions(client):
    vera, ada = officer("vera"), officer("ada")
    newest = PolicyVersion.objects.of(PRIVACY)[0]
    bare = re.sub(r"\{promise:[^}]*\}", "", newest.source_text)

    # A text without marks, as it comes back from a lawyer, keeps those of the sentences that stayed.
    draft = drafted(vera, f"{bare}\n\nWe answer letters.\n")
    assert unmarked_passages(draft.source_text) == ["We answer letters"]
    page = vera.get(f"{DESK}{draft.pk}/mark/", {"show": "unmarked"})
    assert [row["sentence"].words for row in page.context["rows"]] == ["We answer letters."]

    # Nothing has been checked on this new site: an officer gives a reason, once.
    listed = flat(ada.get(f"{DESK}{draft.pk}/seal/").content.decode())
    assert "1 sentence is not marked." in listed
    assert re.search(r"\d+ claims were not checked lately\.", listed)
    assert seal(vera, draft, "Checks run tonight.") == 409  # her page has no button
    assert seal(ada, draft, "ok") == 422
    assert seal(ada, draft, "Checks run tonight.") == 302
    public = flat(client.get("/privacy/v/4/").content.decode())
    assert "<p>Checks run tonight.</p>" in public
    assert "1 sentence is not marked." in public
    assert "developer" not in public.partition("</h1>")[2].partition(flat("</div>"))[0]

    again = drafted(ada, PolicyVersion.objects.get(number=4, policy__slug=PRIVACY).source_text.replace(
        "We answer letters.", "We answer letters.\n\nAsk us.{promise:plain}"
    ))  # fmt: skip
    shown = flat(vera.get(f"{DESK}{again.pk}/seal/").content.decode())
    assert "Known since Privacy policy version 4" in shown
    assert "Nothing new stops sealing." in shown
    assert seal(vera, again) == 302

    # What waits for its day, and what was withdrawn, look different in the list.
    later = (timezone.localdate() + timedelta(days=9)).isoformat()
    for text in ("Later.", "Never."):
        waiting = drafted(ada, f"{bare}\n\n{text}", post_on=later, effective_on=later)
        assert seal(vera, waiting, "Checks run tonight.") == 302
    withdraw_version(PolicyVersion.objects.of(PRIVACY)[0], by=None, reason="A wrong annex.")
    assert standings(vera) == [
        "<s>Withdrawn</s>",
        f"<em>Scheduled: posted on {later}</em>",
        "<strong>In force</strong>",
        "Superseded",
        "Superseded",
        "Superseded",
        "Superseded",
    ]


def test_the_version_says_what_became_of_its_notices():
    vera, ada = officer("vera"), officer("ada")
    for name in ("one", "two", "three"):
        make_person(name)
    day = timezone.localdate() + timedelta(days=31)
    newest = PolicyVersion.objects.of(PRIVACY)[0]
    draft = drafted(
        vera, f"{newest.source_text}\nMore.\n", kind="material", effective_on=day.isoformat()
    )
    assert seal(ada, draft, "Checks run tonight.") == 302
    version = PolicyVersion.objects.of(PRIVACY)[0]
    assert f"<em>Posted, takes effect on {day.isoformat()}</em>" in standings(vera)
    announce(version)
    mails = version_mails(version)
    now = timezone.now()
    mails.filter(pk=mails[0].pk).update(sent_at=now)
    mails.filter(pk=mails[1].pk).update(parked_at=now)
    PolicyAcknowledgement.objects.create(version=version, user=make_person("four"))
    written = mails.count()
    page = flat(vera.get(f"{VERSIONS}{version.pk}/change/").content.decode())
    assert (
        f"{written} notices written. In the outbox: 1 sent, 1 came back or were given up, "
        f"{written - 2} waiting. 1 acknowledged on the site."
    ) in page


def version_mails(version: PolicyVersion):
    return OutboxMail.objects.filter(dedupe_key=f"policy-notice-{version.pk}").order_by("pk")
