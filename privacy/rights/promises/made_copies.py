"""The copies that staff make for who has asked, by whatever way the request came and was proven."""

import zipfile
from itertools import cycle

from privacy.datamap.export import DATA, MANIFEST, PAGE
from privacy.datamap.portable import FILE, SCHEMA_FILE
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.export_files import make_export, path_of
from privacy.rights.intake import open_request
from privacy.rights.promises.played_requests import ADDRESS, at_the_desk

COPY = frozenset({DATA, PAGE, MANIFEST})
TO_TAKE_ALONG = COPY | {FILE, SCHEMA_FILE}


def each_way_gives_the_file(site: RunningSite) -> int:
    """Require that whoever wants to take it along gets the file for that; return how many ways there are."""
    with at_the_desk(site) as staff:
        for channel, proof in zip(Channel, cycle(Proof), strict=False):
            for kind, expected in (
                (Kind.PORTABILITY, TO_TAKE_ALONG),
                (Kind.ACCESS, COPY),
            ):
                asked = open_request(
                    kind=kind, name="A check", email=ADDRESS, text=f"By {channel}.",
                    channel=channel, proof=proof,
                )  # fmt: skip
                path = path_of(make_export(asked, by=staff))
                with zipfile.ZipFile(path) as archive:
                    held = set(archive.namelist())
                path.unlink()
                lacking = sorted(expected - held)
                require(not lacking, f"who asks by {channel} ({kind}) gets no {lacking[:1]}")
    return len(Channel)
