"""What the figures of a count rest on, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def assumptions(total: dict[str, Any], encoding: str, tokenizer: Path | None) -> list[str]:
    """The sentences that concern this count."""
    if not total["examples"]:
        return []
    if tokenizer is not None:
        found = [_of_tokenizer(tokenizer)]
    else:
        found = [
            "3 tokens a message beside its text; the 3 that start an answer are only in the high figure of a range"
        ]
    if tokenizer is None and encoding == "o200k_harmony":
        found.append("the channel of an answer (2 tokens) and the system message that harmony adds are not in it")
    if total["methods"].get("dpo"):
        found.append(
            "a pair counts with its longer answer; both are trained on; billed may be one (low) or both (high)"
        )
    if total["methods"].get("rft"):
        found.append("reinforcement is billed by time; its tokens only have to fit")
    if total["truncated_tokens"]:
        found.append(
            "what is beyond the limit is cut from the end, so it is the answer that is lost, and is not billed"
        )
    if total["images"]:
        found.append("images count as the provider's guide says for requests; training is taken to be the same")
    return found


def _of_tokenizer(path: Path) -> str:
    from prep.tokens.local import local_counter

    own = local_counter(str(path))
    told = f"as {own.template} has it" if own.template is not None else "in place of its chat template"
    return f"texts count as the tokenizer's file says; {own.per_message} tokens a message beside them, {told}"
