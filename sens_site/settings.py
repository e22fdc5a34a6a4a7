"""All settings, fed by the environment, with the safe choice as each default.

`.env.example` lists every variable. A missing or unreadable one stops the start with all faults
named at once. `make run` writes a `.env` for the machine it runs on.
"""

import os
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from environs import FileAwareEnv, validate

from sens_site.lib.cache.shared_dictionary import headers_of_the_dictionary
from sens_site.lib.content import load_company
from sens_site.lib.http.csp import BASE_POLICY
from sens_site.lib.http.forwarded import OLDER, STANDARD
from sens_site.lib.signed_note import KEY_FORM

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
# What the site writes on its own machine: the database, collected static files. Not for others.
(BASE_DIR / "var").mkdir(mode=0o700, exist_ok=True)
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]

# Any variable may be given as `…_FILE`, which names the file that holds its value: a secret then stands
# in no environment, which child processes, crash reports and `docker inspect` show.
env = FileAwareEnv(eager=False, strip_whitespace=True)
env.read_env(os.environ.get("ENV_FILE", str(BASE_DIR / ".env")), recurse=False)

# --- this deployment ------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", validate=validate.Length(min=32))
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
# Whose site it is: names, address, menu, page texts, policies. `manage.py start_content` makes one.
CONTENT_DIR = BASE_DIR / env.str("CONTENT_DIR", "content/sens")
SITE_ORIGIN = env.str("SITE_ORIGIN", validate=validate.Regexp(r"^https?://[^/\s]+$"))
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{BASE_DIR / 'var' / 'site.sqlite3'}")
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", 2)
CACHE_URL = env.str("CACHE_URL", "database")
# How long its server may take to answer, before its table is used.
CACHE_SERVER_SECONDS = env.float(
    "CACHE_SERVER_SECONDS", 0.5, validate=validate.Range(min=0, min_inclusive=False)
)
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, validate=validate.Range(min=0))
# Where the proxies write who asks. `X-Forwarded-For` has a second spelling that visitors can use.
TRUSTED_PROXY_HEADER = env.str(
    "TRUSTED_PROXY_HEADER", STANDARD, validate=validate.OneOf([STANDARD, OLDER])
)
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", not DEBUG)
POLICY_FOUR_EYES = env.bool("POLICY_FOUR_EYES", not DEBUG)
# Signs the checkpoints of the log of heads; 32 random bytes. Without it none is published.
LOG_SIGNING_KEY = env.str("LOG_SIGNING_KEY", "", validate=validate.Regexp(rf"^(?:{KEY_FORM})?$"))
HSTS_SECONDS = env.int("HSTS_SECONDS", 63_072_000)
# Both bind what is not this site: other host names of the domain, and all browsers for months.
HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", False)
HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "text", validate=validate.OneOf(["text", "json"]))
# Who names it may read /metrics and the details of /readyz from another machine. Empty: nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", "", validate=validate.Regexp(r"^(\S{16,})?$"))
# Where spans go, under OpenTelemetry's own name. Empty: none are made (sens_site.lib.tracing).
TRACES_TO = env.str(
    "OTEL_EXPORTER_OTLP_ENDPOINT", "", validate=validate.Regexp(r"^(https?://\S+)?$")
)

# Mail is stored by the outbox (EMAIL_BACKEND) and handed on by the worker through this backend.
MAIL_TRANSPORT = env.str("MAIL_TRANSPORT", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "webmaster@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Which key signs our mail (the name before `._domainkey`), for `manage.py check_front` to look up.
DKIM_SELECTOR = env.str("DKIM_SELECTOR", "")
WEBMASTER_EMAIL = env.str("WEBMASTER_EMAIL", "webmaster@localhost")
# Where replies to messages come back. Read only where a host is named; TLS, but to this machine.
REPLIES_IMAP_HOST = env.str("REPLIES_IMAP_HOST", "")
REPLIES_IMAP_PORT = env.int("REPLIES_IMAP_PORT", 993)
REPLIES_IMAP_USER = env.str("REPLIES_IMAP_USER", "")
REPLIES_IMAP_PASSWORD = env.str("REPLIES_IMAP_PASSWORD", "")
REPLIES_IMAP_FOLDER = env.str("REPLIES_IMAP_FOLDER", "INBOX")
# Where reports of issues that did not arrive go, as an address whose mailbox takes `name+anything@`.
NEWSLETTER_BOUNCES_TO = env.str("NEWSLETTER_BOUNCES_TO", "")
NEWSLETTER_IMAP_HOST = env.str("NEWSLETTER_IMAP_HOST", "")
NEWSLETTER_IMAP_PORT = env.int("NEWSLETTER_IMAP_PORT", 993)
NEWSLETTER_IMAP_USER = env.str("NEWSLETTER_IMAP_USER", "")
NEWSLETTER_IMAP_PASSWORD = env.str("NEWSLETTER_IMAP_PASSWORD", "")
NEWSLETTER_IMAP_FOLDER = env.str("NEWSLETTER_IMAP_FOLDER", "INBOX")
# Where the state of orders is fetched as CSV. Without it, and without a file that somebody loads, the
# site knows no orders.
ORDER_STATUS_URL = env.str("ORDER_STATUS_URL", "", validate=validate.Regexp(r"^(https://\S+)?$"))
ORDER_STATUS_TOKEN = env.str("ORDER_STATUS_TOKEN", "")
# Outside the database, and better on another disk: it makes erasures outlive a restored backup.
ERASURE_LEDGER = str(BASE_DIR / env.str("ERASURE_LEDGER", "var/erasure-ledger.jsonl"))
# `manage.py backup` writes here, for the holders of these keys: age1… or ssh-…, separated by commas.
BACKUP_DIR = str(BASE_DIR / env.str("BACKUP_DIR", "var/backups"))
BACKUP_RECIPIENTS: list[str] = env.list("BACKUP_RECIPIENTS", [])
# Whether documents that lie in a bucket are in each backup, as those of a folder are.
BACKUP_S3_DOCUMENTS = env.bool("BACKUP_S3_DOCUMENTS", True)
# Copies of our log of heads that others have kept, brought back: checks compare the site with them.
KEPT_HEADS = str(BASE_DIR / env.str("KEPT_HEADS", "var/kept-heads"))
# What our own look from outside saw last: the next one notices a history that was rewritten since.
OUTSIDE_STATE = str(BASE_DIR / env.str("OUTSIDE_STATE", "var/seen-from-outside.json"))
PRIVATE_ROOT = str(BASE_DIR / env.str("PRIVATE_ROOT", "var/private"))
# Pictures and files of pages. A view of ours gives them out, so no web server needs to know it.
MEDIA_ROOT = str(BASE_DIR / env.str("MEDIA_ROOT", "var/media"))
# Files of the Download Center by their content. With a bucket they lie in an S3-compatible store.
DOCUMENTS_ROOT = str(BASE_DIR / env.str("DOCUMENTS_ROOT", "var/documents"))
DOCUMENTS_S3_BUCKET = env.str("DOCUMENTS_S3_BUCKET", "")
DOCUMENTS_S3_ENDPOINT = env.str("DOCUMENTS_S3_ENDPOINT", "")
DOCUMENTS_S3_REGION = env.str("DOCUMENTS_S3_REGION", "")
DOCUMENTS_S3_KEY = env.str("DOCUMENTS_S3_KEY", "")
DOCUMENTS_S3_SECRET = env.str("DOCUMENTS_S3_SECRET", "")
# Of one file, in MB. A web server in front has to let as much through below /admin/downloads/.
DOCUMENTS_MAX_MB = env.int("DOCUMENTS_MAX_MB", 100, validate=validate.Range(min=1, max=2000))
# The socket of ClamAV's daemon: each file that staff bring is given to it. Empty: to nobody.
CLAMD_SOCKET = env.str("CLAMD_SOCKET", "")
# "nginx" lets the web server send documents from DOCUMENTS_ROOT once a view has allowed it.
SENDFILE = env.str("SENDFILE", "", validate=validate.OneOf(["", "nginx"]))
# Where public pages lie as files for the web server in front (`manage.py publish_pages`). Empty: nowhere.
PUBLISHED_ROOT = env.str("PUBLISHED_ROOT", "")
# Whether browsers are told which public pages they may fetch as soon as a pointer rests on a link.
SPECULATION_RULES = env.bool("SPECULATION_RULES", False)
# Whether browsers are offered a dictionary of what public pages have in common, see `manage.py make_dictionary`.
COMPRESSION_DICTIONARY = env.bool("COMPRESSION_DICTIONARY", False)
# How many notices and issues of the newsletter may go out in an hour; 0 = no cap. Providers block senders beyond theirs.
OUTBOX_HOURLY_CAP = env.int("OUTBOX_HOURLY_CAP", 0, validate=validate.Range(min=0))
env.seal()

COMPANY = load_company(CONTENT_DIR)

_origin = urlsplit(SITE_ORIGIN)
SITE_HOST = _origin.hostname or ""
SITE_IS_HTTPS = _origin.scheme == "https"
ALLOWED_HOSTS = ALLOWED_HOSTS or [SITE_HOST]

# --- what is installed ----------------------------------------------------------------------------
INSTALLED_APPS = [
    "accounts.apps.AdminConfig",  # django.contrib.admin behind our own log-in
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",  # its templates are found by the engine of the site
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "cookie_consent",
    "crispy_forms",
    "sens_site",
    "audit_log",
    "outbox",
    "privacy.datamap",
    "privacy.policy",
    "privacy.promises",
    "privacy.consent",
    "privacy.rights",
    "accounts",
    "search",
    "contact",
    "newsletter",
    "downloads",
    "news",
    "visits",
    "pages",
]

MIDDLEWARE = [
    # Outermost: sees every Set-Cookie and every error page, and so can decide what may be kept.
    "sens_site.lib.http.cache_control.CacheControlMiddleware",
    # Counts every answer below it, by the view that made it.
    "sens_site.lib.http.request_metrics.RequestMetricsMiddleware",
    "sens_site.lib.http.csp.ContentSecurityPolicyMiddleware",
    "sens_site.lib.http.security_headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Static files come before anything that needs the database.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Around whatever that asks the database: what waits for it shares one short allowance.
    "sens_site.lib.http.database_wait.DatabaseWaitMiddleware",
    # Turns a database that is locked, full or down into a 503, and refuses hostile requests early.
    "sens_site.lib.http.faults.FaultMiddleware",
    # Sessions are opened only by a request that carries the cookie; see accounts.session_store.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Instead of django.middleware.csrf: decided by Sec-Fetch-Site and Origin, no token, no cookie.
    "sens_site.lib.http.same_origin.SameOriginMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LastUseMiddleware",
    # Staff without a second factor get no further than the page that sets one up.
    "accounts.middleware.StaffSecondFactorMiddleware",
    # What was typed while a session ended is kept through the log-in.
    "accounts.middleware.SessionEndedMiddleware",
    # request.consent: the one decision that banner, tags, CSP and caching read.
    "privacy.consent.middleware.ConsentMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "sens_site.urls"
WSGI_APPLICATION = "sens_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", CONTENT_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sens_site.context.site",
            ],
            "builtins": [
                "pages.templatetags.page_tags",
                "sens_site.lib.dates",
                "sens_site.templatetags.url_tags",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "sens_site.lib.template_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "sens_site.lib.forms.base.SiteFormRenderer"

# --- database and shared state --------------------------------------------------------------------
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction takes the write lock at its start, or waits for it; a deferred one
    # fails at once when it wants to write after reading. FULL: what was acknowledged is on disk.
    # Opening a file and setting it up costs more than reading a session from it.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # a command's or the worker's; for a request see `lib.http.database_wait`
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA recursive_triggers=ON;"
            "PRAGMA secure_delete=ON;"
        ),
    }
else:
    # Several servers of which one can be written to: `?host=a,b&port=5432,5432`. Programs of
    # PostgreSQL are told where it is by these two names alone.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["HOST"] = _options.pop("host", DATABASES["default"]["HOST"])
    DATABASES["default"]["PORT"] = _options.pop("port", DATABASES["default"]["PORT"])
    # Django's own, but that it notices when the server is away, and tells visitors at once.
    DATABASES["default"]["ENGINE"] = "sens_site.lib.postgresql"
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # After a failover: a dead connection is replaced before it is used, and a server that only
    # reads is no server for this site.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("target_session_attrs", "read-write")
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 1,  # and up to five times that while the server answers
    }
    # A machine that has gone without a word: a connection to it counts as dead after ten seconds.
    for _name, _value in {
        "connect_timeout": 3, "tcp_user_timeout": 10_000,
        "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2,
    }.items():  # fmt: skip
        DATABASES["default"]["OPTIONS"].setdefault(_name, _value)

_default_cache: dict[str, Any] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "shared_cache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
    "KEY_FUNCTION": "sens_site.lib.cache.keys.opaque_key",
}
if CACHE_URL != "database":  # its table stands in while the server is away
    _default_cache["BACKEND"] = "sens_site.lib.cache.served_cache.ServedCache"
    _default_cache["SERVER"] = CACHE_URL
    _default_cache["SERVER_SECONDS"] = CACHE_SERVER_SECONDS
# `default` is shared by all workers: rate limits and the content stamp. `local` is a worker's own.
CACHES: dict[str, dict[str, Any]] = {
    "default": _default_cache,
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# One only: a second backend would hash a wrong password twice, and so tell known from unknown names.
AUTHENTICATION_BACKENDS = ["accounts.backends.PersonBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.validators.CompanyWordsValidator"},
    {"NAME": "accounts.validators.OwnNamesValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:profile"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.RegistrationForm",
    "add_email": "accounts.forms.ChangeAddressForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_RATE_LIMITS = {
    # Asking for the same address again and again must not fill somebody's mailbox.
    "reset_password": "20/m/ip,5/h/key",
    # The key is account and client together (accounts.adapter): a stranger's guesses do not keep
    # the owner out. Those of many strangers against one account are counted for all of them.
    "login_failed": "10/m/ip,5/300s/key",
    "login_failed_anywhere": "100/d/key",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _origin.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = COMPANY.short_name
MFA_TOTP_TOLERANCE = 1  # the code before and after, too: people take time to type (RFC 6238, 5.2)
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.second_factor.CodeForm",
    "reauthenticate": "accounts.second_factor.ReauthenticateByCodeForm",
    "activate_totp": "accounts.second_factor.ActivateAppForm",
    "deactivate_totp": "accounts.second_factor.DeactivateAppForm",
    "generate_recovery_codes": "accounts.second_factor.NewRecoveryCodesForm",
}
# Nobody gets in without a confirmed address, so a pending change of it is no reason to refuse.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- cookies and transport ------------------------------------------------------------------------
# __Host- binds a cookie to this host and to https. Only a site that runs on plain http on its own
# machine goes without; the deploy check `sens_site.W001` says so when it is any other machine.
_prefix = "__Host-" if SITE_IS_HTTPS else ""
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_NAME = f"{_prefix}session"
SESSION_COOKIE_SECURE = SITE_IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Below one path only, for which __Host- cannot stand.
KNOWN_DEVICE_COOKIE_NAME = f"{'__Secure-' if SITE_IS_HTTPS else ''}known_device"
KNOWN_DEVICE_COOKIE_AGE = 182 * 24 * 3600
CSRF_COOKIE_NAME = f"{_prefix}csrftoken"  # set in the admin alone, after log-in
CSRF_COOKIE_SECURE = SITE_IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "sens_site.errors.forbidden_origin"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = SITE_IS_HTTPS
SECURE_HSTS_SECONDS = HSTS_SECONDS if SITE_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_INCLUDE_SUBDOMAINS
SECURE_HSTS_PRELOAD = HSTS_PRELOAD
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"  # never no-referrer: it nulls Origin
SECURE_CSP = BASE_POLICY
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# --- consent (django-cookie-consent: groups, cookie format and parsing; no urls, views, script) ---
COOKIE_CONSENT_NAME = f"{_prefix}cookie_consent"
COOKIE_CONSENT_MAX_AGE = 182 * 24 * 3600
COOKIE_CONSENT_SECURE = SITE_IS_HTTPS
COOKIE_CONSENT_HTTPONLY = True
COOKIE_CONSENT_SAMESITE = "Lax"
COOKIE_CONSENT_LOG_ENABLED = False
COOKIE_CONSENT_CACHE_BACKEND = "local"

# --- limits on what a request may bring -----------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
REQUEST_MAX_BYTES = 64 * 1024  # a public form
REQUEST_MAX_BYTES_STAFF = 12 * 1024 * 1024  # an upload in the admin
# Where more may come in: documents, and the form around them.
REQUEST_MAX_BYTES_BELOW = {"/admin/downloads/": (DOCUMENTS_MAX_MB + 1) * 1024 * 1024}
REQUEST_MAX_BYTES_PHOTOS = 20 * 1024 * 1024  # a public form to which photos may be added
PATHS_WITH_PHOTOS = frozenset(one.path for one in COMPANY.departments if one.asks_for("photos"))

# --- mail, language, files, forms -----------------------------------------------------------------
EMAIL_BACKEND = "outbox.backend.OutboxBackend"
LANGUAGE_CODE = "en-us"
TIME_ZONE = COMPANY.time_zone
USE_I18N = True
FORMAT_MODULE_PATH = "sens_site.formats"
USE_TZ = True
CRISPY_TEMPLATE_PACK = "site"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("site",)
CRISPY_FAIL_SILENTLY = False

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static", CONTENT_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "documents": {
        "BACKEND": "downloads.store.DocumentFolder",
        "OPTIONS": {"location": DOCUMENTS_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "sens_site.lib.deploy.static_storage.SiteStaticStorage"
        )
    },
}
if DOCUMENTS_S3_BUCKET:  # needs the extra `s3` (docs/downloads.md)
    STORAGES["documents"] = {
        "BACKEND": "downloads.bucket.DocumentBucket",
        "OPTIONS": {
            "bucket_name": DOCUMENTS_S3_BUCKET,
            "endpoint_url": DOCUMENTS_S3_ENDPOINT or None,
            "region_name": DOCUMENTS_S3_REGION or None,
            "access_key": DOCUMENTS_S3_KEY or None,
            "secret_key": DOCUMENTS_S3_SECRET or None,
            "file_overwrite": True,  # a name says what the content is
            "default_acl": None,
            "object_parameters": {"ContentType": "application/octet-stream"},
            "max_memory_size": 1_000_000,  # of a file that is read; the rest of it on the disk
        },
    }
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ADD_HEADERS_FUNCTION = headers_of_the_dictionary

# --- checks and logs ------------------------------------------------------------------------------
# W003: Django looks for its own class path only; `sens_site.E001` checks ours, and its place.
# W005, W021: whether all subdomains are bound to https is the company's to say, not a default.
SILENCED_SYSTEM_CHECKS = ["security.W003", "security.W005", "security.W021"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name} {request_id} {message}", "style": "{"},
        "json": {"()": "sens_site.lib.http.log_format.JsonFormatter"},
    },
    "filters": {
        "client_faults": {"()": "sens_site.lib.http.log_filters.ClientFaultFilter"},
        "secret_paths": {"()": "sens_site.lib.http.log_filters.SecretPathFilter"},
        "request_id": {"()": "sens_site.lib.http.log_filters.RequestIdFilter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["client_faults", "secret_paths", "request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Django's own handlers would print each line twice, and mail tracebacks with what they hold.
    "loggers": {"django": {"handlers": []}, "pikepdf": {"level": "WARNING"}},
}
