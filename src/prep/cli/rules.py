"""`prep rules`: the providers' rules."""

from __future__ import annotations

import click

from prep.cli import options


@click.command("rules")
@click.argument("rule_id", metavar="ID", required=False)
@options.as_json
def command(rule_id: str | None, as_json: bool) -> None:
    """List the rules of `validate`, or explain the rule ID."""
    from prep.console import print_json, print_rule, print_rules
    from prep.stages.validate.describe import describe, describe_all

    if rule_id is None:
        rules = describe_all()
        if as_json:
            print_json({"schema_version": 1, "rules": rules})
        else:
            print_rules(rules)
        return
    found = describe(rule_id)
    if as_json:
        print_json({"schema_version": 1, **found})
    else:
        print_rule(found)
