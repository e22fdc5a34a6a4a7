"""What is looked at where somebody asks for a copy."""

from io import BytesIO
from zipfile import ZipFile

from sens_site.promises.neighbours import files_in


def test_a_copy_is_unpacked_and_a_page_is_read_as_it_is():
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("data.json", "{}")
        archive.writestr("index.html", "<p>")
    assert list(files_in(packed.getvalue())) == [b"{}", b"<p>"]
    assert list(files_in(b"<p>Not today.</p>")) == [b"<p>Not today.</p>"]
