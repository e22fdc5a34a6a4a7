"""A promise about the page of the copy that people read; `export_and_erasure` reads the other files.

And about the copy that is made for a request: it is the one that people make for themselves.
"""

import json
import re
import secrets
import zipfile
from typing import Any

from django.contrib.auth import get_user_model

from accounts.data_subject import subject_of
from privacy.datamap.promises.export_and_erasure import archive_of
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.export_files import make_export, path_of
from privacy.rights.intake import open_request
from sens_site.promises.access import Somebody


@promise("rights.copy", look=Look.REHEARSAL)
def the_copy_reads_as_what_is_stored(site: RunningSite) -> Evidence:
    """In the page for readers each value stands under its name, a yes is a yes, none is said."""
    with site.rehearsal():
        person = Somebody(site)
        own = archive_of(subject_of(person.user))
        page = own["index.html"]
        kinds = _requests_bring_the_same(person, json.loads(own["data.json"])["tables"])
    parts = dict(one.split("</h2>", 1) for one in page.split("<h2>")[1:])
    names = re.findall(r"<th>(.*?)</th>", parts["Messages to us"])
    values = re.findall(r"<td>(.*?)</td>", parts["Messages to us"])
    require(names and len(names) == len(values), "the copy does not name what it shows")
    said = dict(zip(names, values, strict=True))
    wish = said.get("wants to be contacted")
    require(wish == "yes", f"the copy says “{wish}” of a wish to be contacted")
    require(said.get("phone") == "1", "the copy shows something under another name")
    empty = parts["Second factors"]
    require("nothing held" in empty and "<td>" not in empty, "the copy does not say what is empty")
    return Evidence(
        "Played through for this check: the copy showed each value of a message under its name, "
        "and said of what there was nothing; and a copy that was asked for held what one has that is "
        "taken while logged in.",
        {"values": len(values), "kinds of requests": kinds},
    )


def _requests_bring_the_same(person: Somebody, own: dict[str, list[Any]]) -> int:
    """Require that each kind of request for a copy brings every row of the one that is taken at once."""
    staff = get_user_model().objects.create_user(username=f"check{secrets.token_hex(6)}")
    kinds = (Kind.ACCESS, Kind.PORTABILITY)
    for kind in kinds:
        asked = open_request(
            kind=kind, name=person.mark, email=person.email, text="Rolled back.",
            channel=Channel.FORM, proof=Proof.LINK,
        )  # fmt: skip
        file = path_of(make_export(asked, by=staff))
        try:
            with zipfile.ZipFile(file) as archive:
                brought = json.loads(archive.read("data.json"))["tables"]
        finally:
            file.unlink(missing_ok=True)
        for table, rows in own.items():
            lacking = [row for row in rows if row not in brought.get(table, ())]
            require(not lacking, f"a copy that is asked for ({kind}) leaves rows of {table} out")
    return len(kinds)
