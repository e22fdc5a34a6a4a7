"""Gathers the models of the four parts under the one app label `privacy`."""

from privacy.datamap.models import Erasure, IdleNotice
from privacy.policy.models import Policy, PolicyDraft, PolicyEvent, PolicyVersion
from privacy.policy.promises.models import PromiseResult

__all__ = ["Erasure", "IdleNotice", "Policy", "PolicyDraft", "PolicyEvent", "PolicyVersion", "PromiseResult"]
