"""The set-up list: each item is done when what it asks for is there, and open again when it is gone."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from outbox.job_runs import BACKUP_MADE, MAIL_ARRIVED, RESTORE_TRIED, note_begun, note_done
from outbox.models import JobRun, OutboxMail
from pages.services import edit_page
from privacy.datamap.backups import NO_BACKUP, NO_RESTORE, OLD_BACKUP
from privacy.policy.models import PolicyVersion
from privacy.promises.models import PromiseResult, PromiseRun
from sens_site.lib.content import load_company
from sens_site.management.commands.check_restored import _moment
from sens_site.set_up import EXAMPLE, set_up_items
from tests.client import SiteClient
from tests.factories.people import make_person, make_staff
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


def gaps(title: str) -> list[str]:
    (item,) = [item for item in set_up_items() if item.title == title]
    return list(item.gaps)


def result(state: str = "kept", *, hours: int = 0) -> PromiseResult:
    return PromiseResult.objects.create(
        claim_id=f"some.{state}", check_name="x", look="outside", strength="shown", state=state,
        words=f"Found {state}.", checked_at=timezone.now() - timedelta(hours=hours),
    )  # fmt: skip


def as_company(settings, folder):
    settings.CONTENT_DIR = folder
    settings.COMPANY = load_company(folder)


@pytest.fixture
def copied(tmp_path, settings):
    """A company that has copied the example and changed nothing yet."""
    call_command("start_content", str(tmp_path / "acme"), stdout=StringIO())
    as_company(settings, tmp_path / "acme")
    return settings.CONTENT_DIR


def test_what_a_company_took_over_from_the_example_is_not_its_own(copied, settings):
    assert gaps("What only the company knows") == [
        f"{name} in company.toml is still the example's."
        for name in ("legal_name", "formal_name", "short_name", "street", "postal_code", "phone")
    ]
    assert gaps("Logo and icons") == [
        "templates/company/logo.html is still the example's.",
        "static/img/icon.png is still the example's.",
        "static/img/icon.svg is still the example's.",
        "static/img/share.png is still the example's.",
    ]
    own = {
        name: f"{name} of ours" for name in ("legal_name", "formal_name", "short_name", "street")
    }
    settings.COMPANY = replace(settings.COMPANY, **own, postal_code="12345", phone="(303) 678-1234")
    assert gaps("What only the company knows") == []
    (copied / "templates/company/logo.html").write_text("<svg></svg>")
    (copied / "static/img/icon.png").unlink()
    (copied / "static/img/icon.svg").write_text("<svg></svg>")
    (copied / "static/img/share.png").write_bytes(b"ours")
    assert gaps("Logo and icons") == []


def test_what_start_content_leaves_open_is_named(settings):
    settings.COMPANY = replace(settings.COMPANY, street="[your street]")
    assert gaps("What only the company knows")[-1:] == [
        "street in company.toml is still “[your street]”."
    ]


def test_the_example_itself_lacks_nothing_of_a_company(settings):
    as_company(settings, EXAMPLE)
    for title in ("What only the company knows", "Logo and icons", "Placeholders in public texts"):
        assert gaps(title) == []


DEPARTMENTS = (
    "General Contact", "Tech Support / Service", "Sales – Marine & Filtered Chargers, DC Systems",
    "Sales – Genset Products", "Order Status", "Feedback",
)  # fmt: skip


def test_what_counsel_and_contracts_have_still_to_say_is_named_with_its_place():
    assert gaps("What only the company knows") == [
        "The law that governs the terms: governing_law in company.toml",
        "The place of jurisdiction of the terms: jurisdiction in company.toml",
        *(f"{name}: recipient, hours in company.toml" for name in DEPARTMENTS),
    ]
    assert gaps("Firms, and agreements with them") == [
        "Runs the servers on which this website is: firm, country, safeguard, agreement in vendors.toml",
        "Carries our email: firm, country, safeguard, agreement in vendors.toml",
    ]


def test_a_page_is_completed_by_editing_it():
    title = "Pages that only the company can complete"
    before = gaps(title)
    assert len(before) == 4
    edit_page("/about/history/", title="History", description="Since 1920.", body="Founded.")
    assert [gap for gap in before if gap not in gaps(title)] == [
        "/about/history/: Add the company's own milestones, with dates that you can document."
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Write to [your address here].", "[your address here]"),
        ("Lorem ipsum dolor.", "Lorem ipsum"),
        ("Phone: [PHONE]", "[PHONE]"),
        ("Answer […]", "[…]"),
        ("TODO: prices", "TODO"),
        ("For the site owner: add it.", "For the site owner"),
        ("Call (555) 555-0100", "(555) 555-0100"),
        ("See [Contact](/contact/) and [ISO](/iso/).", ""),
        ("Every sentence is meant.", ""),
    ],
)
def test_a_placeholder_that_visitors_read_is_found(body, found):
    edit_page("/about/history/", title="History", description="Since 1920.", body=body)
    assert gaps("Placeholders in public texts") == (
        [f"/about/history/: “{found}”"] if found else []
    )


def test_a_policy_is_read_for_placeholders_too(monkeypatch):
    version = PolicyVersion.objects.in_force("privacy")
    assert version is not None
    version.source_text = "Write to [your address]."
    monkeypatch.setattr(
        PolicyVersion.objects, "in_force", lambda slug: version if slug == "privacy" else None
    )
    assert gaps("Placeholders in public texts") == ["/privacy/v/3/: “[your address]”"]
    assert gaps("First policy sealed") == []
    monkeypatch.setattr(PolicyVersion.objects, "in_force", lambda slug: None)
    assert len(gaps("First policy sealed")) == 1


def test_a_mail_arrives_when_its_code_comes_back(staff_client, staff, settings):
    assert len(gaps("Mail that arrives")) == 1
    address = "/admin/set-up/mail/"
    assert staff_client.post(address, {"code": ""}).status_code == 422  # none was sent
    assert staff_client.post(address, {"send": "yes"}).status_code == 200
    mail = OutboxMail.objects.get()
    assert mail.recipient == staff.email
    (code,) = [w for w in bytes(mail.message).decode().split() if w.isdecimal() and len(w) == 6]
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert staff_client.post(address, {"code": wrong}).status_code == 422
    assert len(gaps("Mail that arrives")) == 1
    assert staff_client.post(address, {"code": code}).status_code == 303
    assert gaps("Mail that arrives") == []
    assert staff_client.post(address, {"code": code}).status_code == 422


def test_a_code_is_not_guessed(staff_client):
    address = "/admin/set-up/mail/"
    staff_client.post(address, {"send": "yes"})
    mail = OutboxMail.objects.get()
    (code,) = [w for w in bytes(mail.message).decode().split() if w.isdecimal() and len(w) == 6]
    for _ in range(5):
        staff_client.post(address, {"code": "x"})
    assert staff_client.post(address, {"code": code}).status_code == 422


def test_the_front_is_seen_from_outside_lately_and_without_a_fault():
    title = "Front server and encryption, seen from outside"
    assert gaps(title) == ["Nobody has looked from outside lately: manage.py check_front."]
    late = result(hours=49)
    assert gaps(title) == ["Nobody has looked from outside lately: manage.py check_front."]
    late.delete()
    result("not carried out")
    assert gaps(title) == ["The look from outside found nobody at the address of the site."]
    result("kept")
    assert gaps(title) == []
    result("broken")
    assert gaps(title) == ["Found broken."]


def test_colleagues_without_a_second_factor_are_named():
    make_staff("grace")
    assert gaps("Second factors") == []
    make_person("bea", is_staff=True)
    make_person("former", is_staff=True, is_active=False)
    make_person("customer")
    assert gaps("Second factors") == ["bea has none."]


def test_an_officer_is_a_colleague_who_is_there():
    role = Group.objects.get_or_create(name="Privacy officer")[0]
    gone = make_staff("gone", is_active=False)
    gone.groups.add(role)
    assert len(gaps("Privacy officer")) == 1
    make_staff("here").groups.add(role)
    assert gaps("Privacy officer") == []


def test_promises_were_looked_at_within_two_days():
    title = "Promises looked at"
    assert len(gaps(title)) == 1
    for number, days in ((10**6, 3), (10**6 + 1, 1)):
        at = timezone.now() - timedelta(days=days)
        PromiseRun.objects.create(
            number=number,
            at=at,
            record="{}",
            previous_hash=f"{number - 1:064}",
            hash=f"{number:064}",
        )
        assert len(gaps(title)) == (1 if days > 2 else 0)


def test_a_worker_is_alive_while_its_jobs_begin(monkeypatch):
    monkeypatch.setattr("outbox.job_runs.set_up_at", timezone.now)
    note_done(MAIL_ARRIVED)
    assert len(gaps("The worker")) == 1
    run = JobRun.objects.create(name="x", started_at=timezone.now() - timedelta(minutes=31))
    assert len(gaps("The worker")) == 1
    JobRun.objects.filter(pk=run.pk).update(started_at=timezone.now())
    assert gaps("The worker") == []


def test_a_restore_is_tried_every_thirty_days_by_whatever_means_backups_are_made():
    title = "Backup made, and restore tried"
    assert len(gaps(title)) == 2
    note_done(RESTORE_TRIED)
    assert gaps(title) == []
    JobRun.objects.update(succeeded_at=timezone.now() - timedelta(days=31))
    assert gaps(title) == [NO_RESTORE]


def test_where_the_site_makes_them_itself_a_backup_is_no_older_than_two_days(settings):
    title = "Backup made, and restore tried"
    settings.BACKUP_RECIPIENTS = ["age1…"]
    note_begun(BACKUP_MADE)
    assert gaps(title) == [NO_BACKUP, NO_RESTORE]
    note_done(RESTORE_TRIED)
    assert gaps(title) == [OLD_BACKUP]
    note_done(BACKUP_MADE)
    assert gaps(title) == []
    JobRun.objects.filter(name=BACKUP_MADE).update(
        succeeded_at=timezone.now() - timedelta(hours=49)
    )
    assert gaps(title) == [OLD_BACKUP]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////nowhere/at/all.sqlite3", "no such file"),
        ("nonsense://x", "no address of a database"),
        ("", "no address of a database"),
    ],
)
def test_what_is_no_copy_is_refused(url, says):
    with pytest.raises(CommandError, match=says):
        call_command("check_restored", url)
    assert JobRun.objects.filter(name=RESTORE_TRIED).exists() is False


def test_the_database_of_the_site_is_no_copy_of_itself():
    name = connections["default"].settings_dict["NAME"]
    engine = "sqlite:///" if connections["default"].vendor == "sqlite" else "postgresql:///"
    with pytest.raises(CommandError, match="no copy"):
        call_command("check_restored", f"{engine}{name}")


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "no tables of this site"), (b"no database" * 100, "cannot be read")]
)
def test_another_file_is_no_copy(tmp_path, content, says):
    (tmp_path / "other.sqlite3").write_bytes(content)
    with pytest.raises(CommandError, match=says):
        call_command("check_restored", f"sqlite:///{tmp_path}/other.sqlite3")


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("", ""),
        ("DELETE FROM django_migrations WHERE app = 'outbox'", "lacks 1 migrations"),
        ("DELETE FROM policy_policyversion WHERE number = 1", "lacks 2 sealed versions"),
        ("DELETE FROM outbox_jobrun", "older than two days"),
        ("UPDATE outbox_jobrun SET started_at = '2020-01-01 00:00:00'", "older than two days"),
    ],
)
def test_a_copy_is_compared_with_the_site(tmp_path, damage, says):
    note_done("some job")
    file = tmp_path / "restored.sqlite3"
    with sqlite3.connect(file) as copy:
        for table in ("django_migrations", "policy_policyversion", "outbox_jobrun"):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own tables
                names = [column[0] for column in cursor.description]
                rows = cursor.fetchall()
            copy.execute(f"CREATE TABLE {table} ({', '.join(names)})")
            places = ", ".join("?" * len(names))
            copy.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - as above
        copy.execute(damage)
    copy.close()
    if says:
        with pytest.raises(CommandError, match=says):
            call_command("check_restored", f"sqlite:///{file}")
    else:
        call_command("check_restored", f"sqlite:///{file}", stdout=StringIO())
    assert JobRun.objects.filter(name=RESTORE_TRIED).exists() is not bool(says)


def test_a_moment_of_the_other_database_is_read_as_well():
    now = timezone.now()
    assert _moment(now) == _moment(str(now.replace(tzinfo=None))) == now


@pytest.mark.parametrize("who", ["a clerk", "a customer"])
def test_the_set_up_is_the_owners(who):
    user = make_staff("clerk", is_superuser=False) if who == "a clerk" else make_person("ada")
    client = SiteClient()
    client.force_login(user)
    expected = 403 if who == "a clerk" else 302
    assert client.get("/admin/set-up/").status_code == expected
    assert client.post("/admin/set-up/mail/", {"send": "yes"}).status_code == expected
    assert OutboxMail.objects.count() == 0


def test_an_owner_sees_all_with_a_link_each_until_it_is_done(staff_client):
    page = read(staff_client.get("/admin/set-up/"))
    titles = [link.text for link in page.find("a", inside="div.set-up")]
    assert len(titles) == 13
    assert "Second factors: done" in [
        li.partition("\n")[0] for li in page.texts("li", inside="div.set-up")
    ]
    home = read(staff_client.get("/admin/"))
    assert "Second factors" not in [a.text for a in home.find("a", inside="div.set-up")]
    for link in page.find("a", inside="div.set-up"):
        assert staff_client.get(link.attributes["href"]).status_code == 200
