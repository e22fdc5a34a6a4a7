"""The checks of what the policy says about the newsletter."""

import newsletter.promises.every_reader
import newsletter.promises.issues
import newsletter.promises.leaving
import newsletter.promises.preferences
import newsletter.promises.readers
import newsletter.promises.recipients  # noqa: F401 - they register their checks
