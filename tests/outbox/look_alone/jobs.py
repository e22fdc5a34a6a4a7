"""Takes the other jobs that run apart out of the worker's round."""

from outbox.jobs import _registry

for name in [job.name for job in _registry.values() if job.apart]:
    if name != "verify promises":
        del _registry[name]
