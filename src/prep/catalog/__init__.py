"""Dated facts about models: which encoding, how long an example may be."""

from prep.catalog.models import Encoding, catalog_hash, encoding_of, max_training_tokens

__all__ = ["Encoding", "catalog_hash", "encoding_of", "max_training_tokens"]
