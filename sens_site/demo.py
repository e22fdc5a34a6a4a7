"""People, documents and messages that do not exist, for trying the site and measuring it full.

Everything is numbered and drawn from one seed, so a second run finds what the first has made. All
addresses end in `.example`, where no mail arrives (RFC 2606), and nobody can log in.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from contact.models import ContactMessage, State
from downloads.inspection import inspect
from downloads.models import Document, Kind
from downloads.services import add_document, add_version
from newsletter.models import Subscriber, Subscription, Topic
from newsletter.wording import keep_wording, policy_version_now, words_shown

PORTION = 500
SEED = 13
FIRST = ("Ada", "Grace", "Alan", "Mary", "Edsger", "Barbara", "Donald", "Radia", "Ken", "Frances")
LAST = ("Ampere", "Becquerel", "Coulomb", "Doppler", "Edison", "Faraday", "Galvani", "Hertz")
WORDS = (
    "battery", "charger", "voltage", "float", "genset", "alarm", "relay", "cabinet", "breaker",
    "terminal", "drawing", "firmware", "ripple", "cell", "rectifier", "load", "warranty", "cable",
)  # fmt: skip
KINDS = (Kind.MANUAL, Kind.APPLICATION_NOTE, Kind.WHITE_PAPER, Kind.CERTIFICATE)


def sentence(chance: random.Random, words: int) -> str:
    """Return some words that mean nothing."""
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."


def name_of(number: int) -> str:
    """Return the name of somebody who does not exist."""
    return f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"


@transaction.atomic
def make_users(first: int, end: int) -> None:
    """Make accounts with confirmed addresses, whose password nobody knows."""
    nobody_knows = make_password(None)
    made = User.objects.bulk_create(
        (
            User(
                username=f"demo{n}",
                email=f"user{n}@demo.example",
                name=name_of(n),
                company=f"Demo {n % 97} Inc.",
                password=nobody_knows,
            )
            for n in range(first, end)
        ),
        ignore_conflicts=True,
    )
    users = User.objects.filter(username__in=[user.username for user in made])
    # By name: one room alone imports what keeps addresses.
    addresses = apps.get_model("account", "EmailAddress")._default_manager
    known = set(addresses.filter(user__in=users).values_list("user", flat=True))
    addresses.bulk_create(
        addresses.model(user=user, email=user.email, verified=True, primary=True)
        for user in users
        if user.pk not in known
    )


@transaction.atomic
def make_messages(first: int, end: int) -> None:
    """Make messages of the last year, all but every twentieth answered; nobody is told of them."""
    now, chance = timezone.now(), random.Random(SEED + first)  # noqa: S311 - no secret
    ContactMessage.objects.bulk_create(
        (_message(n, now, chance) for n in range(first, end)), ignore_conflicts=True
    )


def _message(number: int, now: datetime, chance: random.Random) -> ContactMessage:
    waits = number % 20 == 0
    received = now - timedelta(
        hours=chance.randrange(1, 40) if waits else chance.randrange(48, 8000)
    )
    return ContactMessage(
        name=name_of(number),
        email=f"user{number}@demo.example",
        message=" ".join(sentence(chance, 9) for _ in range(4)),
        received_at=received,
        state=State.WAITING if waits else State.ANSWERED,
        announced_at=received,
        acknowledged_at=received,
        answered_at=None if waits else received + timedelta(hours=5),
        # One number is one message, on whichever day it is made.
        fingerprint=sha256(f"demo {number}".encode()).hexdigest(),
        fingerprint_day=now.date().replace(month=1, day=1),
    )


def make_documents(first: int, end: int) -> None:
    """Publish documents of plain text, one version each."""
    for number in range(first, end):
        chance = random.Random(SEED + number)  # noqa: S311 - no secret
        name = f"demo-{number:04}"
        if Document.objects.filter(number=name).exists():
            continue
        kind = KINDS[number % len(KINDS)]
        text = "\n\n".join(sentence(chance, 12) for _ in range(40))
        document = add_document(
            number=name,
            title=f"{kind.label} {number} ({chance.choice(WORDS)})",
            description=sentence(chance, 8),
            kind=kind,
            part_numbers=f"DEMO-{number:04}-{chance.randrange(10, 99)}",
        )
        file = inspect(BytesIO(f"{name}\n\n{text}\n".encode()), name=f"{name}.txt", kind=kind)
        add_version(document, file, label="1", publish_at=timezone.now())


@transaction.atomic
def make_subscribers(first: int, end: int) -> None:
    """Make confirmed readers of all topics."""
    now, wording = timezone.now(), keep_wording(words_shown())
    version, topics = policy_version_now(), list(Topic.objects.all())
    emails = [f"reader{n}@demo.example" for n in range(first, end)]
    known = set(Subscriber.objects.filter(email__in=emails).values_list("email", flat=True))
    made = Subscriber.objects.bulk_create(
        Subscriber(
            email=email,
            state=Subscriber.State.CONFIRMED,
            confirmed_at=now,
            confirmed_by=Subscriber.Means.LINK,
            wording=wording,
            policy_version=version,
        )
        for email in emails
        if email not in known
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=one, topic=topic) for one in made for topic in topics
    )


@dataclass(frozen=True, slots=True)
class Kin:
    """What is made of one kind, so many at a time."""

    name: str
    make: Callable[[int, int], None]
    portion: int = PORTION

    def portions(self, count: int) -> Iterator[tuple[int, int]]:
        """Yield where each portion begins and ends."""
        for first in range(0, count, self.portion):
            yield first, min(first + self.portion, count)


KINS = (
    Kin("users", make_users),
    Kin("documents", make_documents, portion=10),
    Kin("messages", make_messages),
    Kin("subscribers", make_subscribers),
)
