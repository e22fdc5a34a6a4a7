"""A process that is killed in the middle of an erasure leaves all or nothing, and a line."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from privacy.datamap.erasure import plan_erasure
from privacy.datamap.models import Erasure
from privacy.datamap.replay import pending, replay
from privacy.datamap.search import hits
from privacy.datamap.subjects import subject_of
from tests.subject import make_subject

KILLED_AT_THE_LAST_STEP = """
import os, signal, django
django.setup()
from accounts.models import User
from privacy.datamap.erasure import erase
from privacy.datamap.subjects import subject_of
user = User.objects.get(username="ada-lovelace")
erase(subject_of(user), cause="account", also=lambda r: os.kill(os.getpid(), signal.SIGKILL))
"""


def database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.mark.django_db(transaction=True)
def test_killed_at_the_last_step_nothing_is_half_done_and_the_worker_finishes(transactional_db):
    subject = subject_of(make_subject("ada-lovelace"))
    before = plan_erasure(subject).counts
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sens_site.settings",
        "DATABASE_URL": database_url(),
        "ERASURE_LEDGER": settings.ERASURE_LEDGER,
        "PRIVATE_ROOT": settings.PRIVATE_ROOT,
    }
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_LAST_STEP],
        env=environment,
        cwd=settings.BASE_DIR,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert plan_erasure(subject).counts == before
    assert (len(pending()), Erasure.objects.count()) == (1, 0)

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert replay(settled=True).people == 1
    assert User.objects.filter(username="ada-lovelace").exists() is False
    assert dict(hits(["ada-lovelace"])) == {}
    assert pending() == []
