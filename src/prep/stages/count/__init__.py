"""count: exact tokens of each example."""
