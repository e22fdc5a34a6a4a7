"""The checks of what the policy says about the Download Center."""

import downloads.promises.gate
import downloads.promises.notices
import downloads.promises.records
import downloads.promises.unchanged  # noqa: F401 - each registers its checks
