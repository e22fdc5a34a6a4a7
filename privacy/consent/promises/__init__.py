"""The checks of what the policy says about cookies and consent."""

import privacy.consent.promises.choices
import privacy.consent.promises.claimed_safeguards
import privacy.consent.promises.cookies
import privacy.consent.promises.looks
import privacy.consent.promises.receipts
import privacy.consent.promises.shown_once
import privacy.consent.promises.signals
import privacy.consent.promises.tags_today
import privacy.consent.promises.tracking
import privacy.consent.promises.who_is_asked
import privacy.consent.promises.withdrawals  # noqa: F401 - each registers its checks
