"""`prep advise`: fine-tune or prompt, with the figures of one's own dataset."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from prep.cli import options

_GIVEN = "default: as in `advise:` of the pipeline file, else "


@click.command("advise")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--requests-per-day", type=float, metavar="N", help=f"Requests on the first day; {_GIVEN}1,000.")
@click.option("--requests-growth", type=float, metavar="SHARE", help="Growth of requests in 30 days, 0.05 is 5 %.")
@click.option("--horizon", type=int, metavar="DAYS", help=f"Days that are looked ahead; {_GIVEN}365.")
@click.option("--retrain-every", type=int, metavar="DAYS", help="Days between trainings; default: trained once.")
@click.option("--residency", type=click.Choice(["anywhere", "zone", "region"]), help="Where data must stay.")
@click.option("--latency", type=int, metavar="TOKENS", help="Most prompt tokens of a request, a proxy for latency.")
@click.option("--cache-hit", type=float, metavar="SHARE", help="Requests that find their prefix cached, 0 to 1.")
@click.option("--batch-share", type=float, metavar="SHARE", help="Requests that can be sent as batches, 0 to 1.")
@click.option("--data-growth", type=float, metavar="SHARE", help="Growth of the data in 30 days.")
@click.option("--cost-per-label", type=float, metavar="USD", help="What a labelled example still costs.")
@click.option(
    "--quality", multiple=True, metavar="OPTION=0.91±0.02",
    help="Measured accuracy of zero_shot, few_shot, retrieved or fine_tuned (repeatable); +- will do; OPTION:MODEL=... "
    "for a candidate.",
)  # fmt: skip
@click.option("--error-cost", type=float, metavar="USD", help="What a wrong answer costs.")
@click.option("--model", "models", multiple=True, metavar="OFFER", help="Candidate, provider/model@tier (repeatable).")
@click.option("--retrieve", type=int, metavar="K", help="Examples that retrieved few-shot puts into a prompt.")
@click.option("--epochs", type=int, help="Epochs; default: what the provider is known to choose.")
@click.option("--training-hours", type=float, help="Hours of one training, for rft.")
@click.option("--grader", metavar="MODEL", help="For rft: the model that grades.")
@click.option(
    "--grader-tokens", nargs=2, type=int, metavar="IN OUT", help="For rft: tokens the grader takes in one training."
)
@click.option("--embedding-price", type=float, metavar="USD", help="Embedding a million tokens, to find examples.")
@click.option("--retrieval-usd-per-month", type=float, metavar="USD", help="Index that examples are looked up in.")
@click.option("--output-tokens", type=int, help="Tokens of an answer; default: measured.")
@click.option("--deployments", type=int, help="Deployments of the tuned model.")
@click.option("--hours-per-day", type=float, help="Hours a day in which the tuned model is deployed.")
@click.option("--explain", is_flag=True, help="Print each formula with the numbers put in, and every price's source.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the memo; default: the run's own."
)
@click.option("--no-files", is_flag=True, help="Write neither advice.md, advice.json nor advice.svg.")
@options.catalog
@options.as_of
@options.as_json
def command(
    run: Path,
    explain: bool,
    out: Path | None,
    no_files: bool,
    catalog: Path | None,
    as_of: datetime.datetime | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Fine-tune or prompt? Answers from the measured tokens of RUN, dated prices and what you say of the load.

    RUN is the output folder of a run, or its pipeline file, whose section `advise` then applies; options come first.
    Writes advice.md, advice.json and advice.svg.
    """
    from prep.api import advise
    from prep.console import print_advice, print_json

    settings = {name: value for name, value in given.items() if value not in (None, ())}
    if "quality" in settings:
        settings["quality"] = dict(_named(text) for text in settings["quality"])
    if "models" in settings:
        settings["models"] = list(settings["models"])
    found = advise(run, settings, catalog=catalog, as_of=options.today(as_of), out=out, files=not no_files)
    if as_json:
        print_json(found)
    else:
        print_advice(found, explain=explain)


def _named(text: str) -> tuple[str, str]:
    # A locale of ASCII alone hands the bytes of `±` over one by one.
    name, equals, value = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").partition("=")
    if not equals:
        raise click.UsageError(f"--quality {text} names no accuracy: write it as fine_tuned=0.91±0.02")
    return name.strip(), value.strip()
