"""Short lines from which the register's examples are made."""

from __future__ import annotations

SYSTEM, USER, ANSWER = (
    '{"role": "system", "content": "s"}',
    '{"role": "user", "content": "q"}',
    '{"role": "assistant", "content": "a"}',
)
DEVELOPER = '{"role": "developer", "content": "s"}'
OTHER = '{"role": "assistant", "content": "b"}'


def chat(*messages: str, more: str = "") -> str:
    """A line of these messages."""
    return f'{{"messages": [{", ".join(messages)}]{more}}}'


def pair(asked: str = f"{SYSTEM}, {USER}", better: str = ANSWER, worse: str = OTHER, more: str = "") -> str:
    """A preference line; `more` stands beside the messages of its input."""
    return (
        f'{{"input": {{"messages": [{asked}]{more}}}, "preferred_output": [{better}],'
        f' "non_preferred_output": [{worse}]}}'
    )


def graded(*messages: str, more: str = ', "expected": "4"') -> str:
    """A reinforcement line with a field for the grader."""
    return chat(*messages, more=more)


GOOD = chat(SYSTEM, USER, ANSWER)
PAIR = pair()
GRADED = graded(DEVELOPER, USER)
TOOLS = (
    ', "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object",'
    ' "properties": {"n": {"type": "integer"}}}}}]'
)


def call(arguments: str = '"{\\"n\\": 1}"', name: str = "f", number: str = "c12345678") -> str:
    """A call of a function as JSON."""
    return f'{{"id": "{number}", "type": "function", "function": {{"name": "{name}", "arguments": {arguments}}}}}'


def calling(*calls: str, more: str = "") -> str:
    """A message of the assistant with these calls."""
    return f'{{"role": "assistant", "tool_calls": [{", ".join(calls)}]{more}}}'


RESULT = '{"role": "tool", "tool_call_id": "c12345678", "content": "r"}'
CALLED = chat(SYSTEM, USER, calling(call()), RESULT, ANSWER, more=TOOLS)
