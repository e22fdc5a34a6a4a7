"""Breaks between this machine and others: what travels in clear."""

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


@breaks("security.technical", way=Way.CONFIGURATION)
def mail_that_is_handed_on_in_clear(hand: Hand) -> None:
    hand.settings.EMAIL_HOST = "mail.example.com"


@breaks("security.technical", way=Way.CONFIGURATION)
def a_database_elsewhere_that_is_spoken_to_in_clear(hand: Hand) -> None:
    hand.settings.DATABASE_URL = "postgresql://site@db.example.com/site?sslmode=disable"


@breaks("security.technical", way=Way.CONFIGURATION)
def a_cache_elsewhere_that_is_spoken_to_in_clear(hand: Hand) -> None:
    hand.settings.CACHE_URL = "redis://cache.example.com:6379/0"
