"""The published rule for `auto` epochs."""

from __future__ import annotations

import pytest

from prep.catalog import auto_epochs


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [(0, 0), (1, 25), (10, 10), (33, 3), (34, 3), (25, 4), (8333, 3), (8334, 2), (25000, 1), (30000, 1)],
)
def test_the_published_points_hold(examples: int, epochs: int) -> None:
    """Few examples are seen about a hundred times over, many at least once."""
    assert auto_epochs(examples) == epochs
