"""`prep cost`: what training on chat JSONL files would cost."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from prep.cli import options


@click.command("cost")
@options.data_files
@click.option("--provider", default="azure", show_default=True, help="Provider of the target.")
@click.option("--model", default="gpt-4.1-mini", show_default=True, help="Model to tune.")
@click.option("--tier", default="standard", show_default=True, help="standard, global or developer.")
@click.option("--region", help="Region, where its price differs from `standard`.")
@click.option("--method", default="sft", show_default=True, type=click.Choice(["sft", "dpo", "rft"]), help="Method.")
@click.option("--compare", multiple=True, metavar="OFFER", help="Further candidate, provider/model@tier (repeatable).")
@click.option("--epochs", type=click.IntRange(1, 50), help="Epochs; default: what the provider is known to choose.")
@click.option("--max-usd", type=click.FloatRange(min=0), help="Exit 1 when the target's high estimate is above.")
@options.catalog
@options.as_of
@options.as_json
def command(
    data: tuple[Path, ...],
    provider: str,
    model: str,
    tier: str,
    region: str | None,
    method: str,
    compare: tuple[str, ...],
    epochs: int | None,
    max_usd: float | None,
    catalog: Path | None,
    as_of: datetime.datetime | None,
    as_json: bool,
) -> int:
    """Say what training on DATA costs: tokens x epochs x price, candidates side by side, before committing.

    DATA are training files; validation tokens are not billed.
    """
    from prep.api import cost
    from prep.console import print_costs, print_json
    from prep.outputs.cost import gate

    report = cost(
        list(data), provider=provider, model=model, tier=tier, region=region, method=method, compare=compare,
        epochs=epochs, max_usd=max_usd, catalog=catalog, as_of=options.today(as_of),
    )  # fmt: skip
    if as_json:
        print_json(report)
        return 0 if report["within_budget"] is not False else 1
    print_costs(report)
    gate(report)
    return 0
