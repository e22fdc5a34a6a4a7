"""The eNewsletter: subscription by double opt-in, issues, unsubscribe."""
