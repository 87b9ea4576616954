"""Carries a pipeline out: tasks, keys, cache, ledger, publishing."""
