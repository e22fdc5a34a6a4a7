"""Breaks of what the server in front is told: it answers before the site does."""

from dataclasses import replace
from typing import Any

from sens_site.lib.deploy import nginx
from sens_site.management.commands import nginx_conf
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

LOGS, GUARDS, COOKIES = "retention.access-logs", "security.technical", "cookies.none-before-consent"
TOLD = Way.CONFIGURATION


def _told(hand: Hand, *changes: tuple[str, str]) -> None:
    """Have the command print something else."""

    def other(old: nginx.Front, published: nginx.Part | None = None) -> str:
        text = plain(old, published)
        for one, another in changes:
            assert one in text, f"nginx is not told {one!r}"
            text = text.replace(one, another)
        return text

    plain = nginx.configuration
    hand.replace("sens_site.promises.front_server.configuration", other)


@breaks(LOGS, way=TOLD)
def an_error_log_that_names_who_asks(hand: Hand) -> None:
    _told(hand, ("error_log stderr emerg;", "error_log stderr error;"))


@breaks(LOGS, way=TOLD)
def an_access_log_that_is_on_unless_somebody_says_no(hand: Hand) -> None:
    def named(options: dict[str, Any]) -> nginx.Front:
        return replace(plain(options), access_log="/var/log/nginx/site.log")

    plain = nginx_conf.front
    hand.replace("sens_site.promises.front_server.front", named)


@breaks(LOGS, way=TOLD)
def a_line_that_would_name_who_asks(hand: Hand) -> None:
    _told(hand, ("'$time_iso8601 ", "'$remote_addr $time_iso8601 "))


@breaks(COOKIES, GUARDS, way=TOLD)
def visitors_whom_the_server_in_front_numbers(hand: Hand) -> None:
    _told(hand, ("server_tokens off;", "server_tokens off;\nuserid on;"))


@breaks(COOKIES, way=TOLD)
def a_cookie_of_the_server_in_front(hand: Hand) -> None:
    _told(hand, ("server_tokens off;", "server_tokens off;\nadd_header Set-Cookie seen=1;"))


@breaks(GUARDS, way=TOLD)
def a_server_in_front_that_keeps_pages(hand: Hand) -> None:
    _told(hand, ("proxy_http_version 1.1;", "proxy_http_version 1.1;\nproxy_cache pages;"))


@breaks(GUARDS, way=TOLD)
def a_server_in_front_that_keeps_each_form(hand: Hand) -> None:
    size = "client_body_buffer_size 64k;"
    _told(hand, (size, f"{size}client_body_in_file_only on;"))


@breaks(GUARDS, way=TOLD)
def a_block_on_one_line_that_copies_requests(hand: Hand) -> None:
    _told(hand, ("keepalive 32;", "keepalive 32;} server { listen 81; mirror /elsewhere;"))


@breaks(LOGS, way=TOLD)
def a_log_behind_another_directive(hand: Hand) -> None:
    _told(hand, ("server_tokens off;", "server_tokens off; access_log /var/log/site.log;"))


@breaks(GUARDS, way=TOLD)
def a_server_in_front_that_takes_old_encryption(hand: Hand) -> None:
    _told(hand, ("ssl_protocols TLSv1.2", "ssl_protocols TLSv1 TLSv1.2"))


@breaks(GUARDS, way=TOLD)
def a_server_in_front_that_forgets_to_insist(hand: Hand) -> None:
    _told(hand, ("add_header Strict-Transport-Security", "add_header Server-Timing"))


@breaks(GUARDS, way=TOLD)
def a_server_in_front_without_limits_for_forms(hand: Hand) -> None:
    _told(hand, ("limit_req zone=forms burst=50 nodelay;", "send_timeout 30s;"))


@breaks(GUARDS, way=TOLD)
def a_server_in_front_that_hands_requests_to_others(hand: Hand) -> None:
    _told(hand, ("server 127.0.0.1:8000", "server app.elsewhere.net:80"))


@breaks(LOGS, way=TOLD)
def a_server_that_leads_on_and_logs_as_it_likes(hand: Hand) -> None:
    name = "access_log off;\nerror_log stderr emerg;\nserver_tokens off;"
    _told(hand, (name, "error_log stderr emerg;\nserver_tokens off;"))


@breaks(GUARDS, way=TOLD)
def an_old_way_to_encrypt_that_only_shows_once_others_reach_the_site(hand: Hand) -> None:
    def old(front: nginx.Front, published: nginx.Part | None = None) -> str:
        return plain(front, published).replace("TLSv1.2", "TLSv1 TLSv1.1 TLSv1.2")

    plain, here = nginx.configuration, nginx_conf.front
    hand.replace("sens_site.promises.front_server.configuration", old)
    hand.replace(
        "sens_site.promises.front_server.front",
        lambda options: replace(here(options), is_https=False),
    )


@breaks(GUARDS, way=TOLD)
def documents_that_nginx_gives_to_whoever_knows_their_address(hand: Hand) -> None:
    def open_to_all(old: Any, *args: Any) -> str:
        text: str = old(*args)
        return text.replace("internal;\n        alias", "alias")

    hand.wrap("sens_site.promises.front_server.configuration", open_to_all)


@breaks(GUARDS, way=TOLD)
def protective_headers_that_mistakes_lack(hand: Hand) -> None:
    _told(hand, (" always;", ";"))


@breaks(GUARDS, way=TOLD)
def pages_of_the_server_in_front_that_may_be_framed(hand: Hand) -> None:
    _told(hand, ("add_header X-Frame-Options 'DENY' always;", ""))
