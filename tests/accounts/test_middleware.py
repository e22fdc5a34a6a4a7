from unittest.mock import Mock, call

from django.test import Client
from django.urls import clear_url_caches, reverse

from accounts import middleware
from accounts.middleware import address_of


class TestAddressOf:
    def test_an_address_is_looked_up_once(self, monkeypatch):
        clear_url_caches()
        reverse_once = Mock(return_value="/somewhere/")
        monkeypatch.setattr(middleware, "reverse", reverse_once)

        assert [address_of("admin:index"), address_of("admin:index")] == ["/somewhere/"] * 2
        assert reverse_once.call_args_list == [call("admin:index")]
        clear_url_caches()

    def test_it_goes_with_the_addresses_of_the_site(self, monkeypatch):
        clear_url_caches()
        monkeypatch.setattr(middleware, "reverse", lambda name: "/before/")
        address_of("admin:index")
        monkeypatch.undo()

        clear_url_caches()

        assert address_of("admin:index") == reverse("admin:index")

    def test_a_request_without_a_session_asks_for_none(self, monkeypatch, db):
        asked = Mock(return_value="/")
        monkeypatch.setattr(middleware, "address_of", asked)

        Client().get("/privacy/", secure=True)

        assert asked.call_args_list == []
