"""A right pipeline file becomes a declaration; whatever else is given becomes problems, never another exception."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from prep.errors import PipelineError
from prep.pipeline.load import Loaded, load
from prep.pipeline.render import render

ROOT = Path(__file__).parents[2]
SMALL = 'ingest: [{path: qa.csv}]\nformat: {user: "{{ question }}", assistant: "{{ answer }}"}\n'

# The example of a whole pipeline file: what there is and what comes later.
WHOLE = r"""
name: legal
seed: 7
label: clause_type
group: contract_id
plugins: [legal_steps.py]
target:
  provider: azure
  model: gpt-4.1-mini
  method: sft
  tier: standard
ingest:
  - path: ../sample_data/legal/clauses.jsonl
    id: clause_id
    text: clause
  - path: ../sample_data/legal/contracts/*.{pdf,docx,html,md,txt}
    chunk: heading
    columns: {text: clause}
    from_path: '(?P<contract_id>[^/]+)\.\w+$'
    join: {path: ../sample_data/legal/headings.csv, on: heading}
clean:
  - normalize_text
  - strip_html
  - remove_lines: {matching: ['^Page [0-9]+ of [0-9]+$']}
  - redact: {find: [email, phone, us_ssn, iban, credit_card]}
  - drop_short: {min_words: 12}
  - drop_missing: {columns: [clause_type]}
dedupe:
  exact: true
  near: {threshold: 0.8, keep: longest}
  conflicts: report
  against: [../sample_data/legal/benchmark.jsonl]
format:
  system: You are a contracts analyst. Answer with one clause type.
  user: |
    Which type of clause is this?

    {{ clause }}
  assistant: "{{ clause_type }}"
count: {over_length: drop}
split:
  into: {train: 0.8, validation: 0.1, test: 0.1}
  stratify: true
validate: {on_error: drop}
output:
  directory: ../build/legal
  finetune: {also: [openai]}
  fewshot: {per_label: 3, max_tokens: 3000}
  cost: {compare: [gpt-4.1, gpt-4o-mini], max_usd: 50}
"""


def loaded(folder: Path, text: str | bytes, *overrides: str) -> Loaded:
    path = folder / "small.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return load(path, overrides)


def messages(folder: Path, text: str | bytes, *overrides: str) -> list[str]:
    with pytest.raises(PipelineError) as caught:
        loaded(folder, text, *overrides)
    return [problem.message for problem in caught.value.problems]


def test_defaults_come_from_the_file_and_from_other_sections(tmp_path: Path) -> None:
    """The name is the stem, the output lies in build, a format writes training files, nothing is split."""
    result = loaded(tmp_path, SMALL)
    assert result.pipeline.name == "small"
    assert result.pipeline.output.directory == "build/small"
    assert result.pipeline.output.finetune is not None
    assert result.pipeline.split is None
    assert result.base == tmp_path


def test_finetune_can_be_switched_off(tmp_path: Path) -> None:
    """`finetune: null` is not overruled by the default."""
    assert loaded(tmp_path, SMALL + "output: {finetune: null}\n").pipeline.output.finetune is None


def test_the_whole_example_parses(tmp_path: Path) -> None:
    """Every setting of the whole example is right."""
    (tmp_path / "legal_steps.py").write_text('"""Nothing yet."""\n')
    pipeline = loaded(tmp_path, WHOLE).pipeline
    assert [step.name for step in pipeline.clean][1:4] == ["strip_html", "remove_lines", "redact"]
    assert pipeline.dedupe is not None
    assert pipeline.dedupe.against is not None


def test_steps_in_flow_style(tmp_path: Path) -> None:
    """A list in one line may mix names and names with settings."""
    steps = loaded(
        tmp_path, SMALL + "clean: [normalize_text, drop_short: {min_words: 3}, normalize_text: null]\n"
    ).pipeline.clean
    assert [step.name for step in steps] == ["normalize_text", "drop_short", "normalize_text"]
    assert steps[1].config.model_dump()["min_words"] == 3


def test_a_step_keeps_its_settings_when_dumped(tmp_path: Path) -> None:
    """The settings of a step are part of the declaration's plain data: keys are made of it."""
    pipeline = loaded(tmp_path, SMALL + "clean: [drop_short: {min_words: 3}]\n").pipeline
    assert pipeline.model_dump()["clean"][0]["config"]["min_words"] == 3


def test_scalars_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    """Dates, `no`, `.nan` and numbers with underscores stay text; whole numbers do for a share."""
    text = "ingest: [{path: a.csv, set: {day: 2024-05-01, ok: no, nan: .nan, big: 1_000, time: 12:30, n: 5, x: 1.5}}]\n"
    pipeline = loaded(tmp_path, text + "format: {user: a, assistant: b}\nsplit: {into: {train: 1}}\n").pipeline
    expected = {"day": "2024-05-01", "ok": "no", "nan": ".nan", "big": "1_000", "time": "12:30", "n": 5, "x": 1.5}
    assert pipeline.ingest[0].set == expected
    assert pipeline.split is not None
    assert pipeline.split.into == {"train": 1.0}


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    """A file from a Windows editor is read, and its places are right."""
    text = b"\xef\xbb\xbf" + (SMALL + "tresh: 1\n").replace("\n", "\r\n").encode()
    with pytest.raises(PipelineError) as caught:
        loaded(tmp_path, text)
    assert [(problem.line, problem.column, problem.source) for problem in caught.value.problems] == [(3, 1, "tresh: 1")]


def test_no_file(tmp_path: Path) -> None:
    """A missing file, a folder and a data file are said to be that."""
    for path, text in ((tmp_path / "no.yaml", "no such"), (tmp_path, "cannot be read")):
        with pytest.raises(PipelineError) as caught:
            load(path)
        assert text in caught.value.problems[0].message
    (tmp_path / "data.jsonl").write_bytes(b" " * (1 << 21))
    with pytest.raises(PipelineError, match="1 mistake") as caught:
        load(tmp_path / "data.jsonl")
    assert "larger than 1 MiB" in caught.value.problems[0].message


def test_a_problem_found_later_has_its_place(tmp_path: Path) -> None:
    """`problem_at` points at the value, at what should hold it, or at its `--set`."""
    result = loaded(tmp_path, SMALL, "ingest.0.id=ticket")
    assert (
        result.problem_at(("ingest", 0, "path"), "no match").line,
        result.problem_at(("ingest", 0, "path"), "").column,
    ) == (1, 17)
    assert result.problem_at(("ingest", 0, "text"), "no column").column == 10
    assert (
        render(result.problem_at(("ingest", 0, "id"), "no column"))
        == "error: no column\n  --> --set ingest.0.id=ticket"
    )


def test_text_in_place_of_the_file(tmp_path: Path) -> None:
    """A worker is given the text that was read; what the file holds by now does not matter."""
    assert load(tmp_path / "gone.yaml", text=SMALL).pipeline.name == "gone"


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "pipelines").glob("*.yaml"), *(ROOT / "tests/pipelines").glob("*.yaml")]),
    ids=lambda path: path.stem,
)
def test_the_pipelines_of_this_repository_are_right(path: Path) -> None:
    """Every pipeline that is shipped loads."""
    load(path)


def test_loading_is_quick_and_imports_no_data_library() -> None:
    """A pipeline loads without polars, and once more within 60 ms."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom prep.pipeline.load import load\n"
        "path = Path(sys.argv[1])\nload(path)\nstart = time.perf_counter()\nload(path)\n"
        "print(time.perf_counter() - start)\n"
        "print([name for name in ('polars', 'numpy', 'scipy', 'datasketch', 'tiktoken') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(ROOT / "pipelines/legal.yaml")]
    seconds, heavy = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert heavy == "[]"
    assert float(seconds) < 0.06


def attempt(folder: Path, text: str | bytes, *overrides: str) -> None:
    """Load; a PipelineError must have problems that can be printed."""
    try:
        loaded(folder, text, *overrides)
    except PipelineError as error:
        texts = [render(problem).encode("utf-8") for problem in error.problems]
        if not texts or not all(text.startswith(b"error: ") for text in texts):
            pytest.fail(f"problems that cannot be printed: {texts}")


hostile = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BITS = [
    *("ingest", "format", "clean", "path", ": ", "- ", "\n", "\n  ", "{", "}", "[", "]", ",", "'", '"', "|", ">"),
    *("*a", "&a ", "!t ", "? ", "#", "\t", "\r", "%", "---", "...", "010", "~", "<<", "\\", "{{ x }}", "{% if %}"),
    *("\x85", "\u2028", "é", "\x00"),
]


@hostile
@given(st.binary(max_size=60))
def test_any_bytes_load_or_are_explained(tmp_path: Path, data: bytes) -> None:
    """Whatever bytes a file has, the answer is a declaration or problems."""
    attempt(tmp_path, data)


@hostile
@given(st.lists(st.sampled_from(BITS), max_size=25).map("".join))
def test_any_broken_yaml_is_explained(tmp_path: Path, text: str) -> None:
    """Pieces of YAML in any order are read or explained."""
    attempt(tmp_path, text)


def mutations(value: Any) -> st.SearchStrategy[Any]:
    """Trees that look like pipelines: a right one with any piece replaced, removed or renamed."""
    junk = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.sampled_from(["_x", "newest", "(", "{{"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=5,
    )
    if isinstance(value, dict):
        whole = st.fixed_dictionaries({}, optional={key: mutations(inner) for key, inner in value.items()})
        extra = st.dictionaries(st.sampled_from(["nmae", "keep", "1", "format"]), junk, max_size=1)
        return st.one_of(st.just(value), st.builds(lambda one, two: one | two, whole, extra), junk)
    if isinstance(value, list) and value:
        return st.one_of(st.just(value), st.lists(st.one_of(*map(mutations, value)), max_size=3), junk)
    return st.one_of(st.just(value), st.just(value), junk)


@hostile
@given(mutations(YAML(typ="safe", pure=True).load(WHOLE)), st.sampled_from(["block", "flow"]))
def test_any_tree_loads_or_is_explained(tmp_path: Path, tree: Any, style: str) -> None:
    """A pipeline with anything in the place of anything is read or explained."""
    import json

    text = json.dumps(tree, ensure_ascii=False)
    attempt(tmp_path, text if style == "flow" else text.replace("{", "\n{"))


@hostile
@given(
    st.lists(st.sampled_from(["ingest", "clean", "0", "9", "drop_short", "min_words", "dedupe", "x", ""]), max_size=5),
    st.text(max_size=12) | st.sampled_from(["{a: 1}", "[", "{{ x }}", "'", "*x", "010"]),
)
def test_any_override_is_taken_or_explained(tmp_path: Path, pieces: list[str], value: str) -> None:
    """Whatever stands behind `--set`, the answer is a declaration or problems."""
    attempt(tmp_path, SMALL + "clean: [drop_short]\n", f"{'.'.join(pieces)}={value}", value)


def test_a_large_list_is_read_in_time(tmp_path: Path) -> None:
    """A file with 2,000 sources, each with a mistake, is explained within seconds."""
    start = time.perf_counter()
    assert len(messages(tmp_path, "ingest:\n" + "  - {path: a.csv, tetx: b}\n" * 2000)) == 2001
    assert time.perf_counter() - start < 20
