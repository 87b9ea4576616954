"""format: a record becomes a training example."""
