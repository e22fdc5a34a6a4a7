"""Photos that people add to a message.

A photo is taken for what its bytes are, whatever it is called; its name is thrown away unread. It
is decoded and written anew, so that nothing of the file itself is kept: neither where and with
which device it was taken, nor what somebody has hidden in it. What is refused has never been
anywhere but in memory.
"""

from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

MOST_PHOTOS = 3
LARGEST = 6 * 1024 * 1024
"""In bytes, as it comes. Three of them are below what a form with photos may bring
(`REQUEST_MAX_BYTES_PHOTOS`)."""
LONGEST_SIDE = 2000
"""In pixels, as it is kept: enough to read a nameplate."""
HOW_MANY = f"Choose up to {MOST_PHOTOS} photos"
TOO_LARGE = "Photo {number} is larger than 6 MB. Make it smaller, or choose another one"
NOT_TAKEN = "Photo {number} was not taken. {why}"
CHOOSE_AGAIN = "Choose your photos again: a page that comes back cannot keep them"


class PhotosInMemory(FileUploadHandler):
    """Keeps what is uploaded in memory, and of what is too large only its size."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with an empty one, which no later handler sees."""
        super().new_file(*args, **kwargs)
        self._content = BytesIO()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a part, until it is clear that the whole is refused."""
        if start <= LARGEST:
            self._content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Return what has come, with its true size."""
        self._content.seek(0)
        return InMemoryUploadedFile(
            self._content, self.field_name, "photo", "", file_size, None, None
        )


class PhotosInput(forms.ClearableFileInput):
    """Lets people choose several."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Takes photos, and returns what is kept of each."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> tuple[bytes, ...]:
        """Return the photos as they are stored. Raises ValidationError, by their number."""
        photos = [one for one in data or () if one.size]
        if len(photos) > MOST_PHOTOS:
            raise ValidationError(HOW_MANY)
        for number, photo in enumerate(photos, 1):
            if photo.size > LARGEST:
                raise ValidationError(TOO_LARGE.format(number=number))
        return tuple(_kept(photo.read(), number) for number, photo in enumerate(photos, 1))


def _kept(content: bytes, number: int) -> bytes:
    from sens_site.lib import pictures  # noqa: PLC0415 - 3 MB of memory

    try:
        picture = pictures.on_white(pictures.decoded(content, side=LONGEST_SIDE))
    except pictures.PictureError as error:
        raise ValidationError(NOT_TAKEN.format(number=number, why=error)) from None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return pictures.saved(picture, "JPEG", optimize=True)
