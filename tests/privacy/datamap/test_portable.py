"""The file that somebody takes along to another controller, and the format that is published."""

import io
import json
import zipfile
from typing import Any

import pytest

from privacy.datamap.export import stream_export
from privacy.datamap.portable import portable_entries
from privacy.datamap.subjects import subject_of
from privacy.datamap.terms import Basis, Source
from tests.client import SiteClient
from tests.subject import make_subject

pytestmark = pytest.mark.django_db
PUBLISHED = "/privacy/portable.schema.json"
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float),
    "null": type(None),
}  # fmt: skip


@pytest.fixture
def files(tmp_path, settings) -> dict[str, bytes]:
    settings.PRIVATE_ROOT = str(tmp_path)
    subject = subject_of(make_subject())
    content = b"".join(stream_export(subject, portable=True))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def faults(value: Any, schema: dict[str, Any], where: str = "") -> list[str]:
    """Look at a value by those words of JSON Schema that ours uses."""
    known = {
        "$schema", "title", "description", "type", "format", "const", "enum", "minLength",
        "required", "properties", "additionalProperties", "items",
    }  # fmt: skip
    assert schema.keys() <= known
    found = []
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, TYPES[kind]) for kind in kinds):
        found.append(f"{where} is no {kinds}")
    if value != schema.get("const", value) or value not in schema.get("enum", [value]):
        found.append(f"{where} is {value}")
    if len(str(value)) < schema.get("minLength", 0):
        found.append(f"{where} is empty")
    if isinstance(value, dict):
        named, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        found += [
            f"{where}.{key} is missing" for key in schema.get("required", ()) if key not in value
        ]
        for key, inner in value.items():
            if key not in named and others is False:
                found.append(f"{where}.{key} is not foreseen")
            else:
                found += faults(inner, named.get(key, others or {}), f"{where}.{key}")
    if isinstance(value, list):
        for inner in value:
            found += faults(inner, schema.get("items", {}), where)
    return found


def test_the_file_is_in_the_format_that_is_published(files, settings):
    taken, beside = json.loads(files["portable.json"]), json.loads(files["portable.schema.json"])
    answer = SiteClient().get(PUBLISHED)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
    assert taken["$schema"] == settings.SITE_ORIGIN + PUBLISHED
    assert json.loads(answer.content) == beside
    assert faults(taken, beside) == []
    assert faults({**taken, "more": 1}, beside) == [".more is not foreseen"]
    assert faults({**taken, "format": "other"}, beside) == [".format is other"]
    assert faults({}, beside)[0] == ".$schema is missing"


def test_it_holds_what_was_given_by_consent_or_for_a_contract_and_nothing_else(files):
    text = files["portable.json"].decode()
    for given in ("Ada-Lovelace Byron", "ada-lovelace engines", "Analyst", "+44 20 7946 0000"):
        assert given in text
    for ours in ("came in person", "Letter about", "seed-ada", "A question from"):
        assert ours not in text
    assert {activity.purpose.basis for _, activity in portable_entries()} == {
        Basis.CONSENT, Basis.CONTRACT,
    }  # fmt: skip
    assert Source.US not in {activity.source for _, activity in portable_entries()}
    assert {"data.json", "index.html", "manifest.json"} < files.keys()
    manifest = json.loads(files["manifest.json"])
    assert {"portable.json", "portable.schema.json"} < manifest["sha256"].keys()


def test_other_copies_have_no_such_file(tmp_path, settings):
    settings.PRIVATE_ROOT = str(tmp_path)
    content = b"".join(stream_export(subject_of(make_subject())))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist()[1:] == ["data.json", "index.html", "manifest.json"]
