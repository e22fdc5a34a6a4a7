"""The checks of all forms, all mails, of security, chains, locks, and of the walk to everywhere."""

import sens_site.promises.access
import sens_site.promises.chains
import sens_site.promises.forms
import sens_site.promises.locks
import sens_site.promises.mails
import sens_site.promises.security
import sens_site.promises.walk  # noqa: F401 - each registers its checks
