"""Gathers the admin pages of the four parts."""

import privacy.consent.admin
import privacy.policy.admin  # noqa: F401 - registers its pages
