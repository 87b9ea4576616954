"""Writes the pages that are made from the registers: `python docs/generate.py`; a test says when they are stale."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prep.stages.clean.describe import describe as describe_step
from prep.stages.clean.describe import describe_all as steps
from prep.stages.validate.describe import describe_all as rules

HERE = Path(__file__).parent


def steps_page() -> str:
    """Every clean step: what it does, its settings, an example."""
    lines = [
        "# Steps of `clean`",
        "",
        "Generated from the steps themselves; `prep steps NAME` says the same. A text step acts on every text",
        "column and every turn of a conversation, a record step on whole records. Your own steps use the same",
        "decorator, see [plug-ins](plugins.md).",
        "",
        "| step | acts on | does |",
        "|---|---|---|",
    ]
    lines += [f"| [`{step['name']}`](#{step['name']}) | {step['kind']} | {step['summary']} |" for step in steps()]
    for step in (describe_step(step["name"]) for step in steps()):
        lines += ["", f"## {step['name']}", "", step["summary"], ""]
        lines += [step["description"], ""] if step["description"] else []
        if step["settings"]:
            lines += ["| setting | type | default | meaning |", "|---|---|---|---|"]
            lines += [_setting(entry) for entry in step["settings"]]
        if step["example"]:
            example = json.dumps(step["example"], indent=1, ensure_ascii=False)
            lines += ["", "```json", example, "```"]
    return "\n".join(lines) + "\n"


def _setting(entry: dict[str, Any]) -> str:
    default = "required" if entry["default"] == "required" else f"`{json.dumps(entry['default'])}`"
    kind = str(entry["type"]).replace("|", "\\|")
    return f"| `{entry['name']}` | {kind} | {default} | {entry['description']} |"


def rules_page() -> str:
    """Every rule of `validate`: what it says, how to mend a line, a line that breaks it."""
    lines = [
        "# Rules of `validate`",
        "",
        "Generated from the register; `prep rules ID` says the same. An error means that the provider refuses the",
        "file or the line, or that the answer would be lost; a warning that something is probably not meant.",
        "",
        "| rule | severity | says | fix |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{rule['id']}` | {_severity(rule)} | {rule['explanation']} | {rule['fix']} |" for rule in rules()]
    return "\n".join(lines) + "\n"


def _severity(rule: dict[str, Any]) -> str:
    severity = rule["severity"]
    told = severity if isinstance(severity, str) else ", ".join(f"{name}: {word}" for name, word in severity.items())
    return told if len(rule["providers"]) > 1 else f"{told} ({rule['providers'][0]})"


PAGES = {"steps.md": steps_page, "rules.md": rules_page}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
