"""What the environment makes of the settings, beyond what the suite itself runs with."""

import re
import runpy
from pathlib import Path
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
        "pool": {"min_size": 1, "max_size": 7, "timeout": 1},
        "target_session_attrs": "read-write",
        "connect_timeout": 3,
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
    }
    assert database["default"]["CONN_HEALTH_CHECKS"] is True


def test_of_two_servers_the_one_that_can_be_written_to_is_found_by_pg_dump_too(read):
    url = "postgresql://web@/site?host=a,b&port=5432,5433&sslmode=require"
    database = read(DATABASE_URL=url)["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("a,b", "5432,5433", "site")
    options = database["OPTIONS"]
    assert (options["target_session_attrs"], options["sslmode"]) == ("read-write", "require")
    assert [name for name in ("host", "port") if name in options] == []


def test_a_cache_server_takes_the_place_of_the_table(read):
    caches = read(CACHE_URL="redis://cache:6379/1")["CACHES"]
    assert caches["default"]["SERVER"] == "redis://cache:6379/1"
    assert caches["default"]["BACKEND"] == "sens_site.lib.cache.served_cache.ServedCache"
    assert caches["default"]["SERVER_SECONDS"] == 0.5
    assert caches["default"]["LOCATION"] == "shared_cache"  # which stands in while it is away
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
    assert documents["BACKEND"] == "downloads.bucket.DocumentBucket"
    assert documents["OPTIONS"]["bucket_name"] == "papers"
    assert documents["OPTIONS"]["endpoint_url"] == "https://s3.test"
    assert documents["OPTIONS"]["file_overwrite"] is True


SECRETS = {
    "SECRET_KEY": "a" * 50,
    "SECRET_KEY_FALLBACKS": "b" * 50,
    "LOG_SIGNING_KEY": "c" * 43,
    "DATABASE_URL": "postgresql://web:hidden@db/site",
    "CACHE_URL": "rediss://:hidden@cache:6379/0",
    "EMAIL_HOST_PASSWORD": "hidden",
    "METRICS_TOKEN": "d" * 43,
    "REPLIES_IMAP_PASSWORD": "hidden",
    "NEWSLETTER_IMAP_PASSWORD": "hidden",
    "ORDER_STATUS_TOKEN": "hidden",
    "DOCUMENTS_S3_KEY": "hidden",
    "DOCUMENTS_S3_SECRET": "hidden",
}


def test_every_secret_can_lie_in_a_file(read, tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        (tmp_path / name).write_text(f"{value}\n")
    found = read(**{f"{name}_FILE": str(tmp_path / name) for name in SECRETS})
    kept = {name: found[name] for name in SECRETS}
    assert kept == {**SECRETS, "SECRET_KEY_FALLBACKS": ["b" * 50]}


def test_no_secret_is_missing_from_the_list_above():
    source = Path(module.__file__).read_text("utf-8")
    named = set(re.findall(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"", source))
    sounds_secret = re.compile(r"KEY|PASSWORD|TOKEN|SECRET|_URL$")
    public = {"ORDER_STATUS_URL"}
    assert {name for name in named if sounds_secret.search(name)} - public == set(SECRETS)


def test_a_file_that_is_not_there_stops_the_start_and_is_named(read, tmp_path):
    with pytest.raises(ValueError, match="SECRET_KEY_FILE must be a readable file path"):
        read(SECRET_KEY_FILE=str(tmp_path / "none"))
