"""Reliable mail: stored with the data it speaks of, sent by a worker."""
