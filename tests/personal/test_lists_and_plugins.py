"""Kinds without a shape: lists, recognizers of plug-ins, numbers of countries; and pseudonyms."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Project, prep

from prep.errors import InputError, UsageError
from prep.personal.dictionary import find_entries, load_entries
from prep.personal.find import Search, find
from prep.personal.presidio import analyzer
from prep.personal.pseudonyms import fingerprint, pseudonym, pseudonym_key
from prep.personal.recognizers import recognizer


def found(text: str, *kinds: str) -> list[tuple[str, str]]:
    return find(pl.Series([text]), Search(kinds)).select("kind", "value").rows()


def test_entries_are_found_as_whole_words_whatever_their_case() -> None:
    """The longest counts; a part of a word does not; letters of all scripts are letters."""
    texts = pl.Series(["Ann Lee and ANN; Annette, annlee", None, "Ünal met Ün.", "none"])
    entries = ["Ann", "Ann Lee", "Ün"]
    assert sorted(find_entries(texts, entries)) == [(0, 0, 3), (0, 0, 7), (0, 12, 15), (2, 9, 11)]
    rows = find(texts, Search(dictionaries={"person": entries})).select("row", "kind", "value").rows()
    assert rows == [(0, "PERSON", "Ann Lee"), (0, "PERSON", "ANN"), (2, "PERSON", "Ün")]


def test_a_list_is_read_line_by_line(tmp_path: Path) -> None:
    """Blank lines and comments are no entries, one that repeats is one; a list that cannot be read is named."""
    (tmp_path / "a.txt").write_text("\ufeff# names\nJane  Roe\n\nJane Roe\nJosé\n")
    assert load_entries([tmp_path / "a.txt"]) == ["Jane Roe", "José"]
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not UTF-8"):
        load_entries([tmp_path / "b.txt"])
    with pytest.raises(InputError, match="cannot be read"):
        load_entries([tmp_path / "c.txt"])


VATS = [
    "ATU13585627", "BE0428759497", "DE136695976", "DK13585628", "ESB58378431", "FI20774740", "FR83404833048", "NL004495445B01",
    "PL8567346215", "PT501964843", "SE123456789701", "IT00743110157", "IE6433435F", "GB980780684", "CHE107787577MWST", "HU12892312",
]  # fmt: skip


@pytest.mark.parametrize("value", VATS)
def test_vat_numbers_with_a_right_checksum(value: str) -> None:
    """With the country's prefix, spaces or not; a wrong digit makes it something else."""
    assert found(f"VAT {value}, paid", "eu_vat") == [("EU_VAT", value)]
    prefix = 3 if value.startswith("CHE") else 2
    spaced = f"{value[:prefix]} {value[prefix:]}"
    assert found(f"({spaced})", "eu_vat") == [("EU_VAT", spaced)]
    wrong = value[:6] + str((int(value[6]) + 1) % 10) + value[7:]
    assert found(f"VAT {wrong}", "eu_vat") == []


PERSONS = [
    ("", "RCCMNL83S18D969H"), ("", "X-2482300-W"), ("", "54362315-K"), ("", "131052-308T"), ("", "BOXW310820HNERXN09"), ("", "390.533.447-05"),
    ("", "756.9217.0769.85"), ("", "2 95 10 99 126 111 93"), ("BSN ", "111222333"), ("PESEL ", "44051401359"), ("CPR-nr. ", "211062-5629"),
    ("Steuer-ID: ", "36 574 261 809"), ("NHS number ", "943 476 5870"), ("NIF ", "501964843"), ("CNP ", "1630615123457"), ("OIB ", "33392005961"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "value"), PERSONS)
def test_numbers_of_persons(word: str, value: str) -> None:
    """Plain digits only behind the word that says what they are."""
    assert found(f"see {word}{value}.", "national_id") == [("NATIONAL_ID", value)]
    if word:
        assert found(f"see file {value}.", "national_id") == []


def test_a_recognizer_of_a_plugin_is_a_kind(project: Project) -> None:
    """Named in `find`, its placeholder is its name; an edit of the plug-in makes another key."""
    plugin = "from prep import recognizer\nimport re\n\n@recognizer\ndef person(texts):\n"
    plugin += "    return [[m.span() for m in re.finditer('Roe', text)] for text in texts]\n"
    rows = "".join(f"{number},Jane Roe called {number},She did\n" for number in range(3))
    path = project(
        "plugins: [people.py]\ningest: [{path: qa.csv, id: id, text: [question, answer]}]\n"
        'clean: [redact: {find: [email, person]}]\nformat: {user: "{{ question }}", assistant: "{{ answer }}"}\n',
        people__py=plugin,
        qa__csv=f"id,question,answer\n{rows}",
    )
    done = prep("run", path, "--json")
    assert done.returncode == 0, done.stderr
    train = path.parent / "build" / "p" / "finetune" / "azure" / "train.jsonl"
    told = [json.loads(line)["messages"][0]["content"] for line in train.read_text().splitlines()]
    assert sorted(told) == [f"Jane [PERSON_1] called {number}" for number in range(3)]
    path.with_name("people.py").write_text(plugin.replace("Roe", "Jane"))
    assert json.loads(prep("run", path, "--json").stdout)["ran_tasks"] > 0
    assert "[PERSON_1] Roe" in train.read_text()


def test_a_recognizer_must_have_a_name_of_its_own() -> None:
    """A built-in kind is not replaced silently, and the name must make a placeholder."""

    def email(texts: list[str]) -> list[list[tuple[int, int]]]:
        return [[] for _ in texts]

    with pytest.raises(UsageError, match="is a kind of prep's own"):
        recognizer(email)
    email.__name__ = "Person"
    with pytest.raises(UsageError, match="names no kind"):
        recognizer(email)


@dataclass
class Result:
    start: int
    end: int
    score: float


class Engine:
    """What Presidio's engine does, for one name."""

    def analyze(self, text: str, language: str, entities: list[str]) -> list[Result]:
        assert (language, entities) == ("de", ["PERSON"])
        at = text.find("Jane")
        return [Result(at, at + 4, 0.85), Result(0, 1, 0.2)] if at >= 0 else []


def test_presidio_is_asked_text_by_text() -> None:
    """Finds under the least score do not count; without the package the way out is told."""
    find_persons = analyzer(["PERSON"], language="de", engine=Engine())
    assert find_persons(["Frau Jane Roe", "niemand"]) == [[(5, 9)], []]
    with pytest.raises(UsageError, match="Presidio is not installed"):
        analyzer(["PERSON"])(["x"])


def test_pseudonyms_depend_on_the_key_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same value under the same key is the same; another key, kind or value is another."""
    one, other = b"k" * 32, b"l" * 32
    assert pseudonym(one, "EMAIL", "a@x.com") == pseudonym(one, "EMAIL", "a@x.com")
    several = {
        pseudonym(one, "EMAIL", "a"),
        pseudonym(other, "EMAIL", "a"),
        pseudonym(one, "PHONE", "a"),
        pseudonym(one, "EMAIL", "b"),
    }
    assert len(several) == 4
    monkeypatch.setenv("K", "short")
    with pytest.raises(UsageError, match="is too short"):
        pseudonym_key("K")
    monkeypatch.delenv("K")
    with pytest.raises(UsageError, match="is not set"):
        pseudonym_key("K")
    assert fingerprint("K") is None


PSEUDONYMS = """
ingest: [{path: qa.csv, id: id, text: [question, answer]}]
clean: [redact: {find: [email], mode: pseudonym}]
format: {user: "{{ question }}", assistant: "{{ answer }}"}
"""


def test_a_run_with_pseudonyms(
    project: Project, carry_out: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same person in all records; a new key is a new run, the same key is none; the key is nowhere."""
    rows = "".join(f"{number},I am A@x.com {number},hello a@x.com\n" for number in range(3))
    path = project(PSEUDONYMS, qa__csv=f"id,question,answer\n{rows}")
    monkeypatch.setenv("PREP_PSEUDONYM_KEY", "a long and secret key")
    result, out = carry_out(path)
    first = (out / "finetune" / "azure" / "train.jsonl").read_text()
    names = {word for word in first.replace('"', " ").split() if word.startswith("[EMAIL_")}
    assert len(names) == 1
    assert "x.com" not in first
    assert carry_out(path)[0]["up_to_date"]
    monkeypatch.setenv("PREP_PSEUDONYM_KEY", "another long and secret key")
    result, out = carry_out(path)
    assert result["ran_tasks"] > 0
    assert (out / "finetune" / "azure" / "train.jsonl").read_text() != first
    held = b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    assert b"long and secret key" not in held
    monkeypatch.delenv("PREP_PSEUDONYM_KEY")
    done = prep("run", path)
    assert done.returncode == 2
    assert "PREP_PSEUDONYM_KEY, which is not set" in done.stderr
