"""Law 16 at registration: what is stored is what the page showed, and under its right name."""

import re

import pytest
from django.utils import timezone

from accounts.models import PolicyAcceptance, User
from accounts.registration_views import RegisterPage
from privacy.policy.models import Kind, PolicyVersion
from privacy.policy.services import create_draft, ensure_policy, seal_and_publish
from tests.accounts.conftest import REGISTRATION

pytestmark = pytest.mark.django_db

WHAT_CHANGES = "We say when the telephone is answered."


def seal(slug):
    """Put a new version in force, as staff may do while a visitor fills in the form."""
    version = PolicyVersion.objects.in_force(slug)
    assert version is not None
    draft = create_draft(
        ensure_policy(slug),
        by=None,
        source_text=f"{version.source_text}\n\nThe telephone is answered from nine to five.",
        kind=Kind.MINOR,
        reason="Nothing that is promised changes.",
        summary=WHAT_CHANGES,
        effective_on=timezone.localdate(),
    )
    return seal_and_publish(draft, by=None, override_reason="This test looks at nothing else.")


def stamp_in(response):
    form, _, _banner = response.content.decode().partition('<section class="cookie-banner"')
    (stamp,) = re.findall(r'name="shown" value="([^"]*)"', form)
    return stamp


def words(response):
    return " ".join(response.content.decode().split()).replace(" >", ">")


def recorded():
    fields = ("version__policy__slug", "version__number", "kind")
    return sorted(PolicyAcceptance.objects.values_list(*fields))


def test_terms_are_accepted_and_the_policy_is_recorded_as_shown(client):
    client.post("/accounts/register/", REGISTRATION)
    assert recorded() == [("privacy", 3, "shown"), ("terms", 2, "accepted")]


def test_page_asks_nobody_to_agree_to_the_privacy_policy(client):
    page = words(client.get("/accounts/register/"))
    assert 'you accept our <a href="/legal/">terms</a> (version 2).' in page
    assert '<a href="/privacy/">privacy policy</a> (version 3); you need not agree to it' in page
    main = page.partition("<main")[2].partition("</main>")[0]
    assert main.count("accept") == 1


def test_own_data_say_what_was_accepted_and_what_was_shown(client):
    client.post("/accounts/register/", REGISTRATION)
    client.force_login(User.objects.get())
    page = words(client.get("/accounts/data/"))
    today = timezone.localdate()
    day = f"{today:%B} {today.day}, {today.year}"
    assert f"Privacy policy, version 3, shown on {day}" in page
    assert f"Terms and conditions, version 2, accepted on {day}" in page


@pytest.mark.parametrize(
    ("slug", "said", "compared"),
    [
        (
            "privacy",
            "Version 4 of our privacy policy has come into force since this page was opened.",
            '<a href="/privacy/compare/3/4/">Compare versions 3 and 4</a>',
        ),
        (
            "terms",
            "Version 3 of our terms and conditions has come into force since this page was opened.",
            '<a href="/legal/compare/2/3/">Compare versions 2 and 3</a>',
        ),
    ],
)
def test_what_was_sealed_after_the_page_was_opened_is_shown_before_it_is_stored(
    client, slug, said, compared
):
    carried = stamp_in(client.get("/accounts/register/"))
    assert carried == "terms.2-privacy.3"
    seal(slug)
    response = client.post("/accounts/register/", {**REGISTRATION, "shown": carried})
    page = words(response)
    assert response.status_code == 422
    assert (User.objects.count(), PolicyAcceptance.objects.count()) == (0, 0)
    assert said in page
    assert compared in page
    assert WHAT_CHANGES in page
    assert 'value="Engines Ltd"' in page
    again = client.post("/accounts/register/", {**REGISTRATION, "shown": stamp_in(response)})
    assert again.status_code == 303
    privacy, terms = (4, 2) if slug == "privacy" else (3, 3)
    assert recorded() == [("privacy", privacy, "shown"), ("terms", terms, "accepted")]


@pytest.mark.parametrize(
    "carried",
    [
        "",
        "nonsense",
        "\x00",
        "x" * 99,
        "terms.2-privacy.4",
        "terms.9-privacy.3",
        "terms.２-privacy.３",
    ],
)
def test_a_form_that_does_not_say_what_it_showed_shows_it_first(client, carried):
    response = client.post("/accounts/register/", {**REGISTRATION, "shown": carried})
    assert response.status_code == 422
    assert "You are not registered yet." in words(response)
    assert 'href="/privacy/v/3/">Read version 3' in words(response) or "privacy.3" in carried
    assert (User.objects.count(), stamp_in(response)) == (0, "terms.2-privacy.3")


def test_what_is_sealed_while_the_form_is_stored_is_not_what_was_shown(client, monkeypatch):
    store = RegisterPage.store

    def overtaken(page, form):
        seal("privacy")
        return store(page, form)

    monkeypatch.setattr(RegisterPage, "store", overtaken)
    assert client.post("/accounts/register/", REGISTRATION).status_code == 303
    assert recorded() == [("privacy", 3, "shown"), ("terms", 2, "accepted")]


def test_a_known_address_is_answered_alike_when_the_policy_has_changed(client):
    User.objects.create(username="byron", email="ada@customer.test")
    seal("privacy")
    known = client.post("/accounts/register/", REGISTRATION)
    unknown = client.post("/accounts/register/", {**REGISTRATION, "email": "other@customer.test"})
    assert known.status_code == unknown.status_code == 422
    assert known.context["form"].errors == unknown.context["form"].errors
