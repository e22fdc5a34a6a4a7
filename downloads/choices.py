"""What a document can be, who gets its files, and how a version can stand."""

from django.db import models


class Kind(models.TextChoices):
    """What a document is."""

    MANUAL = "manual", "User manual"
    DRAWING = "drawing", "Drawing"
    CAD = "cad", "CAD file"
    APPLICATION_NOTE = "application-note", "Application note"
    WHITE_PAPER = "white-paper", "White paper"
    CERTIFICATE = "certificate", "Certificate"
    SOFTWARE = "software", "Software"
    POLICY = "policy", "Policy"


GATED_KINDS = (Kind.DRAWING, Kind.CAD)
"""The only ones for which an account may be asked: the policy names no other."""


class Access(models.TextChoices):
    """Who gets the files of a document. That it exists, and what it is, everybody may read."""

    EVERYONE = "everyone", "Everyone"
    REGISTERED = "registered", "Registered customers"


class Language(models.TextChoices):
    """The language of a document, as BCP 47 names it. `zxx` has no words: a model, a program."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"
    FRENCH = "fr", "French"
    GERMAN = "de", "German"
    ITALIAN = "it", "Italian"
    PORTUGUESE = "pt", "Portuguese"
    DUTCH = "nl", "Dutch"
    CHINESE = "zh", "Chinese"
    JAPANESE = "ja", "Japanese"
    KOREAN = "ko", "Korean"
    SEVERAL = "mul", "Several languages"
    NONE = "zxx", "No language"


class State(models.TextChoices):
    """How a version stands at a moment. Never stored."""

    DRAFT = "draft", "Draft"
    PLANNED = "planned", "Planned"
    CURRENT = "current", "Current"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn"
