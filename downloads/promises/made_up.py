"""Documents and people of a rehearsal: each of their words stands nowhere else."""

import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.utils import timezone

from downloads.models import Document, DocumentVersion
from downloads.store import store
from privacy.promises.registry import require
from privacy.promises.running_site import Answer, RunningSite, Visitor

STORED = "/stored-documents/"
"""What nginx gives out of the folder of documents, once the site has said so."""


def word() -> str:
    """Return a word that stands nowhere else."""
    return f"check{secrets.token_hex(5)}"


def document(kind: str = "manual", access: str = "everyone") -> Document:
    """Store a document without versions."""
    mark = word()
    return Document.objects.create(number=mark, title=f"Title {mark}", kind=kind, access=access)


@dataclass
class MadeUp:
    """A published version with a file of its own."""

    document: Document = field(default_factory=document)
    label: str = "1"

    def __post_init__(self) -> None:
        self.content = word().encode()
        self.version = DocumentVersion.objects.create(
            document=self.document,
            label=self.label,
            file_name=f"{self.document.number}.pdf",
            content_type="application/pdf",
            size=len(self.content),
            sha256=hashlib.sha256(self.content).hexdigest(),
            publish_at=timezone.now(),
        )
        store().save(self.version.stored_as, ContentFile(self.content))

    @property
    def page(self) -> str:
        """The address of the document."""
        return f"/downloads/{self.document.number}/"

    @property
    def file(self) -> str:
        """The address of the file."""
        return f"{self.page}{self.version.pk}/file"

    def fetched(self, visitor: Visitor) -> Answer:
        """Press the button of the page, and go where that leads."""
        button = f"{self.page}{self.version.pk}/fetch/"
        forms = visitor.get(self.page).page.forms(button)
        require(len(forms) == 1, "the page of a document has no button to download it")
        answer = visitor.post(button, {})
        require(answer.status == 303, f"the button to download is answered with {answer.status}")
        return visitor.get(answer.header("Location"))

    def is_in(self, answer: Answer) -> bool:
        """Tell whether an answer is the file, or has nginx send it from where it is stored."""
        by_nginx = answer.header("X-Accel-Redirect")
        if not by_nginx.startswith(STORED):
            return answer.status == 200 and answer.body == self.content
        file = Path(settings.DOCUMENTS_ROOT, by_nginx.removeprefix(STORED))
        return answer.status == 200 and file.read_bytes() == self.content


def customer(site: RunningSite) -> tuple[Any, Visitor]:
    """Make somebody with an account, and a browser in which they are logged in."""
    mark = word()
    user = get_user_model()._default_manager.create(username=mark, email=f"{mark}@example.com")
    addresses = apps.get_model("account", "EmailAddress").objects
    addresses.create(user=user, email=user.email, verified=True, primary=True)
    visitor = site.visitor()
    visitor.sign_in(user)
    return user, visitor
