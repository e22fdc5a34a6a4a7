"""What `settings.py` says of guards, word by word, also where this site is run without encryption.

On a machine of one's own no cookie is `Secure` and nothing leads to https: what a site does that
others can reach is then seen only in the source. And a name of which nobody knows may be an exception:
some addresses without https, other sites that may post, a check that is not made.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from privacy.promises.registry import require

OF_GUARDS = re.compile(
    r"(?:_prefix|DEBUG|POLICY_FOUR_EYES|SITE_IS_HTTPS|STAFF_MFA_REQUIRED|DISALLOWED_USER_AGENTS"
    r"|(?:ACCOUNT|ALLAUTH|AUTH|AUTHENTICATION|COOKIE_CONSENT|CORS|CSP|CSRF|HEADLESS|HSTS"
    r"|KNOWN_DEVICE|LANGUAGE_COOKIE|LOGIN|MFA|PASSWORD|SECRET|SECURE|SESSION|SILENCED|SOCIALACCOUNT"
    r"|TRUSTED|USERSESSIONS|USE_X|WHITENOISE|X_FRAME)_\w+)"
)
"""Names of settings that protect something, whoever reads them: Django, allauth, or we."""
IF_ENCRYPTED = "SITE_IS_HTTPS"
SAYS: Mapping[str, tuple[str, ...]] = {
    "DEBUG": ("env.bool('DEBUG', False)",),
    "SITE_IS_HTTPS": ("_origin.scheme == 'https'",),
    "STAFF_MFA_REQUIRED": ("env.bool('STAFF_MFA_REQUIRED', not DEBUG)",),
    "POLICY_FOUR_EYES": ("env.bool('POLICY_FOUR_EYES', not DEBUG)",),
    "HSTS_SECONDS": ("env.int('HSTS_SECONDS', 63072000)",),
    "HSTS_INCLUDE_SUBDOMAINS": ("env.bool('HSTS_INCLUDE_SUBDOMAINS', False)",),
    "HSTS_PRELOAD": ("env.bool('HSTS_PRELOAD', False)",),
    "SECRET_KEY": ("env.str('SECRET_KEY', validate=validate.Length(min=32))",),
    "SECRET_KEY_FALLBACKS": ("env.list('SECRET_KEY_FALLBACKS', [])",),
    "TRUSTED_PROXY_COUNT": ("env.int('TRUSTED_PROXY_COUNT', 0, validate=validate.Range(min=0))",),
    "TRUSTED_PROXY_HEADER": (
        "env.str('TRUSTED_PROXY_HEADER', STANDARD, validate=validate.OneOf([STANDARD, OLDER]))",
    ),
    "ALLAUTH_TRUSTED_PROXY_COUNT": ("TRUSTED_PROXY_COUNT",),
    "_prefix": ("'__Host-' if SITE_IS_HTTPS else ''",),
    "SESSION_COOKIE_NAME": ("f'{_prefix}session'",),
    "SESSION_COOKIE_SECURE": (IF_ENCRYPTED,),
    "SESSION_COOKIE_HTTPONLY": ("True",),
    "SESSION_COOKIE_SAMESITE": ("'Lax'", "'Strict'"),
    "KNOWN_DEVICE_COOKIE_NAME": (
        "f\"{('__Secure-' if SITE_IS_HTTPS else '')}known_device\"",
        "f\"{'__Secure-' if SITE_IS_HTTPS else ''}known_device\"",
    ),
    "CSRF_COOKIE_NAME": ("f'{_prefix}csrftoken'",),
    "CSRF_COOKIE_SECURE": (IF_ENCRYPTED,),
    "CSRF_COOKIE_HTTPONLY": ("True",),
    "COOKIE_CONSENT_NAME": ("f'{_prefix}cookie_consent'",),
    "COOKIE_CONSENT_SECURE": (IF_ENCRYPTED,),
    "COOKIE_CONSENT_HTTPONLY": ("True",),
    "COOKIE_CONSENT_SAMESITE": ("'Lax'", "'Strict'"),
    "SECURE_SSL_REDIRECT": (IF_ENCRYPTED,),
    "SECURE_HSTS_SECONDS": ("HSTS_SECONDS if SITE_IS_HTTPS else 0",),
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": ("HSTS_INCLUDE_SUBDOMAINS",),
    "SECURE_HSTS_PRELOAD": ("HSTS_PRELOAD",),
    "SECURE_PROXY_SSL_HEADER": ("if TRUSTED_PROXY_COUNT: ('HTTP_X_FORWARDED_PROTO', 'https')",),
    "ACCOUNT_DEFAULT_HTTP_PROTOCOL": ("_origin.scheme",),
    "SILENCED_SYSTEM_CHECKS": ("['security.W003', 'security.W005', 'security.W021']",),
}
"""What stands behind the names whose value hangs on where the site is run, and what silences a check."""
LOOKED_AT = frozenset({
    "ACCOUNT_ADAPTER", "ACCOUNT_CHANGE_EMAIL", "ACCOUNT_CONFIRM_EMAIL_ON_GET",
    "ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS", "ACCOUNT_EMAIL_NOTIFICATIONS",
    "ACCOUNT_EMAIL_SUBJECT_PREFIX", "ACCOUNT_EMAIL_VERIFICATION", "ACCOUNT_FORMS",
    "ACCOUNT_LOGIN_METHODS", "ACCOUNT_LOGOUT_ON_GET", "ACCOUNT_PRESERVE_USERNAME_CASING",
    "ACCOUNT_PREVENT_ENUMERATION", "ACCOUNT_RATE_LIMITS", "ACCOUNT_REAUTHENTICATION_METHODS",
    "ACCOUNT_REAUTHENTICATION_REQUIRED", "ACCOUNT_REAUTHENTICATION_TIMEOUT",
    "ACCOUNT_SESSION_REMEMBER", "ACCOUNT_SIGNUP_FIELDS", "AUTHENTICATION_BACKENDS",
    "AUTH_PASSWORD_VALIDATORS", "AUTH_USER_MODEL", "COOKIE_CONSENT_CACHE_BACKEND",
    "COOKIE_CONSENT_LOG_ENABLED", "COOKIE_CONSENT_MAX_AGE", "CSRF_FAILURE_VIEW",
    "KNOWN_DEVICE_COOKIE_AGE", "LOGIN_REDIRECT_URL", "LOGIN_URL", "MFA_ADAPTER",
    "MFA_ALLOW_UNVERIFIED_EMAIL", "MFA_FORMS", "MFA_SUPPORTED_TYPES", "MFA_TOTP_ISSUER",
    "MFA_TOTP_TOLERANCE", "PASSWORD_HASHERS", "PASSWORD_RESET_TIMEOUT",
    "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_CROSS_ORIGIN_OPENER_POLICY", "SECURE_CSP",
    "SECURE_REFERRER_POLICY", "SESSION_COOKIE_AGE", "SESSION_ENGINE",
    "WHITENOISE_ADD_HEADERS_FUNCTION", "WHITENOISE_ALLOW_ALL_ORIGINS", "WHITENOISE_AUTOREFRESH",
    "WHITENOISE_USE_FINDERS", "X_FRAME_OPTIONS",
})  # fmt: skip
"""Names whose values are the same everywhere, and are looked at or played through as they are."""


def source() -> str:
    """Return what stands in the module of the settings."""
    return Path(settings.BASE_DIR, "sens_site", "settings.py").read_text("utf-8")


def no_guard_is_told_otherwise() -> int:
    """Require of each setting that protects that it is known, and says what is known; return how many."""
    told = said_of_guards(source())
    for name, value in told:
        require(name in SAYS or name in LOOKED_AT, f"a setting of which nobody knows: {name}")
        known = SAYS.get(name, (value,))
        require(value in known, f"the settings say {name} = {value[:80]}")
    lacking = sorted(SAYS.keys() - {name for name, _ in told})
    require(not lacking, f"the settings do not say {lacking[:1]}")
    return len(told)


@lru_cache(maxsize=4)
def said_of_guards(text: str) -> tuple[tuple[str, str], ...]:
    """Return name and words of each setting that protects, with the condition under which it stands."""
    return tuple(_said(ast.parse(text).body))


def _said(some: list[ast.stmt], under: str = "") -> Iterator[tuple[str, str]]:
    for one in some:
        match one:
            case ast.If():
                words = ast.unparse(one.test)
                yield from _said(one.body, f"{under}if {words}: ")
                yield from _said(one.orelse, f"{under}if not ({words}): ")
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _named(target, f"{under}{ast.unparse(value)}")
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _named(target, f"{under}{ast.unparse(value)}")
            case ast.AugAssign(target=target):
                yield from _named(target, f"{under}{ast.unparse(one)}")
            case _:
                # Within a loop, a function or the like no guard is told anything.
                names = [n.id for n in ast.walk(one) if isinstance(n, ast.Name) and _stores(n)]
                yield from ((name, ast.unparse(one)) for name in names if OF_GUARDS.fullmatch(name))


def _named(target: ast.expr, words: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and OF_GUARDS.fullmatch(node.id):
            yield node.id, words


def _stores(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)
