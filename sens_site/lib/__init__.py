"""Leaf helpers. Law: nothing in here imports one of our rooms."""
