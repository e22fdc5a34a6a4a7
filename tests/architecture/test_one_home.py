"""What must be decided alike everywhere is decided in one file."""

import pytest

from tests.architecture.source import ROOMS, python_files, text

HOMES = {
    # Policy, redline and search for promises read one text.
    "MarkdownIt(": [
        "privacy/policy/importing/markdown_reader.py",  # files of others, in their dialects
        "privacy/policy/promises/sealed_texts.py",  # a check reads it anew (law 13)
        "privacy/policy/rendering.py",
    ],
    # What is hashed has one form for ever. What checks it does not take the form from there.
    "sort_keys": [
        "privacy/promises/outside/verify.py",
        "sens_site/lib/canonical_json.py",
        "sens_site/promises/recomputed_chains.py",
    ],
    # Which signs nobody types on purpose.
    "unicodedata.category": ["sens_site/lib/forms/text_guard.py"],
    # Whether a `next` leads away.
    "url_has_allowed_host_and_scheme(": ["sens_site/lib/http/safe_next.py"],
}


@pytest.mark.parametrize("words", HOMES)
def test_it_stands_in_its_home_and_nowhere_else(words):
    ours = [path for path in python_files() if path.split("/")[0] in ROOMS]
    assert [path for path in ours if words in text(path)] == HOMES[words]
