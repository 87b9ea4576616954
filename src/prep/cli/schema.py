"""`prep schema`: the JSON Schema of a pipeline file."""

from __future__ import annotations

import click


@click.command("schema")
@click.option("--json", "as_json", is_flag=True, help="The schema is JSON in any case.")
def command(as_json: bool) -> None:  # noqa: ARG001
    """Print the JSON Schema of a pipeline file, for editors."""
    from prep.console import print_json
    from prep.pipeline.schema import schema

    print_json(schema())
