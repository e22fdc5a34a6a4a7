"""Addresses of versions to which a page leads only by a form."""

from privacy.promises.witness.cast import also_open

also_open(
    "/privacy/on/2026-01-31/",
    "/legal/on/2026-01-31/",
    "/legal/compare/1/2/",
    "/legal/compare/1/2.txt",
)
