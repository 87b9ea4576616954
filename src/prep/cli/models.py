"""`prep models`: what the catalog knows."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from prep.cli import options


@click.command("models")
@click.argument("name", required=False)
@click.option("--provider", help="Only this provider's.")
@click.option("--method", type=click.Choice(["sft", "dpo", "rft"]), help="Only those that can be tuned so.")
@click.option("--all", "untunable", is_flag=True, help="Those that cannot be tuned as well.")
@click.option("--open", "open_only", is_flag=True, help="Only those that take new jobs, or requests, today.")
@options.catalog
@options.as_of
@options.as_json
def command(
    name: str | None,
    provider: str | None,
    method: str | None,
    untunable: bool,
    open_only: bool,
    catalog: Path | None,
    as_of: datetime.datetime | None,
    as_json: bool,
) -> None:
    """List the models that can be tuned, or show the model NAME with every figure's source and age."""
    from prep.catalog.describe import describe, describe_all
    from prep.catalog.prices import load_prices
    from prep.console import print_json, print_model, print_models

    prices, today = load_prices(catalog), options.today(as_of)
    if name:
        found = describe(prices, name, today)
    else:
        found = describe_all(prices, today, provider, method, untunable=untunable, open_only=open_only)
    if as_json:
        print_json({"schema_version": 1, "as_of": today.isoformat(), "models": found})
    elif name:
        print_model(found)
    else:
        print_models(found)
