"""Composition of the site: settings, addresses, error pages and the two server entry points.

Nothing else lives here. `sens_site.lib` holds small leaf helpers which import none of our rooms.
"""
