"""Short lines from which the register's examples are made."""

from __future__ import annotations

SYSTEM, USER, ANSWER = (
    '{"role": "system", "content": "s"}',
    '{"role": "user", "content": "q"}',
    '{"role": "assistant", "content": "a"}',
)


def chat(*messages: str, more: str = "") -> str:
    """A line of these messages."""
    return f'{{"messages": [{", ".join(messages)}]{more}}}'


GOOD = chat(SYSTEM, USER, ANSWER)
