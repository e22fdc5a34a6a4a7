"""How much a version changes, where it stands, and what a sentence of it claims."""

from django.db import models


class Kind(models.TextChoices):
    """How much a version changes what is promised."""

    MATERIAL = "material", "Material: changes what we do or what people may expect"
    MINOR = "minor", "Minor: changes facts or words, not what people may expect"
    EDITORIAL = "editorial", "Editorial: spelling, links, layout"


class State(models.TextChoices):
    """Where a sealed version stands. Computed, never stored."""

    SEALED = "sealed", "Sealed, not yet posted"
    POSTED = "posted", "Posted, not yet in force"
    IN_FORCE = "in force", "In force"
    SUPERSEDED = "superseded", "Superseded"


class ClaimClass(models.TextChoices):
    """Who shows that a sentence is kept."""

    SOFTWARE = "S", "Software shows it"
    SUPPORTED = "P", "Software helps to keep it"
    STATED = "O", "A statement of the company"
