"""Policies and their versions."""

from django.db import models


class Policy(models.Model):
    """A text that is published in versions: the privacy policy, the terms."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)


class PolicyVersion(models.Model):
    """One version of a policy: a draft until it is sealed, and frozen from then on."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(null=True)
