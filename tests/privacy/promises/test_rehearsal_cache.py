"""A look's own cache and limits: visitors change nothing in it, and it changes nothing of theirs."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.utils import timezone

from contact.models import ContactMessage
from contact.services import Submission, receive_message
from outbox.models import OutboxMail
from privacy.datamap.stores import cached_items, erase_cached
from privacy.datamap.subjects import Subject
from privacy.promises.running_site import RunningSite
from privacy.promises.services import run_checks
from sens_site.lib.cache.rehearsal_cache import RehearsalCache, in_place_of_the_shared_cache
from tests.promises.conftest import ONE_OF_EACH

pytestmark = pytest.mark.django_db

MESSAGE = {"name": "Ada", "email": "ada@customer.test", "message": "Please call."}


def submission(number: int) -> Submission:
    return Submission("Visitor", "visitor@customer.test", "", f"Message {number}", False)


def test_what_a_look_caches_is_gone_with_it_and_hidden_from_visitors():
    site = RunningSite()
    cache.set("limit:visitor", 1)
    with site.rehearsal():
        assert cache.get("limit:visitor") is None
        cache.set("limit:check", 1)
        assert cache.get("limit:check") == 1
    assert (cache.get("limit:visitor"), cache.get("limit:check")) == (1, None)


def test_limits_that_a_rehearsal_used_up_are_fresh_in_the_next_one():
    site, visitor = RunningSite(), RunningSite().visitor()
    visitor.site = site

    def sent() -> list[int]:
        data = [{**MESSAGE, "message": f"Message {n}"} for n in range(6)]
        return [visitor.post("/contact/webmaster/", one).status for one in data]

    with site.rehearsal():
        assert sent() == [303] * 5 + [429]
    with site.rehearsal():
        assert sent() == [303] * 5 + [429]


def test_its_keys_are_those_that_the_shared_cache_would_have():
    own = RehearsalCache()
    own.set("an address", "ada@customer.test")
    with in_place_of_the_shared_cache(own):
        ((key, value),) = cached_items()
        assert "address" not in key
        assert b"ada@customer.test" in value
        assert erase_cached(Subject(addresses=frozenset({"ada@customer.test"}))) == 1
        assert list(cached_items()) == []


def test_a_full_mailbox_changes_no_result():
    claims = ["form.contact-me-choice", "form.field-left-empty", "information.communications-kept"]

    def results() -> list[tuple[str, str]]:
        site = RunningSite(ONE_OF_EACH, len(ONE_OF_EACH) + 1, frozenset({"contact:webmaster"}))
        return [(one.claim_id, str(one.state)) for one in run_checks(claims, site=site)]

    before = results()
    for number in range(66):
        receive_message(submission(number))
    assert ContactMessage.objects.filter(quarantined_because="limit").exists()
    assert results() == before
    assert {state for _, state in before} == {"kept"}


def test_messages_of_visitors_stay_as_they_were():
    for number in range(30):
        receive_message(submission(number))
    before = list(ContactMessage.objects.values_list("pk", "received_at"))
    with RunningSite().rehearsal():
        moved: Any = ContactMessage.objects.order_by("-received_at").first()
        assert moved.received_at < timezone.now() - timedelta(minutes=59)
    assert list(ContactMessage.objects.values_list("pk", "received_at")) == before
    assert OutboxMail.objects.exists()


def test_private_files_of_a_rehearsal_are_gone_with_it(tmp_path):
    usual = settings.PRIVATE_ROOT
    with RunningSite().rehearsal():
        assert usual != settings.PRIVATE_ROOT
    assert usual == settings.PRIVATE_ROOT


def test_an_entry_that_is_given_another_time_is_written_as_all_are(monkeypatch):
    written: list[tuple[object, ...]] = []
    plain = vars(LocMemCache)["_set"]

    def hear(self, key, value, timeout):
        written.append((key.removeprefix(":1:"), timeout))
        plain(self, key, value, timeout)

    monkeypatch.setattr(RehearsalCache, "_set", hear)
    own = RehearsalCache()
    assert own.touch("limit:a", 60) is False
    own.set("limit:a", 7, 5)
    assert own.touch("limit:a", None) is True
    own.add("limit:a", 8, 5)
    own.add("limit:b", 8, 5)
    own.set_many({"limit:c": 9}, 5)
    assert written == [("limit:a", 5), ("limit:a", None), ("limit:b", 5), ("limit:c", 5)]
    assert own.get("limit:a") == 7
