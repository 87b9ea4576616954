"""clean: one module a step."""
