"""What the environment makes of the settings, beyond what the suite itself runs with."""

import runpy
from typing import Any

import pytest

from sens_site import settings as module
from tests.settings import OWN_VARIABLES


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read the settings anew under a changed environment."""

    def do(**changes: str) -> dict[str, Any]:
        for name, value in {**OWN_VARIABLES, **changes}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(module.__file__)

    return do


def test_postgresql_connections_come_from_a_pool_that_no_request_waits_for_long(read):
    database = read(DATABASE_URL="postgresql://web@db/site", DATABASE_POOL_SIZE="7")["DATABASES"]
    assert database["default"]["CONN_MAX_AGE"] == 0
    assert database["default"]["OPTIONS"] == {
        "pool": {"min_size": 1, "max_size": 7, "timeout": 5},
        "target_session_attrs": "read-write",
    }
    assert database["default"]["CONN_HEALTH_CHECKS"] is True


def test_a_cache_server_takes_the_place_of_the_table(read):
    caches = read(CACHE_URL="redis://cache:6379/1")["CACHES"]
    assert caches["default"]["LOCATION"] == "redis://cache:6379/1"
    assert caches["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache"
    # Keys are opaque wherever they lie (law 10).
    assert caches["default"]["KEY_FUNCTION"] == "sens_site.lib.cache.keys.opaque_key"


@pytest.mark.parametrize(
    ("count", "header"), [("0", None), ("1", ("HTTP_X_FORWARDED_PROTO", "https"))]
)
def test_a_header_says_https_only_where_a_proxy_of_ours_sets_it(read, count, header):
    assert read(TRUSTED_PROXY_COUNT=count).get("SECURE_PROXY_SSL_HEADER") == header


def test_a_header_with_two_spellings_is_read_only_where_it_is_asked_for(read):
    assert read()["TRUSTED_PROXY_HEADER"] == "Forwarded"
    older = read(TRUSTED_PROXY_HEADER="X-Forwarded-For")
    assert older["TRUSTED_PROXY_HEADER"] == "X-Forwarded-For"


def test_documents_lie_in_a_folder_or_where_a_bucket_is_named(read):
    usual = read()["STORAGES"]["documents"]
    assert usual["BACKEND"] == "downloads.store.DocumentFolder"
    assert usual["OPTIONS"]["location"].endswith("/documents")
    named = read(DOCUMENTS_S3_BUCKET="papers", DOCUMENTS_S3_ENDPOINT="https://s3.test")
    documents = named["STORAGES"]["documents"]
    assert documents["BACKEND"] == "storages.backends.s3.S3Storage"
    assert documents["OPTIONS"]["bucket_name"] == "papers"
    assert documents["OPTIONS"]["endpoint_url"] == "https://s3.test"
    assert documents["OPTIONS"]["file_overwrite"] is True
