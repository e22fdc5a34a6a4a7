"""Fixtures: a person in every table, a neighbour, and a ledger of the test's own."""

from pathlib import Path

import pytest

from accounts.models import User
from privacy.datamap.subjects import Subject, subject_of
from tests.subject import make_subject


@pytest.fixture(autouse=True)
def ledger_file(tmp_path: Path, settings) -> Path:
    settings.ERASURE_LEDGER = str(tmp_path / "ledger" / "erasures.jsonl")
    settings.PRIVATE_ROOT = str(tmp_path / "private")
    return Path(settings.ERASURE_LEDGER)


@pytest.fixture
def ada(db) -> User:
    return make_subject("ada-lovelace")


@pytest.fixture
def ada_subject(ada) -> Subject:
    return subject_of(ada)


@pytest.fixture
def neighbour(db) -> User:
    return make_subject("charles-babbage")
