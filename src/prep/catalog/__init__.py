"""Dated facts about models: encodings, limits, prices, and until when they can be had."""

from prep.catalog.epochs import auto_epochs
from prep.catalog.models import Encoding, Images, catalog_hash, encoding_of, images_of, max_training_tokens
from prep.catalog.prices import catalog_age, load_prices

__all__ = [
    "Encoding",
    "Images",
    "auto_epochs",
    "catalog_age",
    "catalog_hash",
    "encoding_of",
    "images_of",
    "load_prices",
    "max_training_tokens",
]
