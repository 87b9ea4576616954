"""Settings of `validate`: what happens to an example the provider would refuse."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from prep.stages.registry import Settings


class Validate(Settings):
    """Which rules apply, and what happens to an example that breaks one."""

    on_error: Literal["drop", "fail"] = Field("drop", description="drop: to the ledger with the rule's id; fail: stop")
    ignore: list[str] = Field(default_factory=list, description="ids of rules that are not applied")
