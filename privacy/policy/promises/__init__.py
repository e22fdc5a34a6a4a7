"""The checks of what the policy says about itself."""

import privacy.policy.promises.days_of_notice
import privacy.policy.promises.lists
import privacy.policy.promises.record
import privacy.policy.promises.rehearsal
import privacy.policy.promises.text
import privacy.policy.promises.verifier  # noqa: F401 - each registers its checks
