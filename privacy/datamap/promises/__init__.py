"""The checks of what the policy says about what is held, mailed, exported and erased."""

import privacy.datamap.promises.copy_words
import privacy.datamap.promises.export_and_erasure
import privacy.datamap.promises.holdings
import privacy.datamap.promises.mail
import privacy.datamap.promises.public_record
import privacy.datamap.promises.stored
import privacy.datamap.promises.vendors  # noqa: F401 - each registers its checks
