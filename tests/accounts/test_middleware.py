from django.test import Client
from django.urls import clear_url_caches, reverse

from accounts import middleware
from accounts.middleware import address_of


class TestAddressOf:
    def test_an_address_is_looked_up_once(self, monkeypatch):
        clear_url_caches()
        asked = []
        monkeypatch.setattr(middleware, "reverse", lambda name: asked.append(name) or "/somewhere/")

        assert [address_of("admin:index"), address_of("admin:index")] == ["/somewhere/"] * 2
        assert asked == ["admin:index"]
        clear_url_caches()

    def test_it_goes_with_the_addresses_of_the_site(self, monkeypatch):
        clear_url_caches()
        monkeypatch.setattr(middleware, "reverse", lambda name: "/before/")
        address_of("admin:index")
        monkeypatch.undo()

        clear_url_caches()

        assert address_of("admin:index") == reverse("admin:index")

    def test_a_request_without_a_session_asks_for_none(self, monkeypatch, db):
        asked = []
        monkeypatch.setattr(middleware, "address_of", lambda name: asked.append(name) or "/")

        Client().get("/privacy/", secure=True)

        assert asked == []
