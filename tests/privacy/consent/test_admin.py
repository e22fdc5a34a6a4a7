"""What the desk shows of the groups that visitors are asked about."""

import pytest
from django.urls import reverse

from privacy.consent.models import EditorialNote, GroupVersion

pytestmark = pytest.mark.django_db
NAME = "Analytics"
"""What visitors read beside the box (content of the catalogue)."""


def listed(client, table: str) -> str:
    return str(client.get(reverse(f"admin:consent_{table}_changelist")).content.decode())


def test_staff_read_what_a_group_is_called_and_not_its_key(staff_client):
    EditorialNote.objects.create(group="analytics", earlier="a", later="b", reason="x", actor="y")
    GroupVersion.objects.create(group="analytics", version="v", material={})
    for table in ("editorialnote", "groupversion"):
        assert f"{NAME}</a>" in listed(staff_client, table)


def test_a_group_that_is_no_more_is_called_by_its_key(staff_client):
    EditorialNote.objects.create(group="gone", earlier="a", later="b", reason="x", actor="y")
    assert "gone</a>" in listed(staff_client, "editorialnote")
