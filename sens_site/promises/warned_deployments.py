"""That `manage.py check --deploy` warns of what would travel in clear, in whatever way it is set up.

The check that looks on another machine is the last that is asked before others reach a site. So it is
asked here about sites that are set up badly, each in one way, beside settings that change nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.checks import CheckMessage, registry
from django.test import override_settings

from privacy.promises.registry import require

BY = "sens_site.checks"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
IN_CLEAR: Mapping[str, Any] = {
    "EMAIL_USE_TLS": False,
    "EMAIL_USE_SSL": False,
    "MAIL_TRANSPORT": SMTP,
}
REACHED: Mapping[str, Any] = {
    "SITE_HOST": "www.example.com",
    "SITE_ORIGIN": "https://www.example.com",
}
"""A site that others can reach, and encrypts."""
BADLY: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("E005", {**IN_CLEAR, "EMAIL_HOST": "mail.example.com", "EMAIL_PORT": 25}),
    (
        "E005",
        {
            **IN_CLEAR, "EMAIL_HOST": "smtp.example.net", "EMAIL_PORT": 587,
            "EMAIL_HOST_USER": "website", "EMAIL_HOST_PASSWORD": "a-password-of-a-check",
        },
    ),
    ("E005", {**IN_CLEAR, "EMAIL_HOST": "10.0.0.7", "EMAIL_PORT": 465, "DEBUG": False}),
    ("E006", {"DATABASE_URL": "postgresql://website:word@db.example.com:5432/website"}),
    ("E006", {"DATABASE_URL": "postgres://db.example.com/website?sslmode=prefer"}),
    ("E006", {"DATABASE_URL": "postgresql:///website?host=/run/postgresql,10.0.0.8"}),
    ("E007", {"CACHE_URL": "redis://cache.example.com:6379/0"}),
    ("E007", {"CACHE_URL": "redis://:word@10.0.0.9/1"}),
    ("E009", {"TRACES_TO": "http://traces.example.com:4318"}),
    ("W001", {"SITE_IS_HTTPS": False, "SITE_ORIGIN": "http://www.example.com"}),
    ("W003", {"SECURE_HSTS_SECONDS": 3600}),
    ("W002", {"TRUSTED_PROXY_COUNT": 1, "TRUSTED_PROXY_HEADER": "X-Forwarded-For"}),
    ("W002", {"TRUSTED_PROXY_COUNT": 2, "TRUSTED_PROXY_HEADER": "X-Forwarded-For"}),
)  # fmt: skip


def whoever_deploys_is_warned() -> int:
    """Require a warning of each site that is set up badly; return how many there were."""
    for number, told in BADLY:
        with override_settings(**{**REACHED, **told}):
            found = {str(one.id).rpartition(".")[2] for one in _said()}
        least = ", ".join(sorted(told))
        require(number in found, f"check --deploy does not say {number} of a bad {least}")
    return len(BADLY)


def _said() -> Iterator[CheckMessage]:
    """Yield what our own checks of a deployment say. They ask no database and no other machine."""
    for one in registry.registry.deployment_checks:
        if one.__module__ == BY:
            yield from one(app_configs=None)
