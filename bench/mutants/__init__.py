"""How much of what would break the policy turns a promise red: `python -m bench.mutants`."""
