"""How often a provider goes through the data when it is left the choice."""

from __future__ import annotations

TARGET_EPOCHS = 3
FEWEST_SEEN, MOST_SEEN = 100, 25_000
MOST_EPOCHS = 25


def auto_epochs(examples: int) -> int:
    """Epochs of `auto` for a training file of so many examples, at least 1; 0 for none.

    Source: OpenAI cookbook, "Data preparation and analysis for chat model fine-tuning", the only published rule. What a
    provider does today may differ.
    """
    if examples <= 0:
        return 0
    if examples * TARGET_EPOCHS < FEWEST_SEEN:
        return min(MOST_EPOCHS, FEWEST_SEEN // examples)
    if examples * TARGET_EPOCHS > MOST_SEEN:
        return max(1, MOST_SEEN // examples)
    return TARGET_EPOCHS
