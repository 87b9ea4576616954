"""What a run leaves: records, training files, manifest, reports."""
