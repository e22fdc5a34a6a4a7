"""What the checks of the promises do on a site that has no document."""

import pytest

from downloads.models import Document, DocumentVersion, DownloadRecord
from privacy.datamap.promises.played_people import Played
from privacy.promises.running_site import RunningSite

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_people_are_played_where_there_is_nothing_to_download():
    site = RunningSite()
    with site.rehearsal():
        DocumentVersion.objects.all().delete()
        Document.objects.all().delete()
        assert DownloadRecord.objects.filter(user=Played(site).user).count() == 0


def test_people_who_are_played_have_fetched_something_where_there_is():
    site = RunningSite()
    with site.rehearsal():
        assert DownloadRecord.objects.filter(user=Played(site).user).count() == 1
