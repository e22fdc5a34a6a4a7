"""After the commands of docs/operations.md there is a site, held in, that can be taken care of.

The tests go on from each other, in their order: one machine, as an operator comes to have it.
"""

import base64
import hashlib
import re

from tests.install.conftest import CERTIFICATE, SITE, Installed
from tests.install.document import NEW_VERSION, PUBLISHED, without_remark

PAGES = ("/", "/privacy/", "/contact/", "/about/", "/news/", "/downloads/", "/accounts/login/")
MOST_EXPOSED = 2.0
UNITS = ("website", "website-web", "website-worker")
FILE_OF_NGINX = r'etag: "[0-9a-f]+-[0-9a-f]+"'
KEPT_FROM_OTHERS = (
    f"find {SITE}/var {SITE}/.env -path {SITE}/var/static -prune -o -not -type l -perm /007 -print"
)
"""All but what everybody is sent anyway."""


def test_what_is_not_good_yet_is_what_only_the_company_knows(installed: Installed):
    (said,) = [said for line, said in installed.said.items() if "check --deploy" in line]
    assert set(re.findall(r"\((\w+\.E\d+)\)", said)) == {"sens_site.E004"}


def test_the_first_account_is_made_as_soon_as_the_site_has_started(installed: Installed):
    (said,) = [said for line, said in installed.said.items() if "make_staff" in line]
    assert "Staff account ada is ready." in said


def test_pages_come_by_http_2_and_tls_1_3_and_set_no_cookie(installed: Installed):
    for path in PAGES:
        told = installed.curl(path, "--head", "--write-out", "%{http_code} %{http_version}\n")
        assert told.endswith("200 2\n"), (path, told)
        assert "set-cookie" not in told.lower(), path
        assert "strict-transport-security: " in told, path
    installed.curl("/", "--tlsv1.3")
    assert "404" in installed.curl("/no-such-page/", "--head")
    assert "404" in installed.curl("/metrics", "--head")
    redirect = installed.curl("/about/", "--head", host="http://www.example.com")
    assert "Location: https://www.example.com/about/" in redirect


def test_web_server_and_worker_run_as_nobody_who_could_change_the_site(installed: Installed):
    group = "/sys/fs/cgroup/systemd/system.slice/website.service/cgroup.procs"
    run = installed.machine.run
    pids = run(f"cat {group} || cat {group.replace('/systemd', '', 1)}").split()
    seen = [run(f"tr '\\0' ' ' < /proc/{pid}/cmdline; stat -c %U /proc/{pid}") for pid in pids]
    assert {line.split()[-1] for line in seen} == {"website"}
    assert [line for line in seen if "granian" in line] != []
    assert [line for line in seen if "manage.py worker" in line] != []
    owned = f"find {SITE} -user website -not -path '{SITE}/var*'"
    assert run(owned) == ""


def test_others_on_the_machine_read_nothing_that_the_site_keeps(installed: Installed):
    assert installed.machine.run(KEPT_FROM_OTHERS) == ""


def test_the_units_are_shut_in(installed: Installed):
    for unit in UNITS:
        said = installed.machine.run(
            f"systemd-analyze security --offline=true --no-pager {SITE}/deploy/systemd/{unit}.service"
        )
        (level,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", said)
        assert float(level) <= MOST_EXPOSED
        print(f"{unit}: {level}")
    said = installed.machine.run("systemd-analyze security --no-pager website")
    assert float(re.findall(r"Overall exposure level for \S+: ([\d.]+)", said)[0]) <= MOST_EXPOSED
    assert installed.machine.run("systemctl --failed --quiet") == ""


def test_the_doctor_finds_nothing_but_what_people_have_to_do(installed: Installed):
    page = installed.manage("doctor", check=False)
    for chapter in ("At work", "Database", "What was sealed", "Promises", "What waits"):
        assert f"\n{chapter}: nothing\n" in page, page


def test_a_backup_is_made_and_tried_and_takes_the_place_of_what_was(installed: Installed):
    made = installed.manage("backup --new-key /tmp/key")  # elsewhere in earnest
    (recipient,) = re.findall(r"^BACKUP_RECIPIENTS=age1\w+$", made, re.MULTILINE)
    key = installed.machine.run("cat /tmp/key && rm /tmp/key").encode()
    installed.edit(lambda line: recipient if line == "BACKUP_RECIPIENTS=" else line)
    installed.machine.run("systemctl restart website")
    installed.manage("backup")
    said = installed.manage("restore --identity /dev/stdin --drill", given=key)
    assert "can be restored. The date is noted." in said
    installed.machine.run("systemctl stop website")
    # Nobody was erased on this site, so that there is no ledger yet.
    said = installed.manage("restore --identity /dev/stdin --replace --ledger backup", given=key)
    assert "the site may open." in said
    installed.machine.run("systemctl start website")
    assert "200" in installed.curl("/privacy/", "--head")
    assert installed.machine.run(KEPT_FROM_OTHERS) == ""


def test_a_new_version_is_taken_over(installed: Installed):
    for line in NEW_VERSION:
        installed.machine.run(f"cd {SITE}; {without_remark(line)}")
    assert "200" in installed.curl("/about/", "--head")


def test_nginx_sends_public_pages_as_files_and_packs_them_by_the_dictionary(installed: Installed):
    setting, *commands = map(without_remark, PUBLISHED)
    wanted = {"PUBLISHED_ROOT": setting, "COMPRESSION_DICTIONARY": "COMPRESSION_DICTIONARY=true"}
    installed.edit(lambda line: wanted.get(line.partition("=")[0], line))
    for line in commands:
        typed = line.replace("nginx_conf", f"nginx_conf {CERTIFICATE}")
        installed.machine.run(f"cd {SITE}; {typed}")
    until_published(installed)
    kept = installed.machine.run(f"find {SITE}/var -maxdepth 1 -type f -perm /007")
    assert kept == ""  # nginx may pass through the folder now
    (link,) = re.findall(r'<(\S+)>; rel="compression-dictionary"', installed.curl("/", "--head"))
    digest = hashlib.sha256(installed.curl(link).encode()).digest()
    has_it = f"Available-Dictionary: :{base64.b64encode(digest).decode()}:"
    takes_it = "Accept-Encoding: gzip, br, dcz"
    told = installed.curl("/about/", "--head", "--header", has_it, "--header", takes_it)
    assert "content-encoding: dcz" in told
    assert re.search(FILE_OF_NGINX, told)


def test_after_a_new_start_of_the_machine_the_site_is_there(installed: Installed):
    installed.machine.halt()
    installed.machine.boot()
    installed.machine.run("systemctl is-active website nginx")
    for path in PAGES:
        assert "200" in installed.curl(path, "--head"), path
    assert installed.machine.run("systemctl --failed --quiet") == ""


def until_published(installed: Installed) -> None:
    """Wait until nginx answers by itself, as the tag of a file of its own shows."""
    for _ in range(300):
        if re.search(FILE_OF_NGINX, installed.curl("/about/", "--head")):
            return
        installed.machine.run("sleep 1")
    raise AssertionError("nginx asks the site for /about/.")
