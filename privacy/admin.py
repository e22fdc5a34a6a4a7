"""Gathers the admin pages of the four parts."""

import privacy.consent.admin  # noqa: F401 - registers its pages
