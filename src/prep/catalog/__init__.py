"""Dated facts about models: encodings, limits, prices, and until when they can be had."""

from prep.catalog.epochs import auto_epochs
from prep.catalog.life import Life
from prep.catalog.models import Encoding, Images, catalog_hash, encoding_of, images_of, max_training_tokens
from prep.catalog.offers import Offer, RequestPrices, all_offers, counted_with, offers, target_offer
from prep.catalog.prices import OLD_DAYS, Figure, Prices, catalog_age, load_prices

__all__ = [
    "OLD_DAYS",
    "Encoding",
    "Figure",
    "Images",
    "Life",
    "Offer",
    "Prices",
    "RequestPrices",
    "all_offers",
    "auto_epochs",
    "catalog_age",
    "catalog_hash",
    "counted_with",
    "encoding_of",
    "images_of",
    "load_prices",
    "max_training_tokens",
    "offers",
    "target_offer",
]
