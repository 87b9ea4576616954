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
from prep.errors import InputError, UsageError

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


OWN = """
sources: {contract: {url: "https://example.com/contract", as_of: "2026-11-01", confidence: high}}
providers:
  azure:
    models:
      gpt-4.1-mini: {source: contract, training: {standard: 1.00}}
"""


def test_a_figure_of_ones_own_has_the_source_that_is_named(tmp_path: Path) -> None:
    """The figures beside it keep theirs; a file that names none is the source itself."""
    (tmp_path / "own.yaml").write_text(OWN)
    prices = load_prices(tmp_path / "own.yaml")
    [azure] = [one for one in describe(prices, "gpt-4.1-mini", TODAY) if one["provider"] == "azure"]
    assert azure["training_usd_per_million"]["standard"] == 1.0
    assert azure["prices_source"]["source"] == "azure_retail"
    assert {name: one["as_of"] for name, one in azure["own_figures"].items()} == {"training.standard": "2026-11-01"}
    path = "providers.azure.models.gpt-4.1-mini-2025-04-14.training"
    assert prices.source_of("azure_retail", f"{path}.standard")[0] == "contract"
    assert prices.source_of("azure_retail", f"{path}.global")[0] == "azure_retail"
    (tmp_path / "bare.yaml").write_text("compiled: 2026-11-01" + OWN.replace("source: contract, ", ""))
    assert load_prices(tmp_path / "bare.yaml").source_of("azure_retail", f"{path}.standard")[0] == "overlay"


def test_a_source_that_is_not_described_is_an_error(tmp_path: Path) -> None:
    """A figure without a date and a place to look it up is none."""
    (tmp_path / "own.yaml").write_text(OWN.replace("source: contract", "source: nowhere"))
    with pytest.raises(InputError, match="names the source nowhere"):
        load_prices(tmp_path / "own.yaml")


def test_requests_have_a_source_of_their_own_where_training_has() -> None:
    """Training by the hour was read elsewhere than the price of requests."""
    [openai] = [one for one in describe(load_prices(), "o4-mini", TODAY) if one["provider"] == "openai"]
    assert (openai["prices_source"]["source"], openai["requests_source"]["source"]) == ("oai_help_rft", "oai_pricing")
