"""The checks of what the policy says about every form, about security, and of the walk to all."""

import sens_site.promises.forms
import sens_site.promises.security
import sens_site.promises.walk  # noqa: F401 - each registers its checks
