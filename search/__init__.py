"""Search over all public text of the site, whichever room it stands in."""
