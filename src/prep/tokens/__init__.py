"""Exact token counts, offline: the encodings, the counters, and the rule for messages."""
