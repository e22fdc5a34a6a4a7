"""What the worker does for the four parts at intervals."""

import privacy.consent.jobs
import privacy.datamap.jobs
import privacy.policy.jobs
import privacy.policy.promises.jobs
import privacy.rights.jobs  # noqa: F401 - registers its job
