"""The checks of what the policy says about requests and their answers."""

import privacy.rights.promises.answers
import privacy.rights.promises.choices_page
import privacy.rights.promises.deadlines
import privacy.rights.promises.periods
import privacy.rights.promises.requests
import privacy.rights.promises.stored_requests  # noqa: F401 - each registers its checks
