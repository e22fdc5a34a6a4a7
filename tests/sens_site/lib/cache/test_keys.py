import pytest
from django.core.cache import cache
from django.db import connection

from sens_site.lib.cache.keys import opaque_key


def test_what_a_library_names_is_hidden():
    key = opaque_key("allauth:rl:login:ip:198.51.100.77", "", 1)
    assert "198.51.100.77" not in key
    assert len(key) == 64
    assert key != opaque_key("allauth:rl:login:ip:198.51.100.78", "", 1)
    assert key != opaque_key("allauth:rl:login:ip:198.51.100.77", "", 2)


@pytest.mark.parametrize("key", ["limit:contact:ab12:0", "content-stamp"])
def test_our_own_keys_stay_readable(key):
    assert opaque_key(key, "p", 1) == f"p:1:{key}"


@pytest.mark.django_db
def test_the_shared_cache_uses_it():
    cache.set("ada@customer.test", 1)
    assert cache.get("ada@customer.test") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM shared_cache")
        kept = str(cursor.fetchall())
    assert "ada@" not in kept
    assert "customer" not in kept
