"""Whole runs on small projects: nothing is lost, nothing differs, errors are clear."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Project, prep
from recount import entries, recount, same_bytes

from prep import GateError, InputError, PipelineError, plan, run, status

WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
]


def sentence(number: int) -> str:
    return " ".join(f"{word}{number * 31 + place}" for place, word in enumerate(WORDS))


def table(count: int) -> str:
    rows = [f"{number},{sentence(number)},{'ab'[number % 2]}" for number in range(count)]
    return "id,text,label\n" + "\n".join(rows) + "\n"


PIPELINE = """
label: label
ingest: [{path: data.csv, id: id, text: text}]
clean: [normalize_text]
dedupe: {exact: true, near: {threshold: 0.8}}
format: {system: Name it., user: "{{ text }}", assistant: "{{ label }}"}
split: {into: {train: 0.8, validation: 0.2}}
"""


def test_every_record_is_accounted_for(project: Project) -> None:
    """Read, dropped, quarantined and written add up, recounted from the raw file and the outputs."""
    data = table(40) + f"7x,{sentence(7).upper()},a\n8x,short,a,too many\n9x,{sentence(99)},\n"
    path = project(PIPELINE.replace("split", "max_quarantined: 0.5\nsplit"), data__csv=data)
    result = run(path, workers=1)
    counts = recount(Path(result["directory"]), {"data.csv": entries(path.parent / "data.csv")})
    assert counts == {"read": 42, "created": 0, "quarantined": 1, "dropped": 2, "written": 40}
    assert result["dropped_by_reason"] == {"exact_duplicate": 1, "label_missing": 1}
    assert result["quarantined_by_reason"] == {"ragged_row": 1}


def test_the_same_input_gives_the_same_bytes(project: Project) -> None:
    """Another folder, time zone, locale, hash seed and number of workers change no published byte."""
    path = project(PIPELINE, data__csv=table(60))
    first = prep("run", path, "--quiet", "--workers", "1", TZ="UTC", PYTHONHASHSEED="1")
    assert first.returncode == 0, first.stderr
    second = prep(
        "run", path, "--quiet", "--force", "--workers", "2", "--set", "output.directory=build/other",
        TZ="Asia/Kathmandu", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="2",
    )  # fmt: skip
    assert second.returncode == 0, second.stderr
    assert same_bytes(path.parent / "build" / "p", path.parent / "build" / "other") == []


def test_a_second_run_does_nothing_and_a_changed_setting_reads_nothing_again(project: Project) -> None:
    """Reuse: all of it, then everything but what the setting touches."""
    path = project(PIPELINE, data__csv=table(30))
    assert not status(path)
    first = run(path, workers=1)
    assert first["ran_tasks"] == 5
    assert status(path)
    second = run(path, workers=1)
    assert (second["up_to_date"], second["ran_tasks"], second["reused_tasks"]) == (True, 0, 5)
    third = run(path, ["split.into={train: 0.5, test: 0.5}"], workers=1)
    assert (third["ran_tasks"], third["reused_tasks"]) == (2, 3)
    fourth = run(path, ["format.system=Say it."], workers=1)
    assert fourth["reused_tasks"] >= 1


def test_a_changed_template_reads_nothing_again(project: Project) -> None:
    """Only what comes after reading is done anew when the words around a value change."""
    path = project(PIPELINE, data__csv=table(30))
    run(path, workers=1)
    segments = plan(path, ["format.system=Other words."])["segments"]
    told = [(entry["segment"], entry["reused"], entry["run"], entry["why"]) for entry in segments[:3]]
    why = "format.system Name it. -> Other words."
    assert told == [("read", 1, 0, None), ("decide", 1, 0, None), ("transform", 0, 1, why)]


def test_an_edited_output_is_made_again(project: Project) -> None:
    """Outputs that were changed by hand are not believed; they are published again from finished work."""
    path = project(PIPELINE, data__csv=table(30))
    directory = Path(run(path, workers=1)["directory"])
    (directory / "finetune/azure/train.jsonl").write_text("gone")
    assert not status(path)
    again = run(path, workers=1)
    assert again["ran_tasks"] == 0
    assert len((directory / "finetune/azure/train.jsonl").read_text().splitlines()) > 10


def test_a_failed_run_leaves_the_last_good_outputs(project: Project) -> None:
    """A gate that fails publishes nothing and touches nothing."""
    path = project(PIPELINE, data__csv=table(30))
    directory = Path(run(path, workers=1)["directory"])
    before = {file: file.read_bytes() for file in directory.rglob("*") if file.is_file()}
    (path.parent / "data.csv").write_text(table(30) + "a,b,c,d\n" * 5)
    with pytest.raises(GateError, match="5 of 35 entries could not be read") as caught:
        run(path, workers=1)
    assert "data.csv:32 (ragged_row)" in str(caught.value.where)
    assert {file: file.read_bytes() for file in directory.rglob("*") if file.is_file()} == before
    assert [file.name for file in directory.parent.iterdir()] == ["p"]


def test_a_users_file_in_the_output_folder_stays(project: Project) -> None:
    """What no run of ours made is not ours to delete."""
    path = project(PIPELINE, data__csv=table(30))
    directory = Path(run(path, workers=1)["directory"])
    (directory / "notes.txt").write_text("mine")
    run(path, ["seed=5"], workers=1)
    assert (directory / "notes.txt").read_text() == "mine"


def test_an_output_folder_with_inputs_in_it_is_refused(project: Project) -> None:
    """A run would replace the folder, and with it the data."""
    path = project(PIPELINE + "output: {directory: .}\n", data__csv=table(30))
    with pytest.raises(PipelineError) as caught:
        run(path, workers=1)
    assert "would replace" in caught.value.problems[0].message


def test_a_column_that_nothing_has_is_found_before_the_run(project: Project) -> None:
    """The template's place and the columns there are."""
    path = project(PIPELINE.replace("{{ text }}", "{{ txet }}"), data__csv=table(3))
    done = prep("run", path)
    assert done.returncode == 2
    assert "no source has the column `txet`" in done.stderr
    assert "p.yaml:6:" in done.stderr
    assert "the columns are: id, label, text" in done.stderr


def test_an_id_that_repeats_names_both_places(project: Project) -> None:
    """Two rows of one id cannot be told apart in a ledger."""
    path = project(PIPELINE, data__csv=table(5) + f"3,{sentence(50)},a\n")
    with pytest.raises(InputError, match=r"the id data\.csv:3 stands 2 times") as caught:
        run(path, workers=1)
    assert caught.value.where == "data.csv:5 and data.csv:7"


def test_a_record_lives_in_the_ledger_under_its_id_and_its_line(project: Project) -> None:
    """`prep why` tells the same life for an id and for the line it became."""
    path = project(PIPELINE, data__csv=table(30))
    result = run(path, workers=1)
    ledger = pl.read_parquet(Path(result["directory"]) / "ledger.parquet")
    row = ledger.filter(pl.col("event") == "written").row(0, named=True)
    by_line = prep("why", path, f"{row['output']}:{row['line']}", "--json")
    by_id = prep("why", path, row["record"], "--json")
    assert json.loads(by_line.stdout) == json.loads(by_id.stdout)
    assert [event["event"] for event in json.loads(by_id.stdout)["events"]] == ["read", "assigned", "written"]
    for name in (f"build/p/{row['output']}", str(Path(result["directory"]) / row["output"]), "train.jsonl"):
        if name != "train.jsonl" or row["output"].endswith("azure/train.jsonl"):
            told = json.loads(prep("why", path, f"{name}:{row['line']}", "--json").stdout)
            assert told["record"] == row["record"]
    missing = prep("why", path, "data.csv:no")
    assert missing.returncode == 2
    assert "no record or output line is called data.csv:no" in missing.stderr


def test_conversations_are_put_together_from_rows_far_apart(project: Project) -> None:
    """Rows merge, the conversation is created, turns after the last answer are left out with a note."""
    rows = ["t,at,who,body"]
    rows += [f"T{number},{step},{'user' if step % 2 else 'agent'},{sentence(number * 7 + step)}"
             for step in (2, 3, 1) for number in range(12)]  # fmt: skip
    pipeline = """
ingest: [{path: m.csv, conversation: {by: t, order: at, role: who, text: body, roles: {agent: assistant}}}]
format: {conversation: turns, system: Be kind.}
"""
    path = project(pipeline, m__csv="\n".join(rows) + "\n")
    result = run(path, workers=1)
    assert result["records"] == {"read": 36, "created": 12, "quarantined": 0, "dropped": 36, "written": 12}
    assert result["changed_by_step"] == {"format": 12}
    line = json.loads((Path(result["directory"]) / "finetune/azure/train.jsonl").read_text().splitlines()[0])
    assert [message["role"] for message in line["messages"]] == ["system", "user", "assistant"]


def test_records_alone_are_written_in_their_order(project: Project) -> None:
    """Without `format` the cleaned records are the result."""
    pipeline = "ingest: [{path: data.csv, id: id, text: text}]\nclean: [normalize_text]\noutput: {records: out.csv}\n"
    path = project(pipeline, data__csv=table(5))
    result = run(path, workers=1)
    frame = pl.read_csv(Path(result["directory"]) / "out.csv", infer_schema=False)
    assert frame["record_id"].to_list() == [f"data.csv:{number}" for number in range(5)]
    assert result["records"]["written"] == 5


def test_a_plugin_step_runs_and_its_mistakes_are_named(project: Project) -> None:
    """A user's step changes text and drops with a reason; one that filters is an error."""
    plugin = '''
from prep import Part, StepConfig, TextStepConfig, step

class Loud(TextStepConfig):
    """Shout."""

@step
def loud(text, config: Loud):
    return text.str.to_uppercase()

class Odd(StepConfig):
    """Drop label b."""

@step
def odd(part: Part, config: Odd) -> Part:
    return part.drop(where=part.column("label") == "b", reason="odd_label")

class Filter(StepConfig):
    """Lose records."""

@step
def losing(part: Part, config: Filter) -> Part:
    from dataclasses import replace
    return replace(part, frame=part.frame.head(1))
'''
    pipeline = "plugins: [mine.py]\n" + PIPELINE.replace("[normalize_text]", "[loud, odd]")
    path = project(pipeline, data__csv=table(20), mine__py=plugin)
    result = run(path, workers=1)
    assert result["dropped_by_reason"] == {"odd_label": 10}
    assert "ALPHA0" in (Path(result["directory"]) / "finetune/azure/train.jsonl").read_text()
    path.write_text(pipeline.replace("[loud, odd]", "[losing]"))
    with pytest.raises(InputError, match=r"losing lost records without a reason") as caught:
        run(path, workers=1)
    assert "data.csv:1" in f"{caught.value.message} {caught.value.where}"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing", None, "nothing matches data.csv"),
        ("empty", b"", "1 of 1 entries could not be read"),
        ("junk", bytes(range(256)) * 40, ""),
        ("header only", b"id,text,label\n", ""),
    ],
)
def test_odd_inputs_end_with_a_message_never_a_traceback(
    project: Project, name: str, content: bytes | None, message: str
) -> None:
    """Missing, empty and binary inputs: exit 0, 1 or 2, and words."""
    path = project(PIPELINE) if content is None else project(PIPELINE, data__csv=content)
    done = prep("run", path)
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert message in done.stderr
    assert name


def test_json_errors_are_documents_too(project: Project) -> None:
    """With --json stdout holds one document, on failure too."""
    path = project(PIPELINE.replace("seed", "sede") + "sede: 3\n", data__csv=table(3))
    done = prep("run", path, "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert document["error"]["problems"][0]["message"].startswith("unknown key `sede`")


def test_a_sample_is_published_apart(project: Project) -> None:
    """--sample N reads N records of each source and never replaces real outputs."""
    path = project(PIPELINE, data__csv=table(50))
    result = run(path, workers=1, sample=20)
    assert result["records"]["read"] == 20
    assert result["directory"].endswith("p.sample")


def test_workers_and_the_size_of_parts_change_no_byte(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many parts on 2 and 4 workers, or one after the other, of 4, 16 and 64 KiB: the same files."""
    from prep.engine import sizing

    lines = "".join(json.dumps({"id": f"r{n}", "text": sentence(n), "label": "ab"[n % 2]}) + "\n" for n in range(200))
    pipeline = PIPELINE.replace("data.csv", "data.jsonl")
    path = project(pipeline, data__jsonl=lines)
    one = Path(run(path, ["output.directory=build/one"], workers=1)["directory"])
    for part, workers in ((4096, 2), (16_384, 4), (65_536, 1)):
        monkeypatch.setattr(sizing, "PART_BYTES", part)
        many = run(path, [f"output.directory=build/{part}"], workers=workers)
        assert many["ran_tasks"] > (20 if part == 4096 else 3)
        assert same_bytes(one, Path(many["directory"])) == []


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("output.records=ledger.parquet", "is a name of prep's own outputs"),
        ("output.records=finetune/azure/train.csv", "is a name of prep's own outputs"),
        ("output.directory=/", "would replace"),
    ],
)
def test_outputs_do_not_stand_in_each_others_way(project: Project, override: str, message: str) -> None:
    """A name or folder that would overwrite something else is a mistake in the pipeline."""
    path = project(PIPELINE, data__csv=table(12))
    done = prep("run", path, "--set", override)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_folder_whose_name_looks_like_a_pattern_is_a_folder(tmp_path: Path) -> None:
    """Brackets, braces and stars in the path of the project."""
    folder = tmp_path / "br[1]{x}*"
    folder.mkdir()
    (folder / "p.yaml").write_text(PIPELINE)
    (folder / "data.csv").write_text(table(20))
    result = run(folder / "p.yaml", workers=1)
    assert result["records"]["written"] == 20
    assert prep("why", folder / "p.yaml", "data.csv:3").returncode == 0


def test_a_foreign_ledger_in_the_output_folder_is_no_obstacle(project: Project) -> None:
    """It says nothing about our records, and is replaced like any output."""
    path = project(PIPELINE, data__csv=table(20))
    (path.parent / "build" / "p").mkdir(parents=True)
    (path.parent / "build" / "p" / "ledger.parquet").write_text("mine")
    assert run(path, workers=1)["records"]["written"] == 20


def test_columns_of_a_conversation_and_a_join_are_checked_before_the_run(project: Project) -> None:
    """What the source itself must have is named with its columns."""
    pipeline = """
ingest: [{path: m.csv, conversation: {by: tt, role: who, text: body, roles: {agent: assistant}}}]
format: {conversation: turns}
"""
    path = project(pipeline, m__csv="t,who,body\n1,agent,hi\n")
    with pytest.raises(PipelineError) as caught:
        run(path, workers=1)
    assert [problem.message for problem in caught.value.problems] == ["this source has no column `tt`"]
    joined = PIPELINE.replace("text: text}", "text: text, join: {path: t.csv, on: zz}}")
    path = project(joined, data__csv=table(3), t__csv="zz,x\n1,2\n")
    with pytest.raises(PipelineError) as caught:
        run(path, workers=1)
    assert "this source has no column `zz`" in [problem.message for problem in caught.value.problems]


def test_a_sample_of_conversations_is_whole_conversations(project: Project) -> None:
    """--sample 3 gives three of them, with all their messages."""
    rows = ["t,at,who,body"]
    rows += [f"T{number},{step},{'agent' if step % 2 else 'user'},{sentence(number * 9 + step)}"
             for step in range(4) for number in range(20)]  # fmt: skip
    pipeline = """
ingest: [{path: m.csv, conversation: {by: t, order: at, role: who, text: body, roles: {agent: assistant}}}]
format: {conversation: turns}
"""
    result = run(project(pipeline, m__csv="\n".join(rows) + "\n"), workers=1, sample=3)
    assert result["records"] == {"read": 12, "created": 3, "quarantined": 0, "dropped": 12, "written": 3}


def test_a_record_frozen_on_two_sides_is_named(project: Project) -> None:
    """The frozen file contradicts itself."""
    pipeline = PIPELINE.replace("validation: 0.2}", "validation: 0.2}, frozen: f.csv")
    path = project(pipeline, data__csv=table(12), f__csv="id,split\ndata.csv:1,train\ndata.csv:1,validation\n")
    with pytest.raises(InputError, match=r"data\.csv:1 is frozen on two sides"):
        run(path, workers=1)


def test_sources_without_files_are_all_named_at_their_lines(project: Project) -> None:
    """A misspelt file, an empty glob and an ending no reader knows: one answer, each with its line and a way out."""
    pipeline = """
ingest:
  - path: dta.csv
  - {path: "none/*.csv"}
  - path: p.yaml
output: {records: r.jsonl}
"""
    done = prep("run", project(pipeline, data__csv=table(3)))
    assert done.returncode == 2
    assert "p.yaml:3:11" in done.stderr
    assert "there are: data.csv" in done.stderr
    assert "p.yaml:4:12" in done.stderr
    assert "this folder does not exist" in done.stderr
    assert "no reader for .yaml" in done.stderr
    assert done.stderr.strip().endswith("3 mistakes")
