"""What can be found, the words that occur in it, what staff call alike, and what was not found.

The words of each entry lie in a table that is no model (`search/engines.py`): each database has its
own kind of index for them.
"""

from typing import ClassVar

from django.db import models


class IndexEntry(models.Model):
    """One thing that can be found, as its room told of it. Everybody may read all of it."""

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    path = models.CharField(max_length=500)
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    text = models.TextField(blank=True)
    numbers = models.JSONField(default=list)
    changed_on = models.DateField(null=True)
    gated = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "index entries"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "key"], name="index_entry_once"),
        ]

    def __str__(self) -> str:
        return self.title


class IndexedWord(models.Model):
    """A word that occurs somewhere: what a mistyped one may have been meant to be.

    One mistake leaves the first or the last half of a word as it is, so those that may be meant are
    found by either end, in the index of a column.
    """

    word = models.CharField(max_length=64, unique=True)
    backwards = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return self.word


class IndexState(models.Model):
    """The state of the content from which the index was made. One row."""

    content = models.TextField()

    def __str__(self) -> str:
        return self.content


class Synonym(models.Model):
    """Words that mean the same here: who searches for one finds the others, too."""

    words = models.CharField(max_length=300, unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["words"]

    def __str__(self) -> str:
        return self.words


class Miss(models.Model):
    """Words that found nothing, and how often on a day. Nothing tells who typed them."""

    day = models.DateField()
    words = models.CharField(max_length=80)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["-day", "-count", "words"]
        verbose_name = "search that found nothing"
        verbose_name_plural = "searches that found nothing"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "words"], name="search_miss_once"),
        ]

    def __str__(self) -> str:
        return self.words
