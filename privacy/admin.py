"""Gathers the admin pages of the four parts."""

import privacy.consent.admin
import privacy.policy.admin
import privacy.policy.promises.admin
import privacy.rights.admin  # noqa: F401 - registers its pages
