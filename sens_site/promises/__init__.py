"""The checks of what the policy says about every form and about the security of the whole site."""

import sens_site.promises.chains
import sens_site.promises.forms
import sens_site.promises.locks
import sens_site.promises.security  # noqa: F401 - each registers its checks
