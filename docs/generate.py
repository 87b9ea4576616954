"""Writes the pages, and the tables in pages, that are made from the code: `python docs/generate.py`.

A test says when they are stale.
"""

from __future__ import annotations

import json
import re
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from prep.catalog import load_prices
from prep.personal.kinds import KINDS
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
        "file or the line, or that the answer would be lost; a warning that something is probably not meant. Rules",
        "without a list of providers or methods hold for all.",
        "",
        "| rule | severity | providers | methods | says | fix |",
        "|---|---|---|---|---|---|",
    ]
    for rule in rules():
        some = [", ".join(rule[name]) if len(rule[name]) < whole else "" for name, whole in _WHOLE.items()]
        cells = [f"`{rule['id']}`", _severity(rule), *some, rule["explanation"], rule["fix"]]
        lines.append("| " + " | ".join(cells) + " |")
    for rule in rules():
        if not rule["bad"].startswith("("):
            lines += ["", f"## {rule['id']}", "", "breaks it:", "", "```json", _short(rule["bad"]), "```"]
            lines += ["", "does not:", "", "```json", _short(rule["good"]), "```"]
    return "\n".join(lines) + "\n"


_WHOLE = {"providers": 5, "methods": 3}


def _short(line: str) -> str:
    """A line of the register, cut where it repeats itself."""
    return line if len(line) <= 600 else f"{line[:300]} ... {line[-60:]}"


def _severity(rule: dict[str, Any]) -> str:
    severity = rule["severity"]
    if isinstance(severity, str):
        return severity
    return ", ".join(f"{'others' if name == 'else' else name}: {word}" for name, word in severity.items())


def models_page() -> str:
    """Every model that can be tuned: methods, prices, dates, each with its source."""
    lines = [
        "# Models",
        "",
        "Generated from the catalog; `prep models` says the same with ages and days left. US dollars a million",
        "training tokens, hosting an hour. What a source key means stands below.",
        "",
        "| provider | model | methods | training | hosting | tuned models go | prices, dates from |",
        "|---|---|---|---|---|---|---|",
    ]
    prices = load_prices()
    for provider, entry in prices.providers.items():
        for name, model in entry.models.items():
            if not model.methods:
                continue
            hourly = {tier: f"{usd:g} an hour" for tier, usd in model.training_usd_per_hour.items() if usd is not None}
            training = {tier: f"{usd:g}" for tier, usd in model.training.items() if usd is not None} | hourly
            hosting = entry.hosting_usd_per_hour | model.hosting_usd_per_hour
            cells = [
                provider,
                ", ".join(f"`{one}`" for one in [*model.aliases, name]),
                ", ".join(model.methods),
                ", ".join(f"{tier} {price}" for tier, price in training.items()) or "not found",
                ", ".join(f"{tier} {usd:g}" for tier, usd in hosting.items() if usd is not None),
                str(model.dates.retired or model.dates.tuned_retires or ""),
                ", ".join(
                    (
                        model.source_of_training or model.source or entry.source,
                        model.dates_source or entry.dates_source,
                    )
                ),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "| source | where | as of | confidence |", "|---|---|---|---|"]
    lines += [f"| `{key}` | {one.url} | {one.as_of} | {one.confidence} |" for key, one in prices.sources.items()]
    return "\n".join(lines) + "\n"


_TABLE = re.compile(r"(<!-- (settings: (?P<place>\S+)|kinds|figures) -->\n).*?(<!-- end -->)", re.DOTALL)
SECTIONS = ("target", "ingest", "clean", "dedupe", "format", "count", "split", "validate", "output", "advise")


def section_page(name: str) -> str:
    """The page of a section as it lies there, its tables made anew."""

    def table(match: re.Match[str]) -> str:
        rows = _settings_table(match["place"]) if match["place"] else _TABLES[match[2]]()
        return match[1] + "\n".join(rows) + "\n" + match[4]

    return _TABLE.sub(table, (HERE / f"{name}.md").read_text())


def _settings_table(place: str) -> list[str]:
    module, _, name = place.partition(":")
    model = getattr(import_module(module), name)
    rows = ["| key | default | meaning |", "|---|---|---|"]
    for key, field in model.model_fields.items():
        default = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
        meaning = (field.description or "").replace("|", "\\|")
        rows.append(f"| `{field.alias or key}` | {default} | {meaning} |")
    return rows


def _default(value: Any) -> str:
    if value is None or value == [] or value == {}:
        return ""
    return "its own defaults" if hasattr(value, "model_dump") else f"`{json.dumps(value)}`"


def _kinds_table() -> list[str]:
    rows = ["| `find` | placeholder | what |", "|---|---|---|"]
    for kind in KINDS.values():
        extra = f" (needs `prep[{kind.extra}]`)" if kind.extra else ""
        rows.append(f"| `{kind.name}` | `[{kind.placeholder}_1]` | {kind.explanation}{extra} |")
    return rows


def _figures_table() -> list[str]:
    """Measured anew with every run: what is found of the labelled set."""
    sys.path.insert(0, str(HERE.parent))
    from benchmarks.personal_data import measure, positives

    rows = ["| kind | rows | found whole | wrong | recall | precision |", "|---|---|---|---|---|---|"]
    for name, total, found, wrong, recall, precision in measure(list(positives())).iter_rows():
        rows.append(f"| `{name}` | {total} | {found} | {wrong} | {recall:.3f} | {precision:.3f} |")
    return rows


_TABLES = {"kinds": _kinds_table, "figures": _figures_table}
PAGES = {"steps.md": steps_page, "rules.md": rules_page, "models.md": models_page} | {
    f"{name}.md": partial(section_page, name) for name in SECTIONS
}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
