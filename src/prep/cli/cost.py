"""`prep cost`: what training on chat JSONL files would cost."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from prep.cli import options


@click.command("cost")
@options.data_files
@click.option("--provider", help="Provider of the target; default: the run's, else azure.")
@click.option("--model", help="Model to tune; default: the run's, else gpt-4.1-mini.")
@click.option("--tier", help="standard, global or developer; default: the run's, else standard.")
@click.option("--region", help="Region, where its price differs from `standard`.")
@click.option("--method", type=click.Choice(["sft", "dpo", "rft"]), help="Method; default: the run's, else sft.")
@click.option(
    "--compare", multiple=True, metavar="OFFER",
    help="Further candidate: provider/model@tier, a model, or all (repeatable); default: the model everywhere.",
)  # fmt: skip
@click.option("--epochs", type=click.IntRange(1, 50), help="Epochs; default: what the provider is known to choose.")
@click.option("--max-usd", type=click.FloatRange(min=0), help="Exit 1 when the target's high estimate is above.")
@click.option(
    "--validation", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="Validation file, billed where the provider does so (repeatable).",
)  # fmt: skip
@click.option("--evaluations", type=click.IntRange(min=0), help="How often validation is run; default: once an epoch.")
@click.option("--hours", type=click.FloatRange(min=0), help="For rft: hours of the core training loop.")
@click.option("--grader", metavar="MODEL", help="For rft: the model that grades.")
@click.option(
    "--grader-tokens", nargs=2, type=click.IntRange(min=0), default=(0, 0), metavar="IN OUT",
    help="For rft: tokens that the grader reads and writes in the whole job.",
)  # fmt: skip
@click.option("--short-system", metavar="TEXT", help="Short form of the system prompt; default: its first sentence.")
@options.catalog
@options.as_of
@click.option("--explain", is_flag=True, help="Print each formula with its numbers, and the source of every price.")
@click.option("--csv", "form", flag_value="csv", help="Print the estimates as CSV.")
@click.option("--markdown", "form", flag_value="markdown", help="Print the estimates as Markdown.")
@options.as_json
def command(
    data: tuple[Path, ...],
    max_usd: float | None,
    as_of: datetime.datetime | None,
    compare: tuple[str, ...],
    explain: bool,
    form: str | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Say what training on DATA costs: tokens x epochs x price, candidates side by side, before committing.

    DATA are training files (chats, or preference pairs with --method dpo), or the output folder of a run.
    """
    from prep.api import cost
    from prep.console import print_costs, print_json
    from prep.console.costs import print_explained, print_form
    from prep.outputs.cost import gate

    report = cost(list(data), compare=compare or None, max_usd=max_usd, as_of=options.today(as_of), **asked)
    if as_json:
        print_json(report)
        return 0 if report["within_budget"] is not False else 1
    if form is not None:
        print_form(report, form)
    elif explain:
        print_explained(report)
    else:
        print_costs(report)
    gate(report)
    return 0
