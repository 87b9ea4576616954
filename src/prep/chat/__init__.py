"""The domain: examples, messages, roles, tools."""
