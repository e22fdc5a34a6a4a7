"""Promises about what a person gets on request: the copy, what it says, and the erasure.

What is to be found is read from the database (`raw_rows`), what is expected is written out here.
"""

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from privacy.datamap import ledger
from privacy.datamap.erasure import erase, plan_erasure
from privacy.datamap.export import DATA, MANIFEST, PAGE, stream_export
from privacy.datamap.models import Erasure
from privacy.datamap.promises.copied_rows import is_whole
from privacy.datamap.promises.ledger_lines import names_nobody
from privacy.datamap.promises.picked_out import (
    COPIED_BY,
    ERASED_AGAIN_BY,
    ERASED_BY,
    nothing_more_is_picked_out,
)
from privacy.datamap.promises.played_people import Played
from privacy.datamap.promises.raw_rows import Database, Rows, texts_of
from privacy.datamap.promises.rows_of_accounts import each_row_has_its_account
from privacy.datamap.promises.states_of_rows import in_every_state
from privacy.datamap.replay import replay
from privacy.datamap.subjects import Subject, by_address
from privacy.datamap.terms import OnErase
from privacy.promises.registry import Evidence, Look, NotCarriedOut, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights.promises.made_copies import each_way_gives_the_file

NOT_COPIED = frozenset({"django_admin_log"})
"""The trail of what staff did. It speaks of a person, and an erasure takes the person out of it."""
NOTHING_MORE = (
    "account_emailaddress accounts_idlenotice accounts_policyacceptance accounts_user_groups"
    " accounts_user_user_permissions consent_personalrefusals downloads_downloadrecord"
    " downloads_watch downloads_watchnotice policy_policyacknowledgement"
)
LEFT_OUT: Mapping[str, frozenset[str]] = {
    table: frozenset({"id", "user_id", *columns.split()})
    for table, columns in {
        **dict.fromkeys(NOTHING_MORE.split(), ""),
        "account_emailconfirmation": "key",
        "accounts_confirmedaddress": "address_hash",
        "accounts_registration": "address_hash",
        "accounts_session": "session_key session_data",
        "accounts_user": "password",
        "contact_contactmessage": "quarantined_because announced_at answered_by_id answer_note"
        " fingerprint fingerprint_day assigned_to_id remind_on alarmed_at being_answered_by_id"
        " being_answered_until duplicate_of_id",
        "contact_messagenote": "by_id",
        "contact_messagephoto": "position",
        "contact_messagereply": "by_id header_id",
        "contact_orderstate": "listed_at",
        "contact_replydraft": "text edited_by_id",
        "mfa_authenticator": "data",
        "outbox_outboxmail": "message_id dedupe_key sender message due_at attempts claim"
        " lease_until parked_at last_error request_id",
        "rights_exportfile": "file_name",
        "rights_mailedlink": "token_hash",
        "rights_requestevent": "actor fact",
        "rights_requestnote": "",
        "rights_internalnote": "author",
        "rights_requestscan": "file_name content_type size sha256",
        "rights_subjectrequest": "fingerprint is_held handler answering answering_since remind_on",
        "rights_systemcheck": "",
        "rights_vendortask": "",
    }.items()
}
"""What the copy of each table leaves out: numbers of rows, secrets, and the state of our work."""
OF_OURS = frozenset({"rights_systemcheck.system", "rights_vendortask.vendor"})
"""Words of lists of ours: which vendor was told, and which system was looked up."""


def archive_of(subject: Subject, *, portable: bool = False) -> dict[str, str]:
    """Return the files of a person's copy."""
    content = b"".join(stream_export(subject, portable=portable))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


@contextmanager
def person_and_neighbour(
    site: RunningSite, *, states: bool = True
) -> Iterator[tuple[Played, Played, Database]]:
    """Play two people who have something in every table, and one of them rows in every state."""
    with site.rehearsal():
        person, neighbour, database = Played(site), Played(site), Database.as_it_stands()
        if states:
            in_every_state(person, database)
        yield person, neighbour, database


@promise("rights.copy", look=Look.REHEARSAL)
def the_copy_is_whole_and_holds_nobody_else(site: RunningSite) -> Evidence:
    """Row for row and column for column, it holds what the database holds of the person."""
    nothing_more_is_picked_out(*COPIED_BY)
    with person_and_neighbour(site) as (person, neighbour, database):
        files = archive_of(person.subject)
        rows = person.rows(database)
    copy = {
        apps.get_model(label)._meta.db_table: found
        for label, found in json.loads(files[DATA])["tables"].items()
    }
    for table, held in rows.items():
        if table not in NOT_COPIED:
            require(table in copy, f"the copy leaves {table} out")
            left_out = LEFT_OUT.get(table, frozenset({"id"}))
            is_whole(table, list(held.values()), copy[table], files, left_out=left_out)
    for where, word in person.said.items():
        for name in (DATA, PAGE):
            require(word in files[name], f"{name} does not hold the {where} that was given")
    whole = "".join(files.values())
    require(neighbour.mark not in whole, "the copy holds somebody else’s data")
    require(person.password not in whole, "the copy holds what the person signs in with")
    empty = {table for table, found in copy.items() if found} - set(rows)
    require(not empty, f"the copy holds rows of {sorted(empty)[:1]} that are nobody’s")
    return Evidence(
        "Played through for this check with a person and a neighbour in every table, the copy held "
        "every row and column of the one, and nothing of the other.",
        {"tables": len(rows), "words given": len(person.said)},
    )


@promise("rights.portability", look=Look.REHEARSAL)
def the_copy_can_be_read_by_machines(site: RunningSite) -> Evidence:
    """The copy is JSON with named tables and columns, its digests fit, and the page hands it out."""
    with site.rehearsal():
        person = Played(site)
        files = archive_of(person.subject)
        door = person.visitor.get("/accounts/data/copy/")
        link = site.get("/accounts/data/copy/")
    data, manifest = json.loads(files[DATA]), json.loads(files[MANIFEST])
    for name in (DATA, PAGE):
        digest = sha256(files[name].encode()).hexdigest()
        require(manifest["sha256"].get(name) == digest, f"the digest of {name} does not fit")
    require(data["format"] == "site-export-1", f"the format is {data['format']}")
    tables = set(data["tables"])
    told = {item["table"] for item in manifest["items"]}
    require(tables == told, "the copy and its description name different tables")
    rows = [row for found in data["tables"].values() for row in found]
    require(rows and all(isinstance(row, dict) for row in rows), "the rows name no columns")
    asked = door.status == 303 and "reauthenticate" in door.header("Location")
    require(
        asked, f"the copy is handed out to who may only have found an open session ({door.status})"
    )
    require(link.status in (302, 303), f"a stranger’s wish for a copy is answered {link.status}")
    with site.rehearsal():
        person = Played(site)
        taken = archive_of(person.subject, portable=True)
        schema = site.get(urlsplit(json.loads(taken["portable.json"])["$schema"]).path)
    require(schema.status == 200, f"the format to take along is answered {schema.status}")
    require(
        json.loads(schema.text) == json.loads(taken["portable.schema.json"]),
        "the published format is not that of the file",
    )
    for word in ("name", "company", "position", "phone"):
        given = person.said[word] in taken["portable.json"]
        require(given, f"the {word} that was given cannot be taken along")
    ways = each_way_gives_the_file(site)
    return Evidence(
        "Played through for this check, a copy was JSON in a named format, described table by "
        "table, with digests that fit; what is taken along was in the format that is published, by "
        "whatever way somebody asked.",
        {"tables": len(tables), "rows": len(rows), "ways to ask": ways},
    )


@promise("rights.erasure", look=Look.REHEARSAL)
def an_erasure_leaves_nothing_and_touches_nobody_else(site: RunningSite) -> Evidence:
    """Afterwards no table names the person, and every row of the neighbour is as it was."""
    nothing_more_is_picked_out(*ERASED_BY)
    with person_and_neighbour(site) as (person, neighbour, database):
        before, theirs = person.rows(database), neighbour.rows(database)
        plan = plan_erasure(person.subject)
        report = erase(person.subject, cause="promise")
        left = _left_of(person, database)
        again = neighbour.rows(database)
    require(len(before) > 15, "the person was in few tables, so little can be shown")
    require(not left, f"something is left in {left[:3]}")
    require(again == theirs, f"somebody else lost or changed {_differing(theirs, again)}")
    require(report.counts == plan.counts, "the erasure did something else than was planned")
    silent = [line.title for line in report.kept if not line.reason]
    require(not silent, f"“{silent[:1]}” is kept without a reason")
    return Evidence(
        "Played through for this check with a person and a neighbour in every table, the erasure "
        "left nothing of the one, gave a reason for each record that stays, and touched nothing "
        "of the other.",
        {"tables": len(before), "kinds kept": len(report.kept)},
    )


def _left_of(person: Played, database: Database) -> list[str]:
    """Return where something of a person stands, or points to their account."""
    named = {
        place
        for place, text in texts_of(database.naming([person.mark]))
        if person.mark in text and place not in OF_OURS
    }
    account = get_user_model()._meta.db_table
    pointing = set(database.pointing_to(account, [person.user.pk]))
    there = get_user_model()._base_manager.filter(pk=person.user.pk).exists()
    return sorted(named | pointing | ({account} if there else set()))


def _differing(before: Rows, after: Rows) -> str:
    tables = [table for table in before if before[table] != after.get(table)]
    return ", ".join(sorted(tables)) or "nothing"


@contextmanager
def ledger_of_its_own() -> Iterator[Path]:
    """Have erasures write into a ledger that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger"
        with ledger.rehearsing(into=file):
            yield file


@promise("account.kept-after-deletion", look=Look.REHEARSAL)
def a_restored_backup_is_erased_again(site: RunningSite) -> Evidence:
    """The ledger outside the database holds hashes alone, and with it the erasure is done again."""
    nothing_more_is_picked_out(*ERASED_AGAIN_BY)
    people = person_and_neighbour(site, states=False)
    with people as (person, neighbour, database), ledger_of_its_own() as file:
        theirs = neighbour.rows(database)
        guest = f"{person.mark}-guest@example.com"
        written = {"name": "A check", "email": guest, "message": person.mark, "wants_contact": "on"}
        answer = site.visitor().post("/contact/webmaster/", {**written, "phone": "1"})
        require(answer.status == 303, "a message could not be sent")
        backup = transaction.savepoint()
        erase(person.subject, cause="promise")
        erase(by_address(guest), cause="promise")
        transaction.savepoint_rollback(backup)
        require(person.rows(database), "the backup could not be played")
        require(file.is_file(), "an erasure writes no line into the ledger")
        text = file.read_text(encoding="utf-8")
        lines = names_nobody(text)
        require(len(lines) == 2, f"two erasures write {len(lines)} lines into the ledger")
        require(person.mark not in text, "the ledger names the person")
        require(lines[0]["at"][:4].isdigit(), "the ledger does not say when")
        done = replay()
        require(done.people == 2, "a restored person is not erased again")
        left = _left_of(person, database)
        require(not left, f"after a restored backup something is left in {left[:3]}")
        again = neighbour.rows(database)
        require(again == theirs, f"a replay changed {_differing(theirs, again)} of somebody else")
        require(replay().lines == 0, "an erasure is done again for ever")
    return Evidence(
        "Played through for this check, an erasure wrote a keyed hash and the time into a file "
        "outside the database; with it, a restored person was erased again, and nobody else.",
        {"lines written": 2, "people erased again": 2},
    )


@promise("account.kept-after-deletion", look=Look.ROWS)
def the_ledger_knows_of_every_erasure(site: RunningSite) -> Evidence:
    """Each erasure of the last 35 days has its line in the file beside the database."""
    since = timezone.now() - timedelta(days=35)
    done = set(Erasure.objects.filter(erased_at__gt=since).values_list("reference", flat=True))
    file = Path(settings.ERASURE_LEDGER)
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    except OSError as error:
        raise NotCarriedOut("The erasure ledger could not be read.") from error
    names_nobody(text)
    missing = [reference for reference in done if reference not in text]
    require(not missing, f"the ledger does not know of {len(missing)} erasures")
    rows = each_row_has_its_account()
    return Evidence(
        "Every erasure of the last 35 days stands in the ledger outside the database, and no order is "
        "held of somebody who has no account.",
        {"erasures": len(done), "states of orders": rows},
    )


LISTED = frozenset({
    "access-logs", "backups", "contact.ContactMessage", "ledger", "newsletter.Suppression",
    "outbox.OutboxMail", "consent.ConsentReceipt", "rights.RequestEvent", "rights.SubjectRequest",
    "visits.PageView",
})  # fmt: skip
"""What the policy lists as kept after a deletion, as the data map calls it. A single view is a line
of an access log, kept by the same rule, and names nobody."""
ELSEWHERE = frozenset({"analytics-vendors", "cookies", "marketing-vendors"})
"""Not kept by us: in the person's own browser, or with vendors, who do not know the name."""


@promise("account.kept-after-deletion", look=Look.REHEARSAL)
def only_the_listed_records_stay(site: RunningSite) -> Evidence:
    """What a report can name as kept is on the list of the policy, each with its reason."""
    with site.rehearsal():
        lines = plan_erasure(Played(site).subject).lines
    kept = [one for one in lines if one.action is OnErase.KEEP and one.label not in ELSEWHERE]
    beside = sorted({line.label for line in kept} - LISTED)
    require(not beside, f"{beside[:1]} is kept and not on the list")
    silent = [line.title for line in kept if not line.reason]
    require(not silent, f"“{silent[:1]}” is kept without a reason")
    return Evidence(
        "Played through for this check, only records of the listed kinds could stay after a deletion, "
        "each with its reason.",
        {"kinds that may stay": len(kept)},
    )
