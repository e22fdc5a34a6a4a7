"""Gathers the models of the four parts under the one app label `privacy`."""

from privacy.policy.models import Policy, PolicyDraft, PolicyEvent, PolicyVersion

__all__ = ["Policy", "PolicyDraft", "PolicyEvent", "PolicyVersion"]
