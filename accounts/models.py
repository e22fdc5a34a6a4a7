"""The user and the session."""

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class User(AbstractUser):
    """A registered customer or a member of staff. Holds only what the policy names."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=150, blank=True)
    company = models.CharField(max_length=150, blank=True)
    position = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=40, blank=True)


class Session(AbstractBaseSession):
    """A session that knows its user, so that it goes when the account goes."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
