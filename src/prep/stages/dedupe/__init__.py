"""dedupe: which records are the same, and which of them stays."""
