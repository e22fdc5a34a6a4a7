"""The checks of what the policy says about the newsletter."""

import newsletter.promises.issues  # noqa: F401 - registers its checks
