"""A look that compares two answers compares no moments: on a slow machine a second lies between them."""

from itertools import count

import pytest
from django.core.signing import TimestampSigner, b62_encode

from privacy.promises.running_site import RunningSite
from sens_site.promises.secret_addresses import no_form_tells_who_has_an_account


@pytest.mark.django_db
def test_answers_of_two_seconds_are_alike(monkeypatch):
    seconds = count(1_800_000_000)
    monkeypatch.setattr(TimestampSigner, "timestamp", lambda self: b62_encode(next(seconds)))
    assert no_form_tells_who_has_an_account(RunningSite()).figures == {"forms": 5}
