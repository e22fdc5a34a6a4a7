"""That the settings protect as much in production as on the machine where these looks run.

The file of the settings is read twice more: as for one's own machine, and as for a server with all
that the documents offer. What may differ between the two stands here; whatever else does is a breach
that no look at the running site could see. And a setting about a guard of which nobody knows may be an
exception: some addresses without https, other sites that may post, a check that is not made.
"""

import os
import re
import runpy
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from unittest.mock import patch

from django.conf import settings

from privacy.promises.registry import require
from sens_site.promises import protective_settings

FILE = "sens_site/settings.py"
KEY = "a key of a look at settings, which opens nothing"
HERE = {"DEBUG": "true", "SITE_ORIGIN": "http://localhost:8000"}
THERE = {
    "BACKUP_RECIPIENTS": "age1check",
    "CACHE_URL": "redis://cache.test/0",
    "COMPRESSION_DICTIONARY": "true",
    "DATABASE_URL": "postgres://site:word@database.test/site",
    "DEBUG": "false",
    "DOCUMENTS_S3_BUCKET": "documents",
    "EMAIL_HOST": "mail.test",
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "WARNING",
    "METRICS_TOKEN": "a-word-of-a-look-at-settings",
    "NEWSLETTER_IMAP_HOST": "mail.test",
    "ORDER_STATUS_URL": "https://orders.test/",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.test:4318",
    "PUBLISHED_ROOT": "/srv/pages",
    "REPLIES_IMAP_HOST": "mail.test",
    "SENDFILE": "nginx",
    "SITE_ORIGIN": "https://www.example.com",
    "SPECULATION_RULES": "true",
    "TRUSTED_PROXY_COUNT": "1",
}
TOLD = frozenset({
    "ALLAUTH_TRUSTED_PROXY_COUNT", "ALLOWED_HOSTS", "BACKUP_RECIPIENTS", "CACHES", "CACHE_URL",
    "COMPRESSION_DICTIONARY", "DATABASES", "DATABASE_URL", "DEBUG", "DOCUMENTS_S3_BUCKET", "EMAIL_HOST",
    "LOGGING", "LOG_FORMAT", "LOG_LEVEL", "METRICS_TOKEN", "NEWSLETTER_IMAP_HOST", "ORDER_STATUS_URL",
    "PUBLISHED_ROOT", "REPLIES_IMAP_HOST", "SENDFILE", "SITE_HOST", "SITE_IS_HTTPS", "SITE_ORIGIN",
    "SPECULATION_RULES", "STORAGES", "TRACES_TO", "TRUSTED_PROXY_COUNT",
})  # fmt: skip
"""What an operator says, and what follows from it. Of logs, see below."""
STRICTER: Mapping[str, Any] = {
    "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https",
    "COOKIE_CONSENT_NAME": "__Host-cookie_consent",
    "COOKIE_CONSENT_SECURE": True,
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "CSRF_COOKIE_SECURE": True,
    "KNOWN_DEVICE_COOKIE_NAME": "__Secure-known_device",
    "POLICY_FOUR_EYES": True,
    "SECURE_HSTS_SECONDS": 63_072_000,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "SESSION_COOKIE_SECURE": True,
    "STAFF_MFA_REQUIRED": True,
    "WHITENOISE_AUTOREFRESH": False,
    "WHITENOISE_USE_FINDERS": False,
}
"""What is so in production, and need not be on one's own machine."""
EVERYWHERE: Mapping[str, Any] = {
    "COOKIE_CONSENT_HTTPONLY": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
    "SECURE_HSTS_PRELOAD": False,
    "SESSION_COOKIE_HTTPONLY": True,
    # What a check of ours asks instead, and whether subdomains are bound: the company's to say.
    "SILENCED_SYSTEM_CHECKS": ["security.W003", "security.W005", "security.W021"],
}
"""What is so on each server that is told nothing else."""
ABOUT_GUARDS = re.compile(
    r"(?:DISALLOWED_USER_AGENTS"
    r"|(?:ACCOUNT|ALLAUTH|AUTH|AUTHENTICATION|COOKIE_CONSENT|CORS|CSP|CSRF|HEADLESS|HSTS"
    r"|KNOWN_DEVICE|LANGUAGE_COOKIE|LOGIN|MFA|PASSWORD|SECRET|SECURE|SESSION|SILENCED|SOCIALACCOUNT"
    r"|TRUSTED|USERSESSIONS|USE_X|WHITENOISE|X_FRAME)_\w+)"
)
"""Names of settings about what protects, whoever reads them: Django, allauth, or we."""
LOOKED_AT = frozenset({
    "ACCOUNT_ADAPTER", "ACCOUNT_EMAIL_SUBJECT_PREFIX", "ACCOUNT_FORMS", "ACCOUNT_LOGIN_METHODS",
    "ACCOUNT_PRESERVE_USERNAME_CASING", "ACCOUNT_REAUTHENTICATION_METHODS",
    "ACCOUNT_SESSION_REMEMBER", "ACCOUNT_SIGNUP_FIELDS", "AUTH_PASSWORD_VALIDATORS",
    "AUTH_USER_MODEL", "COOKIE_CONSENT_CACHE_BACKEND", "COOKIE_CONSENT_MAX_AGE",
    "COOKIE_CONSENT_SAMESITE", "HSTS_INCLUDE_SUBDOMAINS", "HSTS_PRELOAD", "HSTS_SECONDS",
    "KNOWN_DEVICE_COOKIE_AGE", "LOGIN_REDIRECT_URL", "LOGIN_URL", "MFA_ADAPTER",
    "MFA_ALLOW_UNVERIFIED_EMAIL", "MFA_FORMS", "MFA_SUPPORTED_TYPES", "MFA_TOTP_ISSUER",
    "PASSWORD_HASHERS", "PASSWORD_RESET_TIMEOUT", "SECRET_KEY", "SECRET_KEY_FALLBACKS",
    "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_CROSS_ORIGIN_OPENER_POLICY", "SECURE_CSP",
    "SECURE_REFERRER_POLICY", "SESSION_COOKIE_AGE", "SESSION_COOKIE_SAMESITE",
    "TRUSTED_PROXY_HEADER", "WHITENOISE_ADD_HEADERS_FUNCTION", "X_FRAME_OPTIONS",
})  # fmt: skip
"""Names whose values are played through, or protect nothing."""
KNOWN = frozenset().union(
    TOLD, STRICTER, EVERYWHERE, LOOKED_AT, protective_settings.SAYS, protective_settings.MAY_SAY,
    protective_settings.AT_MOST,
)  # fmt: skip


def settings_protect_everywhere() -> None:
    """Require that nothing protects less on a server than it does here."""
    here, there = _read(HERE), _read(THERE)
    differ = {one for one in here.keys() | there.keys() if here.get(one) != there.get(one)}
    unknown = sorted(differ - TOLD - STRICTER.keys())
    require(not unknown, f"the setting {unknown[:1]} is another one in production")
    for name, value in {**STRICTER, **EVERYWHERE}.items():
        require(there.get(name) == value, f"in production {name} is another one")
    strange = sorted(name for name in there if ABOUT_GUARDS.fullmatch(name) and name not in KNOWN)
    require(not strange, f"nobody knows what the setting {strange[:1]} lets through")


def logs_leave_out_the_same_everywhere() -> None:
    """Require that lines go where they go here, and through the same filters, however they are written."""
    here, there = (_without_their_form(_read(one)["LOGGING"]) for one in (HERE, THERE))
    require(here == there, "in production logs go elsewhere or leave out less than here")


def _without_their_form(told: Any) -> Any:
    told = deepcopy(told)
    for handler in told["handlers"].values():
        handler.pop("formatter", None)
    told["root"].pop("level", None)
    return told


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings as a process would that is told this, and nothing else."""
    told = {
        **environment,
        "CONTENT_DIR": str(settings.CONTENT_DIR),
        "ENV_FILE": os.devnull,
        "SECRET_KEY": KEY,
    }
    with patch.dict(os.environ, told, clear=True):
        read = runpy.run_path(str(settings.BASE_DIR / FILE))
    return {name: value for name, value in read.items() if name.isupper() and name[0] != "_"}
