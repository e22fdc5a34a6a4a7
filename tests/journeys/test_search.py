"""From a page of staff to a visitor's hit, and from a visitor's miss to a word of staff."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from outbox.jobs import registered_jobs
from pages.models import Page
from search.misses import write_down
from search.models import Miss
from sens_site.lib.cache.content_stamp import stamp_of_today
from tests.client import stamp_in

pytestmark = pytest.mark.django_db

HIT = '<a href="/about/careers/">'


def searched(client, words):
    return client.get("/search/", {"q": words}).content.decode()


def work():
    """Let the worker do what is due for the search."""
    (job,) = [one for one in registered_jobs() if one.name == "search index"]
    if job.when():
        job.run()


def test_a_page_is_found_while_it_is_there_and_a_miss_becomes_a_synonym(
    staff_client, client, django_capture_on_commit_callbacks
):
    tomorrow = timezone.localtime() + timedelta(days=1)
    said = {
        "path": "/about/careers/", "parent": Page.objects.get(path="/about/").pk, "in_menu": "on",
        "title": "Careers", "body": "We look for a **plovertester**.", "description": "Work here.",
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(
            "/admin/pages/page/add/",
            {**said, "when": "later", "publish_at": tomorrow.strftime("%Y-%m-%dT%H:%M")},
        )
    work()
    page = Page.objects.get(path="/about/careers/")

    # Planned: nothing of it is found before its time, and the worker finds it at that time.
    assert HIT not in searched(client, "plovertester")
    with time_machine.travel(tomorrow + timedelta(minutes=1)):
        stamp_of_today()
        work()
        assert HIT in searched(client, "plovertestre")

        # A word that nobody here uses: counted, seen by staff, and said to mean the same.
        assert "Nothing was found" in searched(client, "xqzzkjob")
        write_down()
        assert "xqzzkjob" in staff_client.get("/admin/search/miss/").content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            staff_client.post("/admin/search/synonym/add/", {"words": "xqzzkjob, plovertester"})
        assert HIT in searched(client, "xqzzkjob")
        assert Miss.objects.get(words="xqzzkjob").count == 1

        # Hidden: gone at once, whether or not the worker is alive.
        hide = f"/admin/pages/page/{page.pk}/hide/"
        with django_capture_on_commit_callbacks(execute=True):
            staff_client.post(hide, stamp_in(staff_client.get(hide)))
        assert client.get("/about/careers/").status_code == 404
        assert HIT not in searched(client, "plovertester")
        work()
        assert HIT not in searched(client, "plovertester")
