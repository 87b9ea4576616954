"""Dated facts about models: which encoding, how long an example may be."""

from prep.catalog.epochs import auto_epochs
from prep.catalog.models import Encoding, catalog_hash, encoding_of, max_training_tokens

__all__ = ["Encoding", "auto_epochs", "catalog_hash", "encoding_of", "max_training_tokens"]
