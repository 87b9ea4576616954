"""The work of a run, one module a kind of task: read, decide, transform, assign, write."""
