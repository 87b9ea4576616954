"""The catalog of prices and dates."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from prep.catalog.describe import describe, describe_all
from prep.catalog.prices import FILE, age_days, load_prices, schema
from prep.errors import UsageError

SCHEMA = Path(FILE).parents[1] / "catalog.schema.json"
TODAY = datetime.date(2026, 11, 23)


def test_the_committed_schema_is_the_models_own() -> None:
    """`make schema` writes it anew."""
    assert json.loads(SCHEMA.read_text()) == schema()


def test_the_catalog_file_is_of_its_schema() -> None:
    """Checked by jsonschema, as a user's file is."""
    data = json.loads(json.dumps(YAML(typ="safe").load(FILE.read_text()), default=str))
    assert [error.message for error in Draft202012Validator(schema()).iter_errors(data)] == []


def test_every_figure_has_a_source() -> None:
    """Every key that names a source is in the list, and every source says when it was read."""
    prices = load_prices()
    for provider in prices.providers.values():
        keys = {provider.source, provider.dates_source, provider.epochs.source}
        keys |= {provider.new_jobs.source} if provider.new_jobs else set()
        for model in provider.models.values():
            keys |= {key for key in (model.source, model.source_of_training, model.dates_source) if key}
        assert keys <= prices.sources.keys()
    assert all(age_days(source.as_of, TODAY) >= 0 for source in prices.sources.values())


def test_names_mean_one_model() -> None:
    """No name or alias stands twice at a provider, and every name finds its model."""
    prices = load_prices()
    for name, provider in prices.providers.items():
        names = [one.lower() for full, model in provider.models.items() for one in (full, *model.aliases)]
        assert len(set(names)) == len(names)
        for full, model in provider.models.items():
            for one in (full, *model.aliases, full.upper(), f"ft:{full}:org::id"):
                assert prices.find(name, one) == (full, model)


@pytest.mark.parametrize(("as_of", "days"), [("2026-11-23", 0), ("2026-11", 22), ("2026", 326), ("2025-11-23", 365)])
def test_ages(as_of: str, days: int) -> None:
    """A month or a year counts from its first day."""
    assert age_days(as_of, TODAY) == days


def test_models_are_described_and_unknown_ones_name_the_nearest() -> None:
    """One entry a provider; only what can be tuned is listed."""
    assert [one["provider"] for one in describe(load_prices(), "gpt-4.1-mini", TODAY)] == ["openai", "azure"]
    assert all(one["methods"] for one in describe_all(load_prices(), TODAY))
    assert {one["provider"] for one in describe_all(load_prices(), TODAY, provider="azure", method="rft")} == {"azure"}
    with pytest.raises(UsageError) as caught:
        describe(load_prices(), "gpt-4.1-min", TODAY)
    assert "gpt-4.1-mini" in str(caught.value.hint)
