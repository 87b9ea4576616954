"""split: which examples train, validate, test."""
