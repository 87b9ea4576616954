"""Costs and models as tables: every figure with its price, source and date."""

from __future__ import annotations

import sys
from typing import Any

from prep.console.tables import show, table


def print_costs(report: dict[str, Any]) -> None:
    """What is retired or soon to be, the estimates side by side, shares of the data, the prompt's part, warnings."""
    for told in report["said_first"]:
        show(f"first: {told}")
    print_estimates(report["estimates"], report["sources"])
    target = next((one for one in report["estimates"] if one["is_target"]), None)
    if target is not None:
        _print_prefix(target)
        _print_marginal(target)
    for warning in report["warnings"]:
        show(f"warning: {warning}")
    _print_budget(report)


def _print_budget(report: dict[str, Any]) -> None:
    if report["max_usd"] is not None:
        show(f"max_usd {report['max_usd']:,.2f}: {'within' if report['within_budget'] else 'OVER'} the budget")


def print_explained(report: dict[str, Any]) -> None:
    """Each amount as its formula with the numbers put in, each price with its source and date."""
    from prep.outputs.cost_explain import explained

    show(*(f"first: {told}" for told in report["said_first"]), *explained(report))
    show(*(f"warning: {told}" for told in report["warnings"]))
    _print_budget(report)


def print_form(report: dict[str, Any], form: str) -> None:
    """The estimates as CSV or Markdown: exactly that, on standard output."""
    from prep.outputs.cost_tables import as_csv, as_markdown

    sys.stdout.write(as_csv(report) if form == "csv" else as_markdown(report))


def print_estimates(estimates: list[dict[str, Any]], sources: dict[str, Any]) -> None:
    """A line an offer, the target first; then where the figures come from and what they rest on, each once."""
    cut = any(one["truncated_examples"] for one in estimates)
    rows = [
        (
            ("> " if one["is_target"] else "  ") + one["offer"],
            one["training_tokens"],
            *([one["truncated_examples"]] if cut else []),
            _range(one["epochs_range"]) if one["rft"] is None else "",
            one["trained_tokens"]["likely"] if one["rft"] is None else None,
            _price(one["price_usd_per_million"]) if one["rft"] is None else f"{_price(one['rft']['usd_per_hour'])}/h",
            *(_usd(one["training_usd"][level]) for level in ("low", "likely", "high")),
            _usd(one["hosting_usd_per_month"]),
            _usd(one["per_1000_requests"]["tuned_usd"]) if one["per_1000_requests"] else "",
            _life(one),
            _left(one),
            one["source"],
        )
        for one in estimates
    ]
    columns = [
        "offer",
        "tokens",
        *(["truncated"] if cut else []),
        "epochs",
        "trained",
        "USD/M",
        "low",
        "likely",
        "high",
    ]
    columns += ["hosting", "1,000 requests", "retires", "days", "price from"]
    show(table(columns, rows, whole=columns))
    show(
        "> is the target; trained: tokens x likely epochs; US dollars; hosting: 30 days of one deployment; 1,000 "
        "requests: to the tuned model, at the lengths of these examples; retires, days: when models tuned of it go, "
        "and how long one tuned today would live"
    )
    for one in estimates:
        if one["is_target"]:
            _print_interval(one)
            if one["truncated_examples"]:
                cut = one["truncated_examples"]
                show(f"{cut:,} examples are longer than the target trains on: the end is cut off, and not billed")
            for way, told in (one["pairs"] or {}).items():
                price = _usd(told["training_usd"])
                show(f"if {way.replace('_', '-')} answers are billed: {told['tokens']:,} tokens, likely {price} USD")
    for key, source in sources.items():
        age = f"{source['as_of']}, {source['age_days']} days old"
        show(f"{key}: {source['url']}, {age}, confidence {source['confidence']}")
    for told in dict.fromkeys(told for one in estimates for told in one["assumptions"]):
        show(f"assumed: {told}")


def _print_interval(one: dict[str, Any]) -> None:
    interval = one.get("interval")
    if interval is not None:
        low, high = interval["training_tokens"]
        rate = f"{interval['rate']:.0%}"
        before = ", before duplicates are taken off" if interval["before_dedupe"] else ""
        told = f"{low:,} to {high:,} with {rate} confidence{before}"
        show(f"tokens are estimated from a sample: {told}; low and high are of these")


def _print_prefix(one: dict[str, Any]) -> None:
    part = one["prefix"]
    if part is None:
        return
    where = f"{part['tokens_an_example']:,.0f} tokens in each of {part['examples']:,} examples"
    show(
        f"the repeated system prompt is {part['share_of_bill']:.1%} of the training bill: {where}, "
        f"{_usd(part['training_usd'])} USD"
    )
    if part["saves_training_usd"]:
        short = f"to {part['pruned_tokens_an_example']:,.0f} tokens (`format.prune_prefix: true`)"
        serving = part["saves_usd_per_1000_requests"]
        less = f" and {_usd(serving)} USD in 1,000 requests" if serving is not None else ""
        show(f"  cut {short}, it saves {_usd(part['saves_training_usd'])} USD in training{less}")


def _print_marginal(one: dict[str, Any]) -> None:
    if not one["marginal"] or one["training_usd"]["likely"] is None:
        return
    rows = [
        (
            f"{part['percent']} %",
            part["examples"],
            part["training_tokens"],
            _range(part["epochs_range"]),
            *(_usd(part["training_usd"][level]) for level in ("low", "likely", "high")),
        )
        for part in one["marginal"]
    ]
    show("", table(["of the data", "examples", "tokens", "epochs", "low", "likely", "high"], rows))
    what = "the first lines of the file" if one["interval"] is None else "shares of the whole"
    show(f"{what}, for the target; validation tokens are not in it")


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
    return f"{one['retires']}{' (closed)' if one['status'] == 'closed' else ''}"


def _left(one: dict[str, Any]) -> str:
    return "" if one["days_left"] is None else f"{max(0, one['days_left']):,}"
