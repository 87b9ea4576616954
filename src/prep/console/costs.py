"""Costs and models as tables: every figure with its price, source and date."""

from __future__ import annotations

from typing import Any

from prep.console.tables import show, table


def print_costs(report: dict[str, Any]) -> None:
    """The estimates side by side, then what to beware of, and whether the target is within the budget."""
    print_estimates(report["estimates"], report["sources"])
    for warning in report["warnings"]:
        show(f"warning: {warning}")
    if report["max_usd"] is not None:
        show(f"max_usd {report['max_usd']:,.2f}: {'within' if report['within_budget'] else 'OVER'} the budget")


def print_estimates(estimates: list[dict[str, Any]], sources: dict[str, Any]) -> None:
    """A line an offer, the target first; then where the figures come from and what they rest on, each once."""
    rows = [
        (
            ("> " if one["is_target"] else "  ") + one["offer"],
            one["training_tokens"],
            _range(one["epochs_range"]),
            _price(one["price_usd_per_million"]),
            *(_usd(one["training_usd"][level]) for level in ("low", "likely", "high")),
            _usd(one["hosting_usd_per_month"]),
            _life(one),
            one["source"],
        )
        for one in estimates
    ]
    columns = ["offer", "tokens", "epochs", "USD/M", "low", "likely", "high", "hosting", "retires", "price from"]
    show(table(columns, rows, whole=columns))
    show("US dollars; > is the target; hosting: 30 days of one deployment; retires: when models tuned of it go")
    cut = sum(one["truncated_examples"] for one in estimates if one["is_target"])
    if cut:
        show(f"{cut:,} examples are longer than the target trains on: the end is cut off, and not billed")
    for key, source in sources.items():
        age = f"{source['as_of']}, {source['age_days']} days old"
        show(f"{key}: {source['url']}, {age}, confidence {source['confidence']}")
    for told in dict.fromkeys(told for one in estimates for told in one["assumptions"]):
        show(f"assumed: {told}")


def _range(epochs: dict[str, int]) -> str:
    low, likely, high = epochs["low"], epochs["likely"], epochs["high"]
    return str(likely) if low == high else f"{likely} ({low}-{high})"


def _usd(amount: float | None) -> str:
    """Dollars and cents; what is under a cent is said so, not shown as nothing."""
    if amount is None:
        return "unknown"
    return "< 0.01" if 0 < amount < 0.01 else f"{amount:,.2f}"


def _price(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:,.2f}"


def _life(one: dict[str, Any]) -> str:
    if one["retires"] is None:
        return str(one["status"])
    if one["days_left"] <= 0:
        return f"retired {one['retires']}"
    return str(one["retires"])


def print_models(models: list[dict[str, Any]]) -> None:
    """Models that can be tuned, a line each."""
    rows = [
        (
            model["provider"],
            (model["aliases"] or [model["model"]])[0],
            ", ".join(model["methods"]),
            _by_tier(model["training_usd_per_million"])
            or _by_tier(model["training_usd_per_hour"], " an hour")
            or "unknown",
            f"{model['retires']} ({model['days_left']:,} days)" if model["retires"] else "",
        )
        for model in models
    ]
    show(table(["provider", "model", "methods", "training, USD a million tokens", "tuned model retires"], rows))
    show("", "`prep models NAME` shows one with all its figures and their sources")


def _by_tier(prices: dict[str, float | None], unit: str = "") -> str:
    shown = {
        tier: price
        for tier, price in prices.items()
        if tier in ("standard", "global", "developer") and price is not None
    }
    return ", ".join(f"{tier} {price:,.2f}{unit}" for tier, price in shown.items())


def print_model(found: list[dict[str, Any]]) -> None:
    """One model at each provider, with everything that the catalog says of it."""
    for model in found:
        names = f" ({', '.join(model['aliases'])})" if model["aliases"] else ""
        show("", f"{model['provider']}: {model['model']}{names}")
        limit = model["max_training_tokens"]
        rows = [
            ("methods", ", ".join(model["methods"]) or "cannot be tuned"),
            ("encoding", model["encoding"] or "not in the catalog"),
            ("most tokens an example", f"{limit:,}" if limit else "not known"),
        ]
        rows += [(f"training, {tier}", f"{_price(usd)} USD a million tokens")
                 for tier, usd in model["training_usd_per_million"].items()]  # fmt: skip
        rows += [
            (f"training, {tier}", f"{_price(usd)} USD an hour") for tier, usd in model["training_usd_per_hour"].items()
        ]
        for kind in ("tuned", "base"):
            rows += [(f"{kind} requests, {tier}", _requests(prices))
                     for tier, prices in model[f"{kind}_usd_per_million"].items()]  # fmt: skip
        rows += [(f"hosting, {tier}", f"{usd:g} USD an hour") for tier, usd in model["hosting_usd_per_hour"].items()]
        rows += [("prices from", _source(model["prices_source"]))]
        if model["requests_source"]["source"] != model["prices_source"]["source"]:
            rows += [("requests, hosting from", _source(model["requests_source"]))]
        rows += [(f"{name} from", _source(source)) for name, source in model["own_figures"].items()]
        rows += [
            (name.replace("_", " "), model[name]) for name in ("trains_until", "base_retires", "retires") if model[name]
        ]
        rows += [("dates from", _source(model["dates_source"]))]
        rows += [("note", model["note"])] if model["note"] else []
        show(table(["what", "is"], rows))


def _requests(prices: dict[str, float | None]) -> str:
    told = [f"{name.replace('_', ' ')} {price:g}" for name, price in prices.items() if price is not None]
    return ", ".join(told) + " USD a million tokens"


def _source(source: dict[str, Any]) -> str:
    return f"{source['source']}: {source['url']}, {source['as_of']}, {source['age_days']} days old"
