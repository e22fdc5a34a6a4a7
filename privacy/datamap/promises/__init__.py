"""The checks of what the policy says about what is held, mailed, exported and erased."""

import privacy.datamap.promises.copy_words
import privacy.datamap.promises.export_and_erasure
import privacy.datamap.promises.holdings
import privacy.datamap.promises.mail  # noqa: F401 - each registers its checks
