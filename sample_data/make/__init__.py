"""The seeded generator of the sample data: same seed, same bytes."""
