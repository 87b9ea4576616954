"""Methods, roles, the keys a message of each may have, and the keys of a whole line."""

from __future__ import annotations

METHODS = ("sft", "dpo", "rft")
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
# `developer` is for reinforcement lines, which in turn know neither system nor function.
METHOD_ROLES = {
    "sft": ("system", "user", "assistant", "tool", "function"),
    "dpo": ("system", "user", "assistant", "tool", "function"),
    "rft": ("developer", "user", "assistant", "tool"),
}
SFT_KEYS = ("messages", "tools", "parallel_tool_calls", "functions")
INPUT_KEYS = ("messages", "tools", "parallel_tool_calls")
OUTPUTS = ("preferred_output", "non_preferred_output")
DPO_KEYS = ("input", *OUTPUTS)
# Of a reinforcement line only these mean something to the provider: every other key is the grader's.
RFT_KEYS = ("messages", "tools")
# What the outputs of a preference line were called until May 2025.
OBSOLETE = {"preferred_completion": "preferred_output", "non_preferred_completion": "non_preferred_output"}
MESSAGE_KEYS = {
    "system": {"role", "content", "name"},
    "developer": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {
        "role", "content", "name", "refusal", "audio", "tool_calls", "function_call", "weight",
    },
    "tool": {"role", "content", "tool_call_id"},
    "function": {"role", "content", "name"},
}  # fmt: skip
FUNCTION_NAME = r"[a-zA-Z0-9_-]{1,64}"
# Control tokens of the chat formats: as text in a message they are a sign of a template gone wrong.
SPECIAL_TEXT = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|endofprompt|>", "<|start|>", "<|end|>")
