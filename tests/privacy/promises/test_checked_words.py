"""A text may only say what was read beside its checks, and each change of it is named."""

import shutil
import tomllib

import pytest
from django.conf import settings
from django.core.management import call_command

from privacy.promises.checked_words import FILE, words_now, words_read
from privacy.promises.checks import check_words
from sens_site.lib.content import read_versions

POLICY = "policy/privacy-3.md"
BY_MAIL = "They may come by email, by telephone or through features of this site."
NOBODY = "In this way nobody can subscribe you without your knowledge."
TEXTS = ("claims.toml", "company.toml", FILE)


@pytest.fixture
def folder(tmp_path, settings):
    """A copy of the company's texts, which a test may change."""
    for name in TEXTS:
        shutil.copy(settings.CONTENT_DIR / name, tmp_path / name)
    for name in ("policy", "pages", "news"):
        shutil.copytree(settings.CONTENT_DIR / name, tmp_path / name)
    settings.CONTENT_DIR = tmp_path
    return tmp_path


def change(file, old, new):
    """Change a text in one place, which must be there."""
    before = file.read_text("utf-8")
    assert before.count(old) >= 1
    file.write_text(before.replace(old, new, 1), "utf-8")


def named():
    """Return what is named, without the end that all have in common."""
    found = check_words()
    assert {one.id for one in found} <= {"promises.E204"}
    return [
        one.msg.removesuffix(" is not as it was when its checks were written.") for one in found
    ]


def test_the_shipped_texts_were_read():
    assert words_read(settings.CONTENT_DIR) == words_now(settings.CONTENT_DIR)
    assert named() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (POLICY, "records:** 24", "records:** up to 24", "The sentence of retention.downloads"),
        (POLICY, ", which site led you here", "", "The sentence of visits.what-is-kept"),
        (POLICY, "certain circumstances", "some cases", "The sentence of rights.erasure"),
        (POLICY, "(/privacy/record/)", "(/privacy/)", "The sentence of gdpr.public-record"),
        (POLICY, "{promise:signals.do-not-track}", "", "The sentence of signals.do-not-track"),
        (
            POLICY,
            "features of this site.{",
            "features of this site. Once a message is answered, we delete it.{promise:plain}{",
            f"A passage that is to claim nothing, “{BY_MAIL} Once a message is answered, we delete it.”,",
        ),
        (
            POLICY,
            "“Accept all”",
            "“Accept all” (twice)",
            "The sentence of banner.answer-and-policy-link",
        ),
        ("claims.toml", 'class = "S"', 'class = "P"', "The class of policy.last-updated"),
        ("claims.toml", "they cannot differ", "they may", "The meaning of policy.last-updated"),
        ("policy/versions.toml", "2020-07-17", "2020-07-18", "The version privacy 1"),
        ("policy/privacy-1.md", "privacy matters", "privacy counts", "The version privacy 1"),
        ("policy/terms-2.md", "at any time", "once a year", "The version terms 2"),
        (
            "pages/contact__general.md",
            "\n\n",
            "\n\nWhat you send with this form is gone: we delete it soon.\n\n",
            "What is said beside the policy, “pages/contact__general.md: we delete it soon.”,",
        ),
        (
            "pages/newsletter.md",
            NOBODY,
            "",
            f"What is said beside the policy, “pages/newsletter.md: {NOBODY}”,",
        ),
        (
            "pages/newsletter.md",
            "You are added only after you confirm from it, by a link or a code.",
            "You are added at once, and the message only says how to leave.",
            (
                "What is said beside the policy, “pages/newsletter.md: You are added at once, and the "
                "message only says how to leave.”,"
            ),
        ),
        (
            "pages/newsletter.md",
            "\n\n## How it works",
            "\n\nYou are added at once.\n\n## How it works",
            "What is said beside the policy, “pages/newsletter.md: You are added at once.”,",
        ),
        (
            "pages/downloads.md",
            "everything else here is open to you",
            "nothing here is open to you",
            (
                "What is said beside the policy, “pages/downloads.md: If you prefer not to register, "
                "nothing here is open to you, and you can call us.”,"
            ),
        ),
        (
            "company.toml",
            'newsletter_teaser = "',
            'newsletter_teaser = "Your account brings it to you. ',
            "What is said beside the policy, “company.toml: Your account brings it to you. ",
        ),
    ],
)
def test_each_change_is_named(folder, file, old, new, expected):
    change(folder / file, old, new)
    assert any(one.startswith(expected) for one in named())


def test_words_after_the_last_mark_are_named(folder):
    file = folder / POLICY
    file.write_text(f"{file.read_text('utf-8')}\n\nWe never share anything.\n", "utf-8")
    assert "A passage that is to claim nothing, “We never share anything.”," in named()


def test_a_claim_that_is_taken_from_the_list_is_named(folder):
    change(folder / "claims.toml", 'id = "policy.breadcrumb"', 'id = "policy.path"')
    assert {
        "The place on the list of policy.breadcrumb",
        "The place on the list of policy.path",
    } <= {*named()}


def test_a_claim_that_waits_for_its_version_is_not(folder):
    newest = max(row["number"] for row in read_versions(folder))
    with (folder / "claims.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'\n[[claim]]\nid = "site.language"\nnumber = 301\nclass = "S"\nsection = "HD"\n'
            f'claim = "A."\npractice = "B."\nowner = "Webmaster"\nsince = {newest + 1}\n'
        )
    assert named() == []


def test_a_company_that_has_not_begun_is_asked_nothing(folder):
    (folder / FILE).unlink()
    change(folder / POLICY, "24 months", "48 months")
    assert named() == []


def test_before_its_first_version_a_company_has_no_words(folder):
    (folder / "policy" / "versions.toml").write_text("none_yet = true\n", "utf-8")
    now = words_now(folder)
    assert (now.plain, now.versions, now.claims) == ((), {}, {})


def test_what_is_missing_is_named_by_another_check(folder):
    (folder / "claims.toml").unlink()
    assert named() == []


def test_the_command_prints_the_file(folder, capsys):
    change(folder / "pages/newsletter.md", "without your knowledge.", 'in your "name".')
    call_command("checked_words")
    printed = capsys.readouterr().out
    (folder / FILE).write_text(printed, "utf-8")
    assert 'nobody can subscribe you in your "name".' in str(tomllib.loads(printed)["beside"])
    assert named() == []
