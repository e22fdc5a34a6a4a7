"""A promise about the page of the copy that people read; `export_and_erasure` reads the other files."""

import re

from accounts.data_subject import subject_of
from privacy.datamap.promises.export_and_erasure import archive_of
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.access import Somebody


@promise("rights.copy", look=Look.REHEARSAL)
def the_copy_reads_as_what_is_stored(site: RunningSite) -> Evidence:
    """In the page for readers each value stands under its name, a yes is a yes, none is said."""
    with site.rehearsal():
        person = Somebody(site)
        page = archive_of(subject_of(person.user))["index.html"]
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
        "and said of what there was nothing.",
        {"values": len(values)},
    )
