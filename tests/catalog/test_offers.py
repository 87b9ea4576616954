"""What the catalog says of an offer: each figure with its place and source, tiers, batches, graders, dates."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from prep.catalog import Offer, all_offers, counted_with, load_prices, target_offer
from prep.catalog.graders import grader
from prep.catalog.offers import offers
from prep.catalog.prices import FILE
from prep.errors import InputError

PRICES = load_prices()
TODAY = datetime.date(2026, 11, 24)


def offer(name: str) -> Offer:
    [found] = offers(PRICES, name)
    return found


@pytest.mark.parametrize(
    ("name", "tuned", "base", "hosting"),
    [
        ("openai/gpt-4.1-mini@standard", (0.80, 0.20, 3.20), (0.40, 0.10, 1.60), 0),
        ("openai/gpt-4.1@standard", (3.00, 0.75, 12.00), (2.00, 0.50, 8.00), 0),
        ("openai/gpt-4o@standard", (3.75, 1.875, 15.00), (2.50, 1.25, 10.00), 0),
        ("azure/gpt-4.1-mini@global", (0.40, 0.10, 1.60), (0.40, 0.10, 1.60), 1.70),
        ("azure/gpt-4.1-mini@standard", (0.44, 0.11, 1.76), (0.44, 0.11, 1.76), 1.70),
        ("azure/gpt-4.1-mini@swedencentral", (0.484, 0.121, 1.936), (0.484, 0.121, 1.936), 1.70),
        ("azure/gpt-4.1-mini@developer", (0.40, 0.10, 1.60), (0.40, 0.10, 1.60), 0),
        ("azure/gpt-4o@southeastasia", (2.75, 1.375, 11.00), (2.75, 1.375, 11.00), 2.04),
        ("azure/gpt-oss-20b@global", (0.07, None, 0.30), (None, None, None), 0.30),
        ("azure/gpt-oss-20b@datazone_us", (0.077, None, 0.33), (None, None, None), 0.33),
        ("azure/llama-3.3-70b@standard", (0.781, None, 0.781), (None, None, None), 0.33),
        ("azure/Ministral-3B@global", (0.05, None, 0.15), (None, None, None), 0.65),
        ("openai/gpt-6-luna@standard", (None, None, None), (0.10, 0.01, 0.50), 0),
    ],
)
def test_requests_and_hosting(
    name: str, tuned: tuple[float | None, ...], base: tuple[float | None, ...], hosting: float
) -> None:
    """A tier's own meter; else its factor times the global one; developer requests cost as in global."""
    found = offer(name)
    for prices, wanted in ((found.tuned(), tuned), (found.base(), base)):
        assert (prices.input.value, prices.cached_input.value, prices.output.value) == wanted
    assert found.hosting().value == hosting


def test_a_price_that_was_made_says_how() -> None:
    """Figures of the catalog have no note; a factor is named, with what it multiplies and where that stands."""
    found = offer("azure/gpt-4.1-mini@standard")
    assert found.tuned().input.note is None
    made = found.base().input
    assert made.note == "1.1 x global"
    assert made.place == "providers.azure.models.gpt-4.1-mini-2025-04-14.base.global.input"
    assert made.told(TODAY)["age_days"] == 105


def test_batches() -> None:
    """A meter where there is one, else the provider's factor; unknown where none is published."""
    luna, mini = offer("openai/gpt-6-luna"), offer("openai/gpt-4.1-mini")
    assert (luna.base(batch=True).input.value, luna.base(batch=True).input.note) == (0.05, None)
    assert (mini.base(batch=True).output.value, mini.base(batch=True).output.note) == (0.80, "0.5 x one by one")
    assert offer("openai/gpt-4o").tuned(batch=True).input.value == 2.225
    assert offer("azure/gpt-4.1-mini@global").tuned(batch=True).input.value is None


def test_writing_to_the_cache_costs_where_it_is_billed() -> None:
    """1.25 x input from gpt-5.6 on; nothing of its own before."""
    for name in ("gpt-6-luna", "gpt-6-sol", "gpt-6.1-sol", "gpt-6.1-terra", "gpt-5.6-luna", "gpt-5.6-sol"):
        base = offer(f"openai/{name}").base()
        assert base.cache_write.value == pytest.approx(1.25 * (base.input.value or 0))
    assert offer("openai/gpt-4.1").base().cache_write.value is None
    cache = offer("openai/gpt-6-luna").cache
    assert cache is not None
    assert (cache.minimum_tokens, cache.minutes) == (1024, 30)


def test_the_tier_rule_holds() -> None:
    """Training: standard and data zone 1.1 x global, developer half of it."""
    for name, entry in PRICES.providers["azure"].models.items():
        for prices in (entry.training, entry.training_usd_per_hour):
            if name == "gpt-oss-20b" or "global" not in prices:
                continue
            whole = prices["global"] or 0
            for tier, factor in (("standard", 1.1), ("datazone_us", 1.1), ("developer", 0.5), ("swedencentral", 1.21)):
                if tier in prices:
                    assert prices[tier] == pytest.approx(whole * factor, rel=1e-6), (name, tier)


def test_tuned_requests_cost_more_at_openai_and_the_same_at_azure() -> None:
    """1.5 to 2 x base without hosting at OpenAI; base and hosting at Azure."""
    for found in all_offers(PRICES):
        tuned, base = found.tuned().input.value, found.base().input.value
        if tuned is None or base is None or found.entry.dates.retired:
            continue
        if found.provider == "openai":
            assert 1.5 <= tuned / base <= 2
            assert found.hosting().value == 0
        else:
            assert tuned == pytest.approx(base, abs=0.001)


@pytest.mark.parametrize(
    ("name", "day", "status", "days", "jobs", "said"),
    [
        ("openai/gpt-4.1-mini", "2026-11-24", "closes", 51, True, "today lives 51 days, until 2027-01-14"),
        ("openai/gpt-4.1-mini", "2027-01-06", "closes", 8, True, "until 2027-01-06 only, 0 days from now"),
        ("openai/gpt-4.1-mini", "2027-01-07", "closed", 7, False, "takes no new training jobs since 2027-01-06"),
        ("openai/gpt-4.1-mini", "2027-01-14", "retired", 0, False, "is retired since 2027-01-14"),
        ("openai/gpt-4.1-nano", "2026-11-24", "retired", -32, False, "is retired since 2026-10-23"),
        ("openai/o4-mini", "2026-11-24", "retired", -32, False, "is retired since 2026-10-23"),
        ("azure/gpt-4.1@global", "2026-11-24", "closes", 324, True, "takes new training jobs until 2027-04-14 only"),
        ("azure/gpt-4o@global", "2026-11-24", "closes", 311, True, "takes new training jobs until 2027-04-01 only"),
        ("azure/o4-mini@global", "2026-11-24", "closes", 326, True, "takes new training jobs until 2027-04-16 only"),
        ("azure/gpt-4.1@global", "2027-05-01", "closed", 166, False, "takes no new training jobs since 2027-04-14"),
        ("azure/gpt-oss-20b@global", "2026-11-24", "open", None, True, None),
        ("openai/gpt-6-luna", "2026-11-24", "untunable", None, False, None),
        ("openai/gpt-5", "2026-11-24", "untunable", 17, False, "openai/gpt-5 lives 17 days, until 2026-12-11"),
    ],
)
def test_how_long_a_model_can_be_had(
    name: str, day: str, status: str, days: int | None, jobs: bool, said: str | None
) -> None:
    """The worst is said first, with the date and its source; a model that is open has nothing to say."""
    life = offer(name).life(datetime.date.fromisoformat(day))
    assert (life.status, life.days_left, life.takes_jobs) == (status, days, jobs)
    assert any(said in told for told in life.sentences) if said else not life.sentences


def test_by_invitation() -> None:
    """Said, where only invited customers may train."""
    found = target_offer(PRICES, "azure", "gpt-5", "standard", None)
    assert found is not None
    assert any("by invitation only" in told for told in found.life(TODAY).sentences)


@pytest.mark.parametrize(
    ("name", "model", "prices"),
    [
        ("azure/o4-mini@datazone_us", "gpt-4.1-mini", (0.44, 1.76)),
        ("azure/o4-mini@standard", "o3-mini", (1.21, 4.84)),
        ("azure/o4-mini@global", "gpt-4.1-mini", (0.40, 1.60)),
        ("openai/o4-mini@standard", "gpt-4.1", (2.00, 8.00)),
    ],
)
def test_graders(name: str, model: str, prices: tuple[float, float]) -> None:
    """A meter of their own where there is one, else what their requests cost."""
    reads, writes = grader(offer(name), model)
    assert (reads.value, writes.value) == prices


def test_an_unknown_grader_names_the_nearest() -> None:
    """At that provider."""
    with pytest.raises(InputError) as caught:
        grader(offer("azure/o4-mini@global"), "gpt-4.1-min")
    assert "no grader at azure gpt-4.1-min" in caught.value.message
    assert "gpt-4.1-mini" in str(caught.value.hint)


def overlay(folder: Path, text: str) -> Path:
    path = folder / "rates.yaml"
    path.write_text(text)
    return path


def test_an_overlay_changes_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    """Its figure is of its source; the model's other figures stay of theirs."""
    own = overlay(
        tmp_path,
        "compiled: 2026-11-01\nsources: {contract: {url: our contract, as_of: 2026-10-01}}\n"
        "providers: {azure: {models: {gpt-4.1-mini: {source: contract, training: {standard: 4.2}}, "
        "gpt-4.1: {training: {global: 20}}}}}\n",
    )
    prices = load_prices(own)
    mini, whole = (Offer(prices, "azure", f"gpt-4.1{name}-2025-04-14", "standard") for name in ("-mini", ""))
    assert (mini.training().value, mini.training().key, mini.training().source.as_of) == (4.2, "contract", "2026-10-01")
    assert mini.tuned().input.key == "azure_retail"
    assert Offer(prices, "azure", mini.model, "global").training().key == "azure_retail"
    assert whole.training().key == "azure_retail"
    assert Offer(prices, "azure", whole.model, "global").training().key == "overlay"
    assert load_prices().providers["azure"].models[mini.model].training["standard"] == 5.5


def test_a_source_is_of_the_section_that_names_it(tmp_path: Path) -> None:
    """Training of one source, dates of another; what the file does not replace stays of its own, date by date."""
    own = overlay(
        tmp_path,
        "compiled: 2026-11-01\n"
        "sources: {deal: {url: a contract, as_of: 2026-10-01}, notice: {url: a letter, as_of: 2026-10-02}}\n"
        "providers: {azure: {models: {gpt-4.1: {source_of_training: deal, dates_source: notice, "
        "training: {standard: 20}, tuned: {standard: {input: 2}}, dates: {tuned_retires: 2026-12-24}}}}}\n",
    )
    prices = load_prices(own)
    whole = Offer(prices, "azure", "gpt-4.1-2025-04-14", "standard")
    assert (whole.training().value, whole.training().key) == (20, "deal")
    assert Offer(prices, "azure", whole.model, "global").training().key == "azure_retail"
    assert (whole.tuned().input.key, whole.tuned().output.key) == ("overlay", "azure_retail")
    closing, living = whole.life(TODAY).sentences
    assert closing.endswith("2027-04-14 only, 141 days from now (ms_retirement, 2026-09-02)")
    assert living.endswith("today lives 30 days, until 2026-12-24 (notice, 2026-10-02)")


def test_a_provider_in_an_overlay_changes_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    """A source named beside a provider's own figure is not that of all its models."""
    own = overlay(
        tmp_path,
        "compiled: 2026-11-01\nsources: {deal: {url: a contract, as_of: 2026-10-01}}\n"
        "providers: {azure: {source: deal, hosting_usd_per_hour: {global: 1}}}\n",
    )
    found = offers(load_prices(own), "azure/gpt-4.1@global")[0]
    assert (found.hosting().value, found.hosting().key) == (1, "deal")
    assert found.training().key == "azure_retail"


def test_a_region_has_its_own_factor_before_the_meter_of_standard() -> None:
    """North Europe is 1.32 x global; a region of which nothing is said costs as `standard`, which is told."""
    north, asia = (offer(f"azure/gpt-4{name}").tuned().input for name in (".1@northeurope", "o@southeastasia"))
    assert (north.value, north.note) == (pytest.approx(2.64), "1.32 x global")
    assert (asia.value, asia.note) == (2.75, "as `standard`")
    sweden = offer("azure/gpt-4.1@swedencentral").tuned().input
    assert (sweden.value, sweden.note) == (2.42, None)


def test_a_batch_without_a_price_of_writing_to_the_cache_takes_its_share_of_it() -> None:
    """Reading has a meter of its own there, writing has not."""
    luna = offer("openai/gpt-6-luna").base(batch=True)
    assert (luna.cached_input.value, luna.cache_write.value) == (0.005, 0.0625)


def test_a_new_model_and_a_new_provider(tmp_path: Path) -> None:
    """Counted as the file says; a provider says all that the shape asks for."""
    own = overlay(
        tmp_path,
        """
compiled: 2026-11-01
sources: {theirs: {url: "https://example.org/prices", as_of: 2026-11-01}}
providers:
  azure: {models: {our-model: {methods: [sft], training: {standard: 1}, encoding: cl100k_base, max_training_tokens: 9}}}
  together:
    {source: theirs, dates_source: theirs, validation_tokens_billed: true, epochs: {low: 1, high: 1, source: theirs},
     models: {their-model: {methods: [sft], training: {standard: 0.5}, encoding: o200k_base}}}
""",
    )
    prices = load_prices(own)
    assert counted_with("azure", "our-model", own) == (("cl100k_base", False), 9)
    assert counted_with("azure", "gpt-4.1-mini", own) == (("o200k_base", False), 65536)
    [found] = offers(prices, "together/their-model", method="sft")
    assert (found.training().value, found.training().key) == (0.5, "theirs")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("providers: {azure: {models: {gpt-4.1: {training: {global: 1}}}}}", "does not say when", "compiled: 2026"),
        ("compiled: 2026-11-01\nproviders: {azur: {models: {}}}", "no provider azur", "did you mean `azure`?"),
        ("compiled: 2026-11-01\nproviders: {acme: {models: {}}}", "no provider acme", "a new one needs `source`"),
        (
            "compiled: 2026-11-01\nproviders: {azure: {models: {gpt-4.1: {training: {global: -1}}}}}",
            "global: should be a number from 0 up or null, not -1",
            "",
        ),
        ("compiled: 2026-11-01\nproviders: {azure: {models: {gpt-4.1: {dates: {retired: soon}}}}}", "retired", ""),
        (
            "compiled: 2026-11-01\nproviders: {azure: {models: {gpt-4.1: {source: x, training: {global: 1}}}}}",
            "names the source x and does not describe it",
            "sources: {x:",
        ),
        ("compiled: yesterday\nproviders: {}", "compiled", ""),
        (
            "compiled: 2026-11-01\nproviders: {azure: {models: {gpt-4.1-minii: {training: {standard: 1}}}}}",
            "azure has no model gpt-4.1-minii",
            "did you mean `gpt-4.1-mini`?; a new one says its `methods`",
        ),
        (
            "compiled: 2026-11-01\nproviders: {azure: {models: {gpt-4.1: {training: {standrad: 1}}}}}",
            "azure has no tier or region standrad, of which the file has `training`",
            "did you mean `standard`?; a new one stands under `tiers`",
        ),
        (
            "compiled: 2026-11-01\nproviders: {azure: {models: {gpt-4.1: {methods: sft}}}}",
            'methods: should be a list, not "sft"',
            "",
        ),
    ],
)
def test_a_wrong_overlay_is_explained(tmp_path: Path, text: str, message: str, hint: str) -> None:
    """What is wrong, and how out."""
    with pytest.raises(InputError) as caught:
        load_prices(overlay(tmp_path, text))
    assert message in caught.value.message
    assert hint in str(caught.value.hint)


def test_every_offer_has_a_place_in_the_file() -> None:
    """The path of a figure leads to it, so that `--explain` can be followed by hand."""
    data = YAML(typ="safe").load(FILE.read_text())
    for found in all_offers(PRICES):
        figures = [found.training(), found.training_by_hour(), found.hosting(), found.tuned().input, found.base().input]
        for figure in figures:
            if figure.value is None or figure.note is not None:
                continue
            at, rest = data, figure.place
            while rest:
                name = max((key for key in at if rest == key or rest.startswith(f"{key}.")), key=len)
                at, rest = at[name], rest[len(name) + 1 :]
            assert at == figure.value
