"""Roles, the keys a message of each may have, and the keys of a whole line."""

from __future__ import annotations

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
# Roles a supervised line may have; `developer` is for reinforcement lines.
SFT_ROLES = ("system", "user", "assistant", "tool", "function")
LINE_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
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
