"""The short form of a system prompt, and the template that matches it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep import InputError, PipelineError
from prep.chat.prompt import first_sentence, front
from prep.stages.format.prune import inference_template, short_system, trained
from prep.stages.format.settings import Format
from prep.stages.format.syntax import spans
from prep.stages.format.templates import compile_problems

Project = Callable[..., Path]
Run = Callable[..., tuple[dict[str, Any], Path]]
FULL = "You are a contracts analyst. Answer with one clause type, and nothing else. Do not explain your answer."


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (FULL, "You are a contracts analyst."),
        ("You know U.S. Law and U.K. law. Be brief.", "You know U.S. Law and U.K. law."),
        ("Hi. You are an expert. Be brief.", "Hi. You are an expert."),
        ("Classify the clause below\n- one label\n- no more", "Classify the clause below"),
        ("\n  Is it so? Say yes or no.\n", "Is it so?"),
        ("One sentence only", "One sentence only"),
        ("One sentence only.", "One sentence only."),
        ("", ""),
    ],
)
def test_the_first_sentence(text: str, short: str) -> None:
    """It ends with its mark or its line and has three words at least; a prompt of one sentence stays."""
    assert first_sentence(text) == short


@pytest.mark.parametrize(
    ("template", "short"),
    [
        ("You work for {{ client }}. Be brief.", "You work for {{ client }}."),
        ("You work{% if client %} for {{ client }}. Be kind{% endif %}. Be brief.",
         "You work{% if client %} for {{ client }}. Be kind{% endif %}."),
        ('You are {{ "A. B" }} and more. Be brief.', 'You are {{ "A. B" }} and more.'),
        ("{# A note. Of some words. #}You are a helper. Be brief.", "{# A note. Of some words. #}You are a helper."),
    ],
)  # fmt: skip
def test_no_tag_is_cut(template: str, short: str) -> None:
    """Nor a block between its tags: the short form is a template, too."""
    found = short_system(Format(system=template, user="{{ a }}", assistant="{{ b }}", prune_prefix=True))
    assert found == short
    assert compile_problems(short) is None


@given(st.lists(st.sampled_from(["You are", " a. B", "{{ x }}", "{% if x %}", "{% endif %}", ". Be", "\n", "!"])))
def test_the_short_form_of_a_template_is_one(pieces: list[str]) -> None:
    """Whatever compiles compiles when it is cut."""
    template = "".join(pieces)
    if compile_problems(template) is None:
        assert compile_problems(first_sentence(template, whole=spans(template))) is None


def test_training_sees_the_short_form_and_the_template_matches() -> None:
    """With `true`, with a text of one's own, as a first turn, and in front of a conversation."""
    asked = [{"role": "system", "content": "You are a contracts analyst."}, {"role": "user", "content": "{{ clause }}"}]
    settings = Format(system=FULL, user="{{ clause }}", assistant="{{ label }}", prune_prefix=True)
    assert trained(settings).system == "You are a contracts analyst."
    assert inference_template(settings)["tuned"] == {"messages": asked}
    assert inference_template(settings)["untuned"]["messages"][0]["content"] == FULL
    own = settings.model_copy(update={"prune_prefix": "Clause type?"})
    assert inference_template(own)["tuned"]["messages"][0]["content"] == "Clause type?"
    turns = [{"role": "system", "content": FULL}, {"role": "user", "content": "{{ clause }}"}]
    turns += [{"role": "assistant", "content": "{{ label }}"}]
    by_turn = Format.model_validate({"turns": turns, "prune_prefix": True})
    assert inference_template(by_turn)["tuned"] == {"messages": asked}
    chat = Format(system=FULL, conversation="turns", prune_prefix=True)
    assert "turns" in inference_template(chat)["tuned"]["then"]
    plain = Format(system=FULL, user="{{ clause }}", assistant="{{ label }}")
    assert trained(plain) is plain


def test_only_text_in_front_is_a_system_prompt() -> None:
    """Developer counts as system; a list of parts, an empty text and another role do not."""
    assert front([{"role": "developer", "content": "A"}]) == "A"
    for message in ({"role": "user", "content": "A"}, {"role": "system", "content": ""}, {"role": "system"}):
        assert front([message]) is None
    assert front([]) is None


ROWS = "clause,label,client\n" + "".join(f"Clause number {n} says so.,{'ab'[n % 2]},\n" for n in range(30))
PIPELINE = f"""
label: label
ingest: [{{path: rows.csv, text: clause}}]
format:
  system: "{FULL} The client is {{{{ client }}}}."
  user: "{{{{ clause }}}}"
  assistant: "{{{{ label }}}}"
  prune_prefix: true
output: {{directory: out}}
"""


def test_a_run_with_a_short_prompt(project: Project, carry_out: Run) -> None:
    """Lines have the short prompt; a column that only the rest prints is not asked for; the template lies beside."""
    result, folder = carry_out(project(PIPELINE, rows__csv=ROWS))
    assert result["records"]["written"] == 30
    line = json.loads((folder / "finetune/azure/train.jsonl").read_text().splitlines()[0])
    assert line["messages"][0]["content"] == "You are a contracts analyst."
    told = json.loads((folder / "finetune/inference.json").read_text())
    assert told["tuned"]["messages"][0] == line["messages"][0]
    assert "finetune/inference.json" in json.loads((folder / "manifest.json").read_text())["outputs"]
    assert any("inference.json" in warning for warning in result["warnings"])
    assert any("fewer than 100" in warning for warning in result["warnings"])


def test_a_bank_has_the_prompt_in_full(project: Project, carry_out: Run) -> None:
    """The bank is for a model that is not tuned; there the whole prompt must be known without a record."""
    pipeline = PIPELINE.replace("output: {", "output: {fewshot: {per_label: 1}, ")
    with pytest.raises(PipelineError) as caught:
        carry_out(project(pipeline, rows__csv=ROWS))
    assert "cannot print columns" in caught.value.problems[0].message
    _, folder = carry_out(project(pipeline.replace(" The client is {{ client }}.", ""), rows__csv=ROWS))
    assert json.loads((folder / "fewshot/messages.json").read_text())[0]["content"] == FULL


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("prune_prefix: true", "prune_prefix: '{{ nothing }}'", "no source has the column `nothing`"),
        ("prune_prefix: true", "prune_prefix: '{{ clause'", "the template `prune_prefix` is wrong"),
        (f'system: "{FULL} The client is {{{{ client }}}}."', "trailing: trim", "shortens the system prompt"),
    ],
)
def test_what_cannot_be_pruned_is_said(project: Project, carry_out: Run, old: str, new: str, message: str) -> None:
    """An unknown column, a broken template, no system prompt."""
    with pytest.raises((PipelineError, InputError)) as caught:
        carry_out(project(PIPELINE.replace(old, new), rows__csv=ROWS))
    problems = getattr(caught.value, "problems", [])
    assert any(message in problem.message for problem in problems)


def test_one_sentence_is_left_alone(project: Project, carry_out: Run) -> None:
    """Said, since the wish has no effect."""
    pipeline = PIPELINE.replace(f"{FULL} The client is {{{{ client }}}}.", "Answer with one clause type.")
    result, _ = carry_out(project(pipeline, rows__csv=ROWS))
    assert any("nothing is pruned" in warning for warning in result["warnings"])
