"""`prep plan`: what a run would do, why, and what training on its result would cost."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from prep.cli import options


@click.command("plan")
@options.pipeline_file
@options.overrides
@options.cache
@click.option("--cost/--no-cost", "cost", default=None, help="Estimate the cost; default: if there is work to do.")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="Estimate from N records; default: 1,000 of a large input.",
)
@click.option("--compare", multiple=True, metavar="OFFER", help="Further candidate, as for `prep cost` (repeatable).")
@click.option("--epochs", type=click.IntRange(1, 50), help="Epochs; default: what the pipeline or the provider says.")
@click.option("--max-usd", type=click.FloatRange(min=0), help="Exit 1 when the target's high estimate is above.")
@click.option("--explain", is_flag=True, help="Print each formula with its numbers, and the source of every price.")
@options.workers
@options.memory
@options.catalog
@options.as_of
@options.as_json
def command(
    file: Path,
    overrides: tuple[str, ...],
    cache: Path | None,
    cost: bool | None,
    sample: int | None,
    compare: tuple[str, ...],
    epochs: int | None,
    max_usd: float | None,
    explain: bool,
    workers: int | None,
    memory: str | None,
    catalog: Path | None,
    as_of: datetime.datetime | None,
    as_json: bool,
) -> int:
    """Say what a run of FILE would do, what is cached, and why; and what training on its result would cost.

    A small input is worked out; of a large one a random sample is drawn, and the cost has a confidence interval.
    """
    from prep.api import plan
    from prep.console import print_costs, print_json, print_plan
    from prep.console.costs import print_explained
    from prep.outputs.cost import gate

    outlook = plan(file, overrides, cache=cache, workers=workers, memory=memory, catalog=catalog)
    asked = cost or sample is not None or compare or epochs is not None or max_usd is not None or explain
    if asked or (cost is None and outlook["trains"] and not outlook["up_to_date"]):
        outlook = plan(
            file, overrides, cache=cache, cost=True, sample=sample, compare=compare or None, epochs=epochs,
            max_usd=max_usd, workers=workers, memory=memory, catalog=catalog, as_of=options.today(as_of),
        )  # fmt: skip
    report = outlook.get("cost")
    if as_json:
        print_json(outlook)
        return 1 if report is not None and report["within_budget"] is False else 0
    print_plan(outlook)
    if report is not None:
        (print_explained if explain else print_costs)(report)
        gate(report)
    return 0
