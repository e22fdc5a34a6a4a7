"""The checks of this room's promises, registered on import."""

import privacy.promised.choices
import privacy.promised.cookies
import privacy.promised.data_map
import privacy.promised.desk
import privacy.promised.export
import privacy.promised.forms
import privacy.promised.mail
import privacy.promised.record
import privacy.promised.requests
import privacy.promised.security
import privacy.promised.text
import privacy.promised.tracking  # noqa: F401 - registers its checks
