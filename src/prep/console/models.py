"""Models as tables: what can be tuned where, and everything that the catalog says of one."""

from __future__ import annotations

from typing import Any

from prep.catalog import OLD_DAYS
from prep.console.tables import show, table

_TIERS = ("standard", "global", "developer")


def print_models(models: list[dict[str, Any]]) -> None:
    """Models, a line each: what training costs, whether new jobs are taken, how long one tuned today would live."""
    rows = [
        (
            model["provider"],
            (model["aliases"] or [model["model"]])[0],
            ", ".join(model["methods"]) or "cannot be tuned",
            _by_tier(model["training_usd_per_million"])
            or _by_tier(model["training_usd_per_hour"], " an hour")
            or ("unknown" if model["methods"] else _base(model["base_usd_per_million"])),
            _status(model),
            model["retires"] or "",
            "" if model["days_left"] is None else f"{max(0, model['days_left']):,}",
            f"{model['prices_source']['source']}, {model['prices_source']['age_days']:,}"
            + (", OLD" if model["prices_source"]["age_days"] > OLD_DAYS else ""),
        )
        for model in models
    ]
    columns = [
        "provider",
        "model",
        "methods",
        "training, USD a million tokens",
        "new jobs",
        "retires",
        "days",
        "from, days old",
    ]
    show(table(columns, rows, whole=columns))
    show(
        "", "retires, days: when models tuned of it go, and how long one tuned today would live",
        "`prep models NAME` shows one with all its figures and their sources",
    )  # fmt: skip


def _status(model: dict[str, Any]) -> str:
    told = {"open": "yes", "closes": f"until {model['trains_until']}", "untunable": "", "retired": "retired"}
    closed = f"closed since {model['trains_until']}"
    return told.get(model["status"], closed) + (", by invitation" if model["by_invitation"] else "")


def _base(prices: dict[str, Any]) -> str:
    """What requests cost of a model that cannot be tuned."""
    found = next(iter(prices.values()), None)
    if found is None or found["input"] is None:
        return ""
    return f"none; requests: input {found['input']:g}, output {found['output']:g}"


def _by_tier(prices: dict[str, float | None], unit: str = "") -> str:
    shown = {tier: price for tier, price in prices.items() if tier in _TIERS and price is not None}
    return ", ".join(f"{tier} {price:,.2f}{unit}" for tier, price in shown.items())


def _price(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:,.2f}"


def print_model(found: list[dict[str, Any]]) -> None:
    """One model at each provider, with everything that the catalog says of it."""
    for told in dict.fromkeys(told for model in found for told in model["said_first"]):
        show(f"first: {told}")
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
        for kind in ("tuned", "tuned_batch", "base", "base_batch"):
            what = f"{kind.removesuffix('_batch')} requests{', batch' if kind.endswith('_batch') else ''}"
            rows += [(f"{what}, {tier}", _requests(prices))
                     for tier, prices in model[f"{kind}_usd_per_million"].items()]  # fmt: skip
        hosting = model["hosting_usd_per_hour"].items()
        rows += [(f"hosting, {tier}", "unknown" if usd is None else f"{usd:g} USD an hour") for tier, usd in hosting]
        rows += [("training from", _source(model["prices_source"]))] if model["methods"] else []
        rows += [("requests, hosting from", _source(model["requests_source"]))]
        rows += [(f"{name} from", _source(source)) for name, source in model["own_figures"].items()]
        if model["cache"]:
            rows.append(("prompts are cached", f"from {model['cache']['minimum_tokens']:,} tokens"))
        rows += [("new jobs", _status(model))] if model["methods"] else []
        rows += [("days left", f"{model['days_left']:,}")] if model["days_left"] is not None else []
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
    old = ", OLD" if source["age_days"] > OLD_DAYS else ""
    told = f"{source['as_of']}, {source['age_days']} days old{old}, confidence {source['confidence']}"
    return f"{source['source']}: {source['url']}, {told}"
