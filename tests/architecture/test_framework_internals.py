"""What we use of frameworks that they may change without a word, each in one file of ours.

Before an upgrade leaves a range in `TRIED`, read what has become of the names of that package, see
that the suite is green, and only then widen the range.
"""

import ast
import inspect
import re
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version

import pytest
from packaging.specifiers import SpecifierSet

from tests.architecture.source import ROOMS, python_files, text

TRIED = {
    "Django": ">=5.2.19,<5.3",
    "django-allauth": ">=65.22.1,<66",
    "django-cookie-consent": ">=1.0,<1.1",
    "django-modern-csrf": ">=1.0.1,<2",
}


@dataclass(frozen=True)
class Internal:
    """A name, the class or module in whose text it stands, its package, and our file."""

    file: str
    holder: str
    name: str
    package: str = "Django"

    def __str__(self) -> str:
        return f"{self.holder}: {self.name} ({self.file})"


def of_allauth(file: str, holder: str, name: str) -> Internal:
    return Internal(file, holder, name, "django-allauth")


COOKIES = "cookie_consent.util"
INTERNALS = (
    Internal("sens_site/lib/http/faults.py", "django.utils.log", "_has_been_logged"),
    Internal("sens_site/lib/cache/own_page.py", "django.utils.functional.LazyObject", "_wrapped"),
    *(
        Internal(
            "sens_site/lib/cache/rehearsal_cache.py",
            "django.core.cache.backends.locmem.LocMemCache",
            name,
        )
        for name in ("_set", "_has_expired")
    ),
    of_allauth(
        "accounts/registration.py",
        "allauth.account.internal.flows.email_verification",
        "send_verification_email_to_address",
    ),
    of_allauth(
        "accounts/decorators.py",
        "allauth.account.internal.flows.reauthentication",
        "did_recently_reauthenticate",
    ),
    of_allauth(
        "accounts/decorators.py",
        "allauth.account.internal.flows.login",
        "get_authentication_records",
    ),
    *(
        of_allauth("accounts/passkeys.py", "allauth.mfa.webauthn.internal.auth", name)
        for name in (
            "WebAuthn",
            "begin_authentication",
            "begin_registration",
        )
    ),
    *(
        of_allauth("accounts/passkeys.py", "allauth.mfa.webauthn.internal.flows", name)
        for name in ("perform_passwordless_login", "remove_authenticator")
    ),
    of_allauth("accounts/second_factor.py", "allauth.mfa.base.internal.flows", "check_rate_limit"),
    of_allauth(
        "accounts/second_factor.py", "allauth.mfa.totp.internal.auth", "generate_totp_secret"
    ),
    of_allauth("accounts/second_factor.py", "allauth.mfa.totp.internal.auth", "validate_totp_code"),
    of_allauth(
        "accounts/allauth_views.py", "allauth.mfa.base.views.AuthenticateView", "_build_forms"
    ),
    of_allauth(
        "accounts/session_store.py",
        "allauth.account.internal.flows.login",
        "account_authentication_methods_user",
    ),
    of_allauth(
        "accounts/adapter.py",
        "allauth.account.adapter.DefaultAccountAdapter",
        "_get_login_attempts_cache_key",
    ),
    Internal(
        "accounts/backends.py", "django.contrib.auth.backends.ModelBackend", "_get_permissions"
    ),
    Internal("accounts/session_lookup.py", "django.db.models.query", "get_related_populators"),
    Internal(
        "accounts/session_lookup.py", "django.db.models.sql.compiler.SQLCompiler", "klass_info"
    ),
    *(
        Internal("accounts/session_store.py", f"django.contrib.sessions.backends.{holder}", name)
        for holder, name in (
            ("base.SessionBase", "_get_new_session_key"),
            ("base.SessionBase", "_get_or_create_session_key"),
            ("base.SessionBase", "_session_key"),
            ("db.SessionStore", "_get_session_from_db"),
        )
    ),
    Internal(
        "sens_site/promises/stored_secrets.py",
        "django.contrib.sessions.backends.base.SessionBase",
        "_get_new_session_key",
    ),
    Internal(
        "privacy/datamap/stores.py", "django.core.cache.backends.db.BaseDatabaseCache", "_table"
    ),
    Internal("privacy/datamap/stores.py", "django.core.cache.backends.redis.RedisCache", "_cache"),
    Internal(
        "privacy/promises/running_site.py",
        "django.http.response.HttpResponseBase",
        "_resource_closers",
    ),
    Internal("sens_site/lib/http/secret_page.py", "django.utils.log", "_has_been_logged"),
    Internal("sens_site/promises/secret_addresses.py", "django.contrib.auth.tokens", "_now"),
    Internal(
        "sens_site/lib/cache/member_page_cache.py", "django.contrib.messages.api", "_messages"
    ),
    Internal(
        "sens_site/lib/deploy/static_storage.py",
        "django.core.files.storage.filesystem.FileSystemStorage",
        "_save",
    ),
    Internal(
        "downloads/store.py", "django.core.files.storage.filesystem.FileSystemStorage", "_save"
    ),
    Internal(
        "sens_site/lib/overlay_storage.py",
        "django.core.files.storage.filesystem.FileSystemStorage",
        "_open",
    ),
    Internal(
        "downloads/forms.py", "django.forms.models.BaseModelForm", "_get_validation_exclusions"
    ),
    Internal("sens_site/lib/forms/typed.py", "django.forms.forms.BaseForm", "_errors"),
    Internal("sens_site/templatetags/desk_tags.py", "django.contrib.admin.sites", "_registry"),
    *(
        Internal(
            "sens_site/lib/http/same_origin.py",
            "modern_csrf.middleware.ModernCsrfViewMiddleware",
            name,
            "django-modern-csrf",
        )
        for name in ("_reject", "_dont_enforce_csrf_checks")
    ),
    Internal("privacy/consent/decision.py", COOKIES, "dict_to_cookie_str", "django-cookie-consent"),
    Internal(
        "privacy/consent/kept_states.py", COOKIES, "dict_to_cookie_str", "django-cookie-consent"
    ),
    Internal(
        "privacy/consent/cookie_corrections.py",
        COOKIES,
        "dict_to_cookie_str",
        "django-cookie-consent",
    ),
    Internal(
        "privacy/consent/cookie_corrections.py",
        COOKIES,
        "set_cookie_dict_to_response",
        "django-cookie-consent",
    ),
    Internal("privacy/consent/decision.py", COOKIES, "parse_cookie_str", "django-cookie-consent"),
    Internal(
        "privacy/consent/views.py", COOKIES, "set_cookie_dict_to_response", "django-cookie-consent"
    ),
)
# Documented, or our own names on Django's objects.
NO_INTERNALS = {
    "_base_manager", "_csp_config", "_default_manager", "_meta", "_shared_page", "_state",
}  # fmt: skip
# Settings are read once and by Django; they and the server's entrance hold no class.
NOT_IMPORTED = {"sens_site/settings.py", "sens_site/wsgi.py"}
OURS = [path for path in python_files() if path.split("/")[0] in ROOMS]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in NO_INTERNALS


def own_names(tree: ast.AST) -> set[str]:
    """Return the names that a file itself defines, on its own objects."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found |= {node.attr} if getattr(node.value, "id", "") == "self" else set()
    return found


def internals_in(source: str) -> set[str]:
    """Return what a file uses of others that has no public name."""
    tree = ast.parse(source)
    own, found = own_names(tree), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            parts = (node.module or "").split(".")
            hidden = "internal" in parts or any(is_private(part) for part in parts)
            found |= {one.name for one in node.names if hidden or is_private(one.name)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names if ".internal" in one.name}
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            found.add(node.attr)
        elif isinstance(node, ast.Call | ast.Subscript):
            found |= {name for name in named_by_text(node) if is_private(name)}
    return found


def named_by_text(node: ast.Call | ast.Subscript) -> list[str]:
    """Return the attribute that `getattr(x, "_y")` or `vars(x)["_y"]` names."""
    match node:
        case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, named, *_]):
            pass
        case ast.Subscript(value=ast.Call(func=ast.Name(id="vars")), slice=named):
            pass
        case _:
            return []
    value = named.value if isinstance(named, ast.Constant) else None
    return [value] if isinstance(value, str) else []


def overridden_in(path: str) -> set[str]:
    """Return the private names of a framework's classes that a class of ours gives a meaning."""
    own = {name for name in own_names(ast.parse(text(path))) if is_private(name)}
    if not own or path in NOT_IMPORTED:
        return set()
    module = import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    bases = {
        base
        for _, one in inspect.getmembers(module, inspect.isclass)
        if one.__module__ == module.__name__
        for base in one.__mro__
        if base.__module__.split(".")[0] not in (*ROOMS, "builtins", "enum", "typing")
    }
    return {name for name in own for base in bases if name in vars(base)}


def words_in(source: str) -> set[str]:
    return set(re.findall(r"\w+", source))


def text_of(holder: str) -> str:
    """Return the text of a module or of a class in one."""
    try:
        return inspect.getsource(import_module(holder))
    except ModuleNotFoundError:
        module, _, name = holder.rpartition(".")
        return inspect.getsource(getattr(import_module(module), name))


@pytest.mark.parametrize("package", TRIED)
def test_the_installed_version_is_one_that_the_internals_were_tried_with(package):
    mine = [str(one) for one in INTERNALS if one.package == package]
    outside = [] if SpecifierSet(TRIED[package]).contains(version(package)) else mine
    found = f"{package} {version(package)} is outside {TRIED[package]}"
    assert outside == [], f"{found}: look at {'; '.join(outside)}"


@pytest.mark.parametrize("internal", INTERNALS, ids=str)
def test_the_internal_is_still_there(internal):
    assert internal.name in words_in(text_of(internal.holder)), (
        f"{internal} is gone from {internal.package}"
    )


def test_each_internal_is_used_in_its_one_file_and_in_no_other():
    public = {one.name for one in INTERNALS if not is_private(one.name)}
    used = {
        (name, path)
        for path in OURS
        for name in internals_in(text(path)) | overridden_in(path) | words_in(text(path)) & public
    }
    assert used == {(one.name, one.file) for one in INTERNALS}


def test_the_search_sees_each_way_to_an_internal():
    source = """
from allauth.account.internal.userkit import user_field
from django.db.models.sql import _hidden
import allauth.mfa.internal.flows
class Mine:
    def _own(self): self._set = 1
def use(a):
    a._used; a._errors = 1; vars(a)["_written"] = 1; getattr(a, "_read"); a._meta; a._own; a._set
"""
    assert internals_in(source) == {
        "user_field", "_hidden", "allauth.mfa.internal.flows", "_used", "_errors", "_written",
        "_read",
    }  # fmt: skip


def test_the_search_sees_a_private_method_that_is_replaced():
    assert overridden_in("accounts/session_store.py") == {
        "_get_session_from_db",
        "_session_key",
    }
