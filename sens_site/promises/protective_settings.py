"""The settings that protect: whoever weakens one of them breaks the promise of technical measures.

What each may be stands here as it was judged, and is not read from the site. Those that are played
through elsewhere are not repeated: cookies and transport, how long mailed links hold, how passwords
are stored, and the second factor of staff.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection

from privacy.promises.registry import require

SAYS: Mapping[str, Any] = {
    # Nobody gets in, or is written to, by an address that is not known to be theirs.
    "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
    "ACCOUNT_CONFIRM_EMAIL_ON_GET": False,
    "ACCOUNT_LOGOUT_ON_GET": False,
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,  # of what changes the account, its owner is told
    "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
    "ACCOUNT_CHANGE_EMAIL": True,  # the old address stands until the new one is confirmed
    "ACCOUNT_RATE_LIMITS": {
        "reset_password": "20/m/ip,5/h/key",
        "login_failed": "10/m/ip,5/300s/key",
        "login_failed_anywhere": "100/d/key",
    },
    "AUTHENTICATION_BACKENDS": ["accounts.backends.PersonBackend"],
    "SESSION_ENGINE": "accounts.session_store",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
    "EMAIL_BACKEND": "outbox.backend.OutboxBackend",
    "CSRF_FAILURE_VIEW": "sens_site.errors.forbidden_origin",
    "FORM_RENDERER": "sens_site.lib.forms.base.SiteFormRenderer",
    "USE_TZ": True,
    "COOKIE_CONSENT_LOG_ENABLED": False,
    "WHITENOISE_ALLOW_ALL_ORIGINS": False,
}
MAY_SAY: Mapping[str, Any] = {
    # What Django and allauth do unasked, as long as nobody tells them something else.
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "ACCOUNT_UNIQUE_EMAIL": True,
    "ACCOUNT_LOGIN_BY_CODE_ENABLED": False,
    "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": False,
    "ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION": False,
    "MFA_TRUST_ENABLED": False,
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
    "USE_X_FORWARDED_HOST": False,
    "USE_X_FORWARDED_PORT": False,
    "CSRF_TRUSTED_ORIGINS": [],
    "SESSION_COOKIE_DOMAIN": None,
    "CSRF_COOKIE_DOMAIN": None,
    "SESSION_SERIALIZER": "django.contrib.sessions.serializers.JSONSerializer",
    "FILE_UPLOAD_PERMISSIONS": 0o644,  # the folders above are closed to others
    "FILE_UPLOAD_DIRECTORY_PERMISSIONS": None,
}
AT_MOST = {
    "ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS": 1,
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": 300,  # seconds for which a proof counts
    "MFA_TOTP_TOLERANCE": 1,  # codes before and after (RFC 6238, 5.2)
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 1000,
    "DATA_UPLOAD_MAX_NUMBER_FILES": 10,
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 256 * 1024,
    "REQUEST_MAX_BYTES": 64 * 1024,
}
GUARDS = (
    "sens_site.lib.http.cache_control.CacheControlMiddleware",
    "sens_site.lib.http.csp.ContentSecurityPolicyMiddleware",
    "sens_site.lib.http.security_headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "sens_site.lib.http.faults.FaultMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sens_site.lib.http.same_origin.SameOriginMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "privacy.consent.middleware.ConsentMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
"""What every request passes, in this order: a guard that comes later has let something through."""
PRAGMAS = {
    "secure_delete": 1,  # what is deleted is overwritten
    "recursive_triggers": 1,  # guards also see what REPLACE deletes
    "foreign_keys": 1,
    "synchronous": 2,
}
"""What SQLite answers where what is deleted is gone and what is acknowledged is kept."""


SIGNS_OF_A_KEY, DIFFERENT_SIGNS = 32, 10
"""How long a key of the site is at least, and of how many signs: also one of earlier, which still opens
sessions and mailed links."""


def nothing_protective_is_weaker() -> None:
    """Require each setting as it was judged, each guard in its place, and a database that keeps to it."""
    for name, value in SAYS.items():
        require(getattr(settings, name, None) == value, f"the setting {name} is another one")
    for name, value in MAY_SAY.items():
        require(getattr(settings, name, value) == value, f"the setting {name} is another one")
    for name, most in AT_MOST.items():
        require(getattr(settings, name) <= most, f"the setting {name} is more than {most}")
    for key in settings.SECRET_KEY_FALLBACKS:
        require(
            len(key) >= SIGNS_OF_A_KEY and len(set(key)) >= DIFFERENT_SIGNS,
            "a former key of the site is one that can be guessed",
        )
    standing = [one for one in settings.MIDDLEWARE if one in GUARDS]
    require(
        standing == list(GUARDS),
        f"a guard is not in its place: {[one for one in GUARDS if one not in standing] or standing}",
    )
    if connection.vendor == "postgresql":  # pragma: postgresql - it has no such switches
        return
    with connection.cursor() as cursor:
        for name, value in PRAGMAS.items():
            said = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            require(said == value, f"the database says {name} = {said}")
