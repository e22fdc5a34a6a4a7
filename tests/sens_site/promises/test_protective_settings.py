"""What protects may be set in more than one way, and no way that the documents describe is a breach."""

import secrets

import pytest

from privacy.promises.registry import PromiseBroken
from sens_site.promises.protective_settings import nothing_protective_is_weaker


@pytest.mark.django_db
@pytest.mark.once
def test_a_key_may_be_changed_as_the_documents_say(settings):
    """docs/operations.md: the old one stays, for sessions, mailed links and copies of its time."""
    settings.SECRET_KEY_FALLBACKS = [secrets.token_urlsafe(32), secrets.token_hex(16)]
    nothing_protective_is_weaker()


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize("key", ["", "changeme", "a" * 64, "0123456789abcdef0123456789abcde"])
def test_a_former_key_that_can_be_guessed_opens_what_the_new_one_does(settings, key):
    settings.SECRET_KEY_FALLBACKS = [secrets.token_urlsafe(32), key]
    with pytest.raises(PromiseBroken, match="former key"):
        nothing_protective_is_weaker()
