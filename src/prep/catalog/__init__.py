"""Dated facts about models: encodings, limits, prices, and until when they can be had."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prep.catalog.epochs import auto_epochs
    from prep.catalog.life import Life
    from prep.catalog.models import Encoding, Images, catalog_hash, encoding_of, images_of, max_training_tokens
    from prep.catalog.offers import Offer, RequestPrices, all_offers, counted_with, target_offer
    from prep.catalog.prices import OLD_DAYS, Figure, Prices, catalog_age, load_prices

# Where each name lives: a command loads what it uses, and start-up is short.
_HOMES = {
    "OLD_DAYS": "prep.catalog.prices",
    "Encoding": "prep.catalog.models",
    "Figure": "prep.catalog.prices",
    "Images": "prep.catalog.models",
    "Life": "prep.catalog.life",
    "Offer": "prep.catalog.offers",
    "Prices": "prep.catalog.prices",
    "RequestPrices": "prep.catalog.offers",
    "all_offers": "prep.catalog.offers",
    "auto_epochs": "prep.catalog.epochs",
    "catalog_age": "prep.catalog.prices",
    "catalog_hash": "prep.catalog.models",
    "counted_with": "prep.catalog.offers",
    "encoding_of": "prep.catalog.models",
    "images_of": "prep.catalog.models",
    "load_prices": "prep.catalog.prices",
    "max_training_tokens": "prep.catalog.models",
    "target_offer": "prep.catalog.offers",
}

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
    "target_offer",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
