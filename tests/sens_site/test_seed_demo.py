"""People who do not exist, on a site that nobody else can reach."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from contact.models import ContactMessage, State
from downloads.models import Document, DocumentVersion
from newsletter.models import Subscriber, Subscription, Topic
from search.finding import search
from sens_site.demo import KINS

pytestmark = pytest.mark.django_db

WANTED = {"users": 3, "documents": 11, "messages": 21, "subscribers": 4}


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "documents": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }


def counted():
    return {
        "users": User.objects.filter(username__startswith="demo").count(),
        "documents": DocumentVersion.objects.filter(document__number__startswith="demo-").count(),
        "messages": ContactMessage.objects.filter(email__endswith="@demo.example").count(),
        "subscribers": Subscriber.objects.filter(email__endswith="@demo.example").count(),
    }


def test_a_second_run_makes_what_is_missing(capsys):
    call_command("seed_demo", **WANTED)
    assert counted() == WANTED
    call_command(
        "seed_demo",
        "--users=5",
        *(f"--{name}={n}" for name, n in WANTED.items() if name != "users"),
    )
    assert counted() == {**WANTED, "users": 5}
    assert ContactMessage.objects.filter(state=State.WAITING).count() == 2
    assert Subscription.objects.count() == 4 * Topic.objects.count()
    assert search(Document.objects.get(number="demo-0007").parts[0]).hits[0].path == (
        "/downloads/demo-0007/"
    )
    assert not User.objects.get(username="demo0").has_usable_password()


def test_without_numbers_nothing_is_made(capsys):
    call_command("seed_demo")
    assert set(counted().values()) == {0}


def test_a_site_that_others_can_reach_is_left_alone(settings):
    settings.SITE_HOST = "www.company.test"
    with pytest.raises(CommandError, match="others can reach"):
        call_command("seed_demo", users=1)
    assert set(counted().values()) == {0}


@pytest.mark.parametrize("number", ["-1", "1000001", "x"])
def test_a_number_that_is_none_is_refused(number):
    with pytest.raises(CommandError):
        call_command("seed_demo", "--users", number)


def test_portions_come_to_the_whole():
    (kin,) = [one for one in KINS if one.name == "documents"]
    assert list(kin.portions(21)) == [(0, 10), (10, 20), (20, 21)]


@pytest.mark.parametrize("number", ["-1", "1000001", "many"])
def test_what_is_no_number_of_things_to_make_is_refused(number):
    with pytest.raises(CommandError, match="--users"):
        call_command("seed_demo", f"--users={number}")
