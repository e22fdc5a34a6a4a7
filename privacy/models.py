"""Gathers the models of the four parts under the one app label `privacy`."""

from privacy.policy.models import Policy, PolicyDraft, PolicyEvent, PolicyVersion
from privacy.policy.promises.models import PromiseResult

__all__ = ["Policy", "PolicyDraft", "PolicyEvent", "PolicyVersion", "PromiseResult"]
