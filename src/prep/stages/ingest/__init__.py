"""ingest: files to records; what cannot be read is quarantined with its place."""
