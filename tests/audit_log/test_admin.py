"""The list itself: read, filtered, and taken away as a file by whoever may."""

import csv
import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.data_subject import audit_trail_about
from accounts.erasure import erase_account
from audit_log.admin import harmless
from audit_log.models import AuditEntry
from audit_log.services import record
from contact.models import ContactMessage
from privacy.datamap.erasure import erase, plan_erasure
from privacy.datamap.subjects import Subject, by_address, subject_of
from tests.client import SiteClient
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/audit_log/auditentry/"


@pytest.fixture
def alan(db):
    return make_staff("alan")


def test_the_list_tells_who_did_what_on_what_with_before_and_after(staff_client, alan):
    role = Group.objects.create(name="Readers")
    record(
        "changed",
        "Changed Name.",
        row=role,
        actor=alan,
        changes={"name": ["A", "Readers"]},
        place="/x/",
    )
    page = staff_client.get(LIST).content.decode()
    for words in ("alan", "Changed Name.", "group Readers", "name: A → Readers", "/x/"):
        assert words in page
    assert f'href="/admin/auth/group/{role.pk}/change/"' in page


def test_a_row_that_is_gone_or_has_no_page_is_named_without_a_link(staff_client, alan):
    role = Group.objects.create(name="Readers")
    record("changed", "x", row=role, actor=alan)
    record("changed", "x", row=Permission.objects.order_by("pk")[0], actor=alan)
    record("changed", "x", table=Group, actor=alan)
    role.delete()
    page = staff_client.get(LIST).content.decode()
    assert ("group Readers" in page, "/admin/auth/group/" in page.partition("result_list")[2]) == (
        True,
        False,
    )
    assert "permission " in page


def test_a_table_of_an_earlier_release_is_named_as_it_was_called(staff_client):
    AuditEntry.objects.create(kind="other", did="x", table="shop.Order", row="1", place="")
    AuditEntry.objects.create(kind="other", did="x", table="", place="")
    assert "shop.Order" in staff_client.get(LIST).content.decode()


def test_the_page_of_one_line_shows_it_and_lets_nobody_change_it(staff_client, alan):
    entry = record("changed", "Changed Name.", row=alan, actor=alan)
    page = staff_client.get(f"{LIST}{entry.pk}/change/")
    assert (page.status_code, "user alan" in page.content.decode()) == (200, True)
    assert staff_client.post(f"{LIST}{entry.pk}/change/", {"did": "x"}).status_code == 403
    assert staff_client.get(f"{LIST}add/").status_code == 403
    assert staff_client.get(f"{LIST}999999/change/").status_code == 302


@pytest.mark.parametrize("who", ["alan", "operator", "former"])
def test_the_list_is_filtered_by_who_acted_also_by_former_colleagues(staff_client, alan, who):
    former = make_staff("former")
    for actor in (alan, former, None):
        record("other", f"By {actor.username if actor else 'operator'}.", actor=actor)
    marks = {e.did: e.pseudonym for e in AuditEntry.objects.all()}
    former.delete()
    chosen = {"alan": marks["By alan."], "operator": "operator", "former": marks["By former."]}
    found = staff_client.get(f"{LIST}?who={chosen[who]}").context["cl"].result_list
    assert [e.did for e in found] == [f"By {who}."]


@pytest.mark.parametrize("lines", [1, 3])
def test_the_list_costs_the_same_for_one_line_and_for_three(staff_client, alan, lines):
    staff_client.get(LIST)
    for number in range(lines):
        record("changed", "x", row=Group.objects.create(name=f"Role {number}"), actor=alan)
    with CaptureQueriesContext(connection) as queries:
        staff_client.get(LIST)
    assert len(queries) == 10, [q["sql"] for q in queries]


def test_the_file_holds_what_the_list_shows_and_is_written_down_itself(staff_client, alan):
    record("changed", "=1+1", actor=alan, place="/admin/")
    record("other", "Something else.", actor=alan)
    response = staff_client.post(f"{LIST}export.csv?kind__exact=changed")
    header, *lines = csv.reader(io.StringIO(response.content.decode()))
    assert header == ["when", "who", "kind", "what", "on what", "before and after", "from where"]
    assert [line[1:] for line in lines] == [["alan", "changed", "'=1+1", "", "", "/admin/"]]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.who, entry.kind, entry.did) == ("grace", "fetched", "Downloaded 1 entries.")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_like_a_formula(start):
    assert harmless(f"{start}SUM(A1)") == f"'{start}SUM(A1)"
    assert harmless(f"a{start}") == f"a{start}"


@pytest.mark.parametrize(("rights", "looks", "takes"), [
    ((), 403, 403), (("view_auditentry",), 200, 403), (("export_auditentry",), 403, 403),
    (("view_auditentry", "export_auditentry"), 200, 200),
])  # fmt: skip
def test_looking_and_taking_away_are_two_rights(rights, looks, takes):
    clerk = make_staff("clerk", is_superuser=False)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = SiteClient()
    client.force_login(clerk)
    page = client.get(LIST)
    assert page.status_code == looks
    assert ("export.csv" in page.content.decode()) is (takes == 200)
    assert client.post(f"{LIST}export.csv").status_code == takes
    assert client.get(f"{LIST}export.csv").status_code in (403, 405)


def test_an_erased_colleague_stays_under_a_pseudonym(alan):
    entry = record("other", "Sealed.", actor=alan, row=alan)
    erase_account(alan)
    entry.refresh_from_db()
    assert (entry.actor, entry.row, entry.did) == (None, None, "Sealed.")
    assert entry.who == f"former colleague {entry.pseudonym}"


def test_of_an_erased_customer_no_number_stays(alan):
    ada, bea = make_person("ada"), make_person("bea")
    message = ContactMessage.objects.create(
        name="Ada", email=ada.email, message="Hello.", fingerprint="x"
    )
    for row in (ada, bea, message):
        record("changed", "Changed.", row=row, actor=alan)
    assert plan_erasure(subject_of(ada)).counts["audit_log.AuditEntry"] == 2
    erase_account(ada)
    found = AuditEntry.objects.order_by("pk").values_list("row", "actor")
    assert list(found) == [(None, alan.pk), (str(bea.pk), alan.pk), (None, alan.pk)]


def test_of_somebody_without_an_account_no_number_stays_either(alan):
    guest = "guest@elsewhere.test"
    message = ContactMessage.objects.create(
        name="Guest", email=guest, message="Hello.", fingerprint="y"
    )
    record("changed", "Answered.", row=message, actor=alan)
    record("changed", "Changed.", row=alan, actor=alan)
    erase(by_address(guest), cause="request")
    found = AuditEntry.objects.order_by("pk").values_list("row", "actor")
    assert list(found) == [(None, alan.pk), (str(alan.pk), alan.pk)]


def test_an_erasure_that_is_done_again_leaves_what_came_later(alan):
    early = record("other", "Early.", actor=alan)
    later = record("other", "Later.", actor=alan)
    subject = subject_of(alan).as_of(early.at)
    assert list(AuditEntry.objects.filter(audit_trail_about(subject))) == [early]
    assert later not in AuditEntry.objects.filter(audit_trail_about(Subject()))
