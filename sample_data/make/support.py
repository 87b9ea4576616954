"""sample_data/support: a ticket export with one row a message, and a table of questions and answers."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from .grammar import PHRASES
from .similarity import Index

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

TICKETS, QUESTIONS, COPIES, UNANSWERED = 64, 150, 10, 4
APART = 0.55
MESSAGE_COLUMNS = ("ticket_id", "sent_at", "author_type", "body", "channel", "category")
QA_COLUMNS = ("ticket_id", "question", "answer", "product", "updated_at")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass
class Support:
    """Messages in the export's order, rows of questions and answers, and planted records by kind."""

    messages: list[dict[str, str]]
    answers: list[dict[str, str]]
    planted: dict[str, list[dict[str, Any]]]


class Phrases:
    """Sentences with slots, filled at random; a slot means the same thing throughout one talk."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.topics: list[dict[str, Any]] = json.loads((PHRASES / "support" / "topics.json").read_text())
        self.words: dict[str, list[str]] = json.loads((PHRASES / "support" / "words.json").read_text())

    def say(self, line: str, known: dict[str, str]) -> str:
        """`line` with its slots filled; what was said before is said again."""

        def fill(match: re.Match[str]) -> str:
            name = match[1]
            if name not in known:
                known[name] = self.say(self.rng.choice(self.words[name]), known)
            return known[name]

        return _SLOT.sub(fill, line)


def make_support(rng: Random) -> Support:
    """Tickets whose rows lie far apart, and a table of questions and answers."""
    phrases = Phrases(rng)
    index = Index()
    planted: dict[str, list[dict[str, Any]]] = {"ends_with_customer": [], "role_unknown": [], "empty_body": []}
    rows: list[dict[str, str]] = []
    for number in range(1, TICKETS + 1):
        talk = _apart(index, partial(_ticket, phrases, number))
        if talk[-1]["author_type"] == "customer":
            planted["ends_with_customer"].append({"id": f"messages.csv#{talk[0]['ticket_id']}"})
        rows += talk
    bot = next(row for row in rows if row["ticket_id"] == f"T-{1000 + TICKETS // 2}" and row["author_type"] == "agent")
    bot["author_type"] = "bot"
    planted["role_unknown"].append({"id": f"messages.csv#{bot['ticket_id']}"})
    empty = next(
        row for row in rows if row["ticket_id"] == f"T-{1000 + TICKETS // 3}" and row["author_type"] == "customer"
    )
    empty["body"] = ""
    planted["empty_body"].append({"id": f"messages.csv#{empty['ticket_id']}"})
    rng.shuffle(rows)
    answers = _answers(phrases, planted)
    return Support(rows, answers, planted)


def _apart(index: Index, make: Any) -> list[dict[str, str]]:
    for _ in range(200):
        talk: list[dict[str, str]] = make()
        text = "\n".join(row["body"] for row in talk)
        if not any(index.neighbours(text, APART)):
            index.add(text)
            return talk
    raise RuntimeError("no ticket is far enough from the others: widen the phrases")


def _ticket(phrases: Phrases, number: int) -> list[dict[str, str]]:
    rng = phrases.rng
    known: dict[str, str] = {}
    topic = rng.choice(phrases.topics)
    lines = [("customer", "{greeting} " + rng.choice(topic["asks"]))]
    checks, replies = rng.sample(topic["checks"], 3), rng.sample(topic["replies"], 3)
    for check, reply in list(zip(checks, replies, strict=True))[: rng.choice((0, 1, 1, 2, 3))]:
        lines += [("agent", check), ("customer", reply)]
    lines.append(("agent", rng.choice(topic["solves"])))
    if rng.random() < 0.25:
        lines[0] = ("customer", lines[0][1] + " {contact}")
    if rng.random() < 0.2 or len(lines) < 3:
        lines.append(("customer", "{thanks}"))
        if rng.random() < 0.5:
            lines.append(("agent", rng.choice(("You are welcome.", "Gladly. Have a good day.", "Any time."))))
    at = datetime(2026, 1, 5, 8) + timedelta(minutes=rng.randrange(200_000))
    rows = []
    for author, line in lines:
        at += timedelta(minutes=rng.randint(3, 700))
        body = phrases.say(line, known).strip()
        rows.append({
            "ticket_id": f"T-{1000 + number}", "sent_at": at.isoformat(), "author_type": author, "body": body,
            "channel": "mail" if number % 3 else "chat", "category": topic["category"],
        })  # fmt: skip
    return rows


def _answers(phrases: Phrases, planted: dict[str, list[dict[str, Any]]]) -> list[dict[str, str]]:
    rng = phrases.rng
    index = Index()
    rows: list[dict[str, str]] = []
    for number in range(1, QUESTIONS + 1):
        row = _apart(index, partial(_pair, phrases, number))[0]
        rows.append({name: row[name] for name in QA_COLUMNS})
    for row in rng.sample(rows[:80], COPIES):
        copy = {**row, "ticket_id": f"Q-{len(rows) + 1:04d}"}
        rows.append(copy)
        entry = {"id": f"qa.csv:{copy['ticket_id']}", "ref": f"qa.csv:{row['ticket_id']}", "similarity": 1.0}
        planted.setdefault("exact_duplicate", []).append(entry)
    for row in rng.sample(rows[90:QUESTIONS], UNANSWERED):
        row["answer"] = ""
        planted.setdefault("answer_missing", []).append({"id": f"qa.csv:{row['ticket_id']}"})
    return rows


def _pair(phrases: Phrases, number: int) -> list[dict[str, str]]:
    rng = phrases.rng
    known: dict[str, str] = {}
    topic = rng.choice(phrases.topics)
    question = phrases.say(rng.choice(topic["asks"]) + " " + rng.choice(topic["replies"]), known)
    answer = phrases.say(rng.choice(topic["solves"]) + " " + rng.choice(topic["checks"]), known)
    day = datetime(2025, 2, 1) + timedelta(days=rng.randrange(600))
    return [{
        "ticket_id": f"Q-{number:04d}", "question": question, "answer": answer, "product": topic["product"],
        "updated_at": day.date().isoformat(), "body": f"{question}\n{answer}",
    }]  # fmt: skip


def write_support(support: Support, folder: Path) -> dict[str, Any]:
    """Write both tables into `folder`; returns what planted.json says."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "messages.csv", MESSAGE_COLUMNS, support.messages)
    _write(folder / "qa.csv", QA_COLUMNS, support.answers)
    kinds = {kind: {"count": len(found), "records": found} for kind, found in sorted(support.planted.items())}
    rows = {"messages.csv": len(support.messages), "qa.csv": len(support.answers)}
    return {"rows": rows, "tickets": TICKETS, "kinds": kinds}


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
