"""The configuration of nginx that a site's settings and addresses ask for, as text."""

import inspect
import re
import subprocess
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sens_site.lib.deploy import nginx
from sens_site.lib.http.faults import most_bytes
from sens_site.management.commands.nginx_conf import UNCOUNTED_FORMS, installed_version
from tests.architecture.routes import all_routes


@pytest.fixture
def front(settings):
    """A site at the address that everybody knows, behind one proxy."""
    settings.SITE_ORIGIN, settings.SITE_HOST = "https://www.example.com", "www.example.com"
    settings.ALLOWED_HOSTS = ["www.example.com"]
    settings.TRUSTED_PROXY_COUNT = 1
    return settings


def written(*options: str) -> str:
    out = StringIO()
    call_command("nginx_conf", "--nginx-version=1.22.1", *options, stdout=out)
    return out.getvalue()


def lines(*options: str) -> list[str]:
    return [line.strip() for line in written(*options).splitlines()]


def test_without_a_trusted_proxy_nothing_is_written(front):
    front.TRUSTED_PROXY_COUNT = 0
    with pytest.raises(CommandError, match="TRUSTED_PROXY_COUNT=1"):
        written()


def test_as_much_may_come_in_as_the_site_itself_takes(front):
    front.PATHS_WITH_PHOTOS = frozenset({"/contact/repairs/"})
    front.DOCUMENTS_MAX_MB = 100
    found = re.findall(r"location ([^@{]+) \{\n\s+client_max_body_size (\d+)k;", written())
    assert dict(found) == {
        "/": "64",
        "/admin/": "12288",
        "/admin/downloads/": "103424",
        "= /contact/repairs/": "20480",
    }
    for place, kilobytes in found:
        assert most_bytes(place.removeprefix("= ")) == int(kilobytes) * 1024


def test_a_client_says_nothing_about_where_it_comes_from(front):
    said = lines()
    assert 'proxy_set_header Forwarded "for=\\"$remote_addr\\";proto=$scheme";' in said
    assert 'proxy_set_header X-Forwarded-For "";' in said
    assert 'proxy_set_header X-Forwarded-Proto "";' in said


def test_behind_another_proxy_what_that_one_says_stands_first_and_nobody_is_limited(front):
    front.TRUSTED_PROXY_COUNT = 2
    said = lines()
    assert (
        'proxy_set_header Forwarded "$http_forwarded, for=\\"$remote_addr\\";proto=$scheme";'
        in said
    )
    assert [line for line in said if "limit_" in line] == []


@pytest.mark.parametrize(
    ("proxies", "given"), [(1, []), (2, ['"~^[0-9a-fA-F-]{8,64}$" $http_x_request_id;'])]
)
def test_a_request_has_the_number_of_the_first_proxy(front, proxies, given):
    front.TRUSTED_PROXY_COUNT = proxies
    said = lines()
    begins = said.index("map $http_x_request_id $request_number {")
    assert said[begins + 1 : said.index("}", begins)] == ["default $request_id;", *given]
    assert "proxy_set_header X-Request-ID $request_number;" in said


@pytest.mark.parametrize(("token", "closed"), [("", 1), ("a-token-of-this-test", 0)])
def test_figures_pass_where_a_token_opens_them(front, token, closed):
    front.METRICS_TOKEN = token
    assert written().count("location = /metrics {\n        return 404;") == closed


@pytest.mark.parametrize(
    ("proxies", "client", "scheme"),
    [
        (1, "$remote_addr", "$scheme"),
        (2, "$proxy_add_x_forwarded_for", "$http_x_forwarded_proto"),
    ],
)
def test_the_older_headers_are_written_where_the_site_reads_them(front, proxies, client, scheme):
    front.TRUSTED_PROXY_HEADER, front.TRUSTED_PROXY_COUNT = "X-Forwarded-For", proxies
    said = lines()
    assert f"proxy_set_header X-Forwarded-For {client};" in said
    assert f"proxy_set_header X-Forwarded-Proto {scheme};" in said
    assert 'proxy_set_header Forwarded "";' in said


def test_documents_are_sent_where_the_site_leaves_that_to_nginx(front):
    front.DOCUMENTS_ROOT = "/srv/files"
    assert "/stored-documents/" not in written()
    front.SENDFILE = "nginx"
    assert "alias '/srv/files/';" in lines()
    front.DOCUMENTS_S3_BUCKET = "papers"
    assert "/stored-documents/" not in written()


def test_only_the_two_versions_of_tls_that_are_good_are_spoken(front):
    found = [line for line in lines() if line.startswith("ssl_protocols")]
    assert found == ["ssl_protocols TLSv1.2 TLSv1.3;"] * 2  # for strangers, who begin, as well


@pytest.mark.parametrize(
    ("version", "listen", "directive"),
    [
        ("1.22.1", "443 ssl http2", []),
        ("1.25.1", "443 ssl", ["http2 on;"]),
        ("1.28", "443 ssl", ["http2 on;"]),
    ],
)
def test_http2_is_switched_on_in_the_words_of_the_version(front, version, listen, directive):
    out = StringIO()
    call_command("nginx_conf", f"--nginx-version={version}", stdout=out)
    said = [line.strip() for line in out.getvalue().splitlines()]
    assert f"listen {listen};" in said
    assert f"listen [::]:{listen};" in said
    assert [line for line in said if line.startswith("http2")] == directive


def test_http_leads_to_https_but_for_what_renews_a_certificate(front):
    text = written()
    assert text.count("return 308 https://www.example.com$request_uri;") == 1
    assert "location /.well-known/acme-challenge/ {\n        root /var/www/html;" in text
    assert "acme-challenge" not in written("--acme-root=")
    assert "308 https://www.example.com$request_uri;" not in written("--redirect-port=0").replace(
        "error_page 497 =308", ""
    )


def test_without_https_there_is_one_server_and_nothing_of_tls(front):
    front.SITE_ORIGIN, front.SITE_IS_HTTPS = "http://127.0.0.1:8080", False
    front.SITE_HOST, front.ALLOWED_HOSTS = "127.0.0.1", ["127.0.0.1", "::1"]
    front.SECURE_HSTS_SECONDS = 0
    text = written("--listen=127.0.0.1", "--upstream=10.0.0.1:8000", "--upstream=10.0.0.2:8000")
    assert re.findall(r"ssl\w*|https\S*|Strict\S*", text) == []
    assert re.findall(r"listen (.*);", text) == ["127.0.0.1:8080"]
    assert re.findall(r"server_name (.*);", text) == ["127.0.0.1 [::1]"]
    assert re.findall(r"server (\S+) max_fails", text) == ["10.0.0.1:8000", "10.0.0.2:8000"]


def test_a_site_for_all_hosts_says_so(front):
    front.ALLOWED_HOSTS = ["*"]
    assert "server_name www.example.com _;" in lines()


@pytest.mark.parametrize(
    ("subdomains", "preload", "header"),
    [
        (False, False, "max-age=63072000"),
        (True, False, "max-age=63072000; includeSubDomains"),
        (True, True, "max-age=63072000; includeSubDomains; preload"),
    ],
)
def test_nginx_binds_browsers_to_https_as_the_site_does(front, subdomains, preload, header):
    front.SECURE_HSTS_SECONDS = 63072000
    front.SECURE_HSTS_INCLUDE_SUBDOMAINS, front.SECURE_HSTS_PRELOAD = subdomains, preload
    assert f"add_header Strict-Transport-Security '{header}' always;" in lines()


def test_a_form_without_a_visitors_own_headers_is_counted_for_nobody():
    """Thousands of one-click refusals may come from one mail provider."""
    exempt = {
        route.path
        for route in all_routes()
        if getattr(inspect.unwrap(route.view), "csrf_exempt", False)
        or getattr(route.view, "csrf_exempt", False)
    }
    ours = {path for path in exempt if not path.startswith(("/admin/", "/accounts/"))}
    assert ours != set()
    assert [path for path in ours if not path.startswith(UNCOUNTED_FORMS)] == []


def test_a_log_goes_where_it_is_asked_for_and_names_no_address(front):
    assert set(re.findall(r"access_log (.*);", written())) == {"off"}
    text = written("--access-log=/var/log/nginx/site.log")
    assert "access_log /var/log/nginx/site.log site;" in text
    log = text.partition("log_format site")[2].partition(";")[0]
    assert (
        re.findall(r"addr|request_uri|\$request\b|args|query|referer|user_agent|cookie", log) == []
    )


def test_every_secret_address_is_cut_in_the_log(front):
    text = written()
    for prefix in (
        "/newsletter/unsubscribe/",
        "/privacy/confirm/",
        "/accounts/password/reset/key/",
    ):
        assert f'"~*^(?<beginning>{prefix}'.replace("-", "\\-") in text


def test_a_published_page_comes_before_the_site_is_asked(front, monkeypatch):
    look = "try_files /published$uri @site;"
    monkeypatch.setattr(nginx, "PARTS", (*nginx.PARTS, lambda front: nginx.Part(first=f"{look}\n")))
    text = written()
    assert f"location / {{\n        client_max_body_size 64k;\n        {look}\n    }}" in text
    assert (
        "location @site {\n        client_max_body_size 64k;\n        proxy_pass http://site;"
        in text
    )


def test_a_text_that_nginx_would_take_for_a_variable_is_refused(front):
    front.COMPANY = type("Company", (), {"short_name": "Cash$"})()
    with pytest.raises(ValueError, match="dollar"):
        written()


@pytest.mark.parametrize("named", ["latest", "1.22-1", ""])
def test_a_version_is_a_number(front, named, monkeypatch):
    monkeypatch.setattr("sens_site.management.commands.nginx_conf.installed_version", lambda: "")
    with pytest.raises(CommandError, match=r"like 1\.22\.1"):
        call_command("nginx_conf", f"--nginx-version={named}")


@pytest.mark.parametrize(
    ("said", "version"), [("nginx version: nginx/1.18.0 (Ubuntu)\n", "1.18.0"), ("a fault", "")]
)
def test_the_version_is_that_of_the_nginx_on_this_machine(monkeypatch, said, version):
    monkeypatch.setattr("shutil.which", lambda *a, **k: "/usr/sbin/nginx")
    done = subprocess.CompletedProcess([], 0, "", said)
    monkeypatch.setattr("subprocess.run", lambda *a, **k: done)
    assert installed_version() == version
    monkeypatch.setattr("shutil.which", lambda *a, **k: None)
    assert installed_version() == "1.25.1"


def test_files_are_named_in_whole_as_nginx_would_look_elsewhere_for_short_names(
    front, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    short = lines("--certificate=a.pem", "--key=b/c.pem", "--access-log=log")
    assert f"ssl_certificate {tmp_path}/a.pem;" in short
    assert f"ssl_certificate_key {tmp_path}/b/c.pem;" in short
    assert f"access_log {tmp_path}/log site;" in short
    whole = lines("--certificate=/etc/a.pem", "--key=engine:card:1", "--access-log=syslog:server=x")
    assert "ssl_certificate /etc/a.pem;" in whole
    assert "ssl_certificate_key engine:card:1;" in whole
    assert "access_log syslog:server=x site;" in whole
    assert "access_log off;" in lines("--access-log=off")
