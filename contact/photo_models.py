"""Photos that came with messages."""

from django.db import models


class MessagePhoto(models.Model):
    """A photo that came with a message: decoded and written anew, without what a camera adds.

    It lies in the database and not in a folder, so that it is stored, rolled back and deleted with
    its message, and is there on whichever machine somebody looks (law 12).
    """

    message = models.ForeignKey(
        "contact.ContactMessage", on_delete=models.CASCADE, related_name="photos"
    )
    position = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = "photo"
        ordering = ("message", "position")
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="contact_photo_position")
        ]

    def __str__(self) -> str:
        return f"Photo {self.pk}"

    @property
    def file_name(self) -> str:
        """A name for it as a file, which names nobody."""
        return f"{self.message.reference}-{self.position}.jpg"
