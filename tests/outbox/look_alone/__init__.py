"""An app of the tests: where it is installed last, the look at the promises is the one job run apart.

A worker that starts anew has a dozen of them before the look, each a process that loads the site.
"""
