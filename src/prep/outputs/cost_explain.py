"""Every figure of an estimate as its formula with the numbers put in, and where each price was read."""

from __future__ import annotations

from typing import Any

from prep.tokens.messages import PRIMING

Formula = dict[str, Any]


def formulas(one: dict[str, Any]) -> list[Formula]:
    """`what`, `formula` and `usd` of each amount in an estimate, in the order in which they are printed."""
    found = [*(_by_hour(one) if one["rft"] is not None else _training(one))]
    hosting = one["figures"]["hosting"]["usd"]
    if hosting is not None:
        amount = one["hosting_usd_per_month"]
        found.append(_formula("hosting, 30 days", f"24 x 30 hours x {hosting:g} USD an hour", amount))
    return [*found, *_requests(one), *_prefix(one)]


def _formula(what: str, formula: str, usd: float | None) -> Formula:
    result = "unknown" if usd is None else f"{money(usd)} USD"
    return {"what": what, "formula": f"{formula} = {result}", "usd": usd}


def money(usd: float) -> str:
    """An amount with cents; a small one with as many digits as it needs."""
    return f"{usd:,.2f}" if usd >= 1 or usd == 0 else f"{usd:.6f}".rstrip("0")


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def _training(one: dict[str, Any]) -> list[Formula]:
    price = one["price_usd_per_million"]
    if price is None:
        return []
    found = []
    most = one["max_training_tokens"]
    cut = f"min(length, {most:,})" if most else "length"
    sampled = one.get("interval") is not None
    for level in ("low", "likely", "high"):
        tokens, epochs = one["training_tokens_range"][level], one["epochs_range"][level]
        formula = f"{tokens:,} tokens x {_epochs(epochs)} x {price:g} USD / 1,000,000"
        checked = one["validation"]["trained_tokens"][level]
        if checked:
            times = one["validation"]["evaluations"][level]
            formula = f"({tokens:,} tokens x {_epochs(epochs)} + {one['validation']['tokens']:,} validation tokens x "
            formula += f"{times} evaluations) x {price:g} USD / 1,000,000"
        if level == "likely":
            formula += f"; tokens = sum of {cut} of {one['examples']:,} examples"
            formula += ", estimated from the sample" if sampled else ""
        if level == "high":
            formula += f"; {PRIMING} tokens an example are added"
        found.append(_formula(f"training, {level}", formula, one["training_usd"][level]))
    for name, way in (one["pairs"] or {}).items():
        told = f"{way['tokens']:,} tokens x {_epochs(one['epochs'])} x {price:g} USD / 1,000,000"
        found.append(_formula(f"training, {name.replace('_', '-')} answers billed", told, way["training_usd"]))
    return found


def _by_hour(one: dict[str, Any]) -> list[Formula]:
    job = one["rft"]
    if job["usd_per_hour"] is None or job["hours"] is None:
        return []
    formula = f"{job['hours']:g} hours x {job['usd_per_hour']:g} USD an hour"
    if job["grader"] is not None:
        reads, writes = one["figures"]["grader_input"]["usd"], one["figures"]["grader_output"]["usd"]
        parts = [(job["grader_tokens"]["input"], reads), (job["grader_tokens"]["output"], writes)]
        told = " + ".join(f"{count:,} tokens x {price:g} USD" for count, price in parts if price is not None)
        formula += f" + ({told}) / 1,000,000 for the grader {job['grader']}"
    return [_formula(f"training, {level}", formula, job["training_usd"]) for level in ("low", "likely", "high")]


def _requests(one: dict[str, Any]) -> list[Formula]:
    asked = one["per_1000_requests"]
    if asked is None:
        return []
    found = []
    for kind, words in (("tuned", "of the tuned model"), ("base", "of the model as it is")):
        price = {name: one["figures"][f"{kind}_{name}"]["usd"] for name in ("input", "cached_input", "output")}
        if asked[f"{kind}_usd"] is None:
            continue
        reads, writes, fixed = asked["input_tokens"], asked["output_tokens"], asked["fixed_tokens"]
        formula = f"1,000 x ({reads:g} input tokens x {price['input']:g} USD + {writes:g} output tokens x "
        formula += f"{price['output']:g} USD) / 1,000,000"
        found.append(_formula(f"1,000 requests {words}", formula, asked[f"{kind}_usd"]))
        if asked[f"{kind}_cached_usd"] is not None:
            formula = (
                f"1,000 x ({fixed:g} cached x {price['cached_input']:g} + {reads - fixed:g} x {price['input']:g} + "
            )
            formula += f"{writes:g} x {price['output']:g}) USD / 1,000,000"
            found.append(_formula(f"1,000 requests {words}, prompt cached", formula, asked[f"{kind}_cached_usd"]))
    return found


def _prefix(one: dict[str, Any]) -> list[Formula]:
    part, price = one["prefix"], one["price_usd_per_million"]
    if part is None or price is None:
        return []
    epochs = one["epochs"]
    formula = f"{part['tokens']:,} tokens x {_epochs(epochs)} x {price:g} USD / 1,000,000"
    less = part["tokens_an_example"] - part["pruned_tokens_an_example"]
    found = [_formula("the repeated system prompt, in training", formula, part["training_usd"])]
    if less > 0:
        formula = (
            f"{less:g} of {part['tokens_an_example']:g} tokens x {part['examples']:,} examples x {_epochs(epochs)} x "
        )
        formula += f"{price:g} USD / 1,000,000"
        found.append(_formula("pruning it saves, in training", formula, part["saves_training_usd"]))
        serving = one["figures"]["tuned_input"]["usd"]
        if serving is not None:
            formula = f"1,000 x {less:g} tokens x {serving:g} USD / 1,000,000"
            amount = part["saves_usd_per_1000_requests"]
            found.append(_formula("pruning it saves, in 1,000 requests", formula, amount))
    return found


def explained(report: dict[str, Any]) -> list[str]:
    """Lines that show how each amount was made, offer by offer, and the source and date of every price."""
    lines = []
    for one in report["estimates"]:
        lines += ["", one["offer"]]
        width = max((len(entry["what"]) for entry in one["formulas"]), default=0)
        lines += [f"  {entry['what']:<{width}}  {entry['formula']}" for entry in one["formulas"]]
        if not one["formulas"]:
            lines.append("  nothing can be worked out: see what is assumed")
        for name, figure in one["figures"].items():
            if figure["usd"] is None:
                continue
            unit = "an hour" if name == "hosting" or (name == "training" and one["rft"]) else "a million tokens"
            made = f" = {figure['note']}" if figure["note"] else ""
            read = f"{figure['source']}, {figure['as_of']}, {figure['age_days']} days old, {figure['confidence']}"
            lines.append(
                f"  {name.replace('_', ' ')}: {figure['usd']:g} USD {unit}{made} ({read}; {figure['catalog']})"
            )
        lines += [f"  assumed: {told}" for told in one["assumptions"]]
    lines.append("")
    lines += [f"{key}: {source['url']}, as of {source['as_of']}" for key, source in report["sources"].items()]
    return lines
