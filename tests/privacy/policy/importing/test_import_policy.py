"""`manage.py import_policy` reports, and makes a draft whose author is who imports it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from privacy.policy.models import PolicyDraft
from tests.factories.people import make_staff
from tests.privacy.policy.importing.test_sniff import REFUSED
from tests.privacy.policy.importing.test_text_reader import PLAIN

PAGE = "<p><a href=/a>x</a> <b hidden>no</b> 1<sup>2</sup></p><ol type=a><li>b</ol>"


@pytest.fixture(autouse=True)
def _importer(db: None) -> None:
    make_staff("vera")


def run(path: Path, *arguments: str, **options: object) -> None:
    call_command("import_policy", str(path), "--by=vera", *arguments, **options)


def test_the_command_makes_a_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "policy.txt"
    file.write_text(PLAIN)
    run(file, "--effective=2027-05-01", policy="terms", kind="minor", summary="Ours.")
    draft = PolicyDraft.objects.get()
    assert draft.author is not None
    assert (draft.policy.slug, draft.kind, draft.summary, str(draft.effective_on)) == (
        "terms",
        "minor",
        "Ours.",
        "2027-05-01",
    )
    assert draft.author.username == "vera"
    assert capsys.readouterr().out == (
        "text: 79 words, 3 headings, 5 paragraphs, 7 list items, 3 links.\n"
        f"Draft {draft.pk} of the terms and conditions is made. "
        "Read, preview and seal it in the admin.\n"
    )


def test_what_is_left_out_is_reported_and_nothing_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "policy.html"
    file.write_text(PAGE)
    run(file, look=True)
    assert capsys.readouterr().out == (
        "HTML: 4 words, 1 paragraph, 1 list item, 1 link.\n"
        "Left out:\n  line 1: hidden <b> “no”. The page hides it from its readers.\n"
        "Shown otherwise:\n"
        "  line 1: <ol>. Its numbers or letters are written out before each item.\n"
        "Links relative to the old site:\n  line 1: x → /a\n"
        "Nothing was stored.\n"
    )
    assert PolicyDraft.objects.count() == 0


def test_links_of_the_old_site_have_to_be_settled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "policy.html"
    file.write_text(PAGE)
    with pytest.raises(CommandError, match="Say what becomes of the links listed above"):
        run(file)
    assert PolicyDraft.objects.count() == 0
    run(file, relative_links="absolute", old_site="https://old.test")
    assert "[x](https://old.test/a)" in PolicyDraft.objects.get().source_text
    run(file, relative_links="drop")
    assert "line 1: x → taken out" in capsys.readouterr().out


def test_a_text_imported_twice_is_one_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "policy.txt"
    file.write_text(PLAIN)
    run(file)
    run(file)
    assert PolicyDraft.objects.count() == 1
    assert "holds this text already." in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["empty", "RTF", "damaged zip"])
def test_the_command_stores_nothing_of_a_refused_file(tmp_path: Path, kind: str):
    data, name, message = REFUSED[kind]
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(CommandError) as refusal:
        run(file)
    assert str(refusal.value).startswith(f"{name} was not imported.")
    assert message in str(refusal.value)
    assert PolicyDraft.objects.count() == 0


def test_a_file_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(CommandError, match=r"absent\.txt cannot be read"):
        run(tmp_path / "absent.txt")


@pytest.mark.parametrize("fields", [{}, {"is_superuser": False}, {"is_staff": False}])
def test_nobody_imports_who_may_write_no_drafts(tmp_path: Path, fields: dict[str, bool]):
    if fields:
        make_staff("nora", **fields)
    (tmp_path / "a.txt").write_text("We keep it.")
    with pytest.raises(CommandError, match="nora is no member of staff who may write drafts"):
        call_command("import_policy", str(tmp_path / "a.txt"), by="nora")
    assert PolicyDraft.objects.count() == 0
