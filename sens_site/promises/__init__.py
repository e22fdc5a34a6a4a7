"""The checks of what the policy says about every form, every mail and the security of the site."""

import sens_site.promises.access
import sens_site.promises.choices
import sens_site.promises.forms
import sens_site.promises.leaving
import sens_site.promises.mails
import sens_site.promises.secret_addresses
import sens_site.promises.security  # noqa: F401 - each registers its checks
