"""From similar pairs to duplicates: connected components, or stars around the records kept."""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Duplicate = tuple[
    int, int, int, float
]  # (record, the record kept, the neighbour on the way to it, similarity with that)


def chain(pairs: Array, alike: Array, rank: Array) -> list[Duplicate]:
    """Of every connected component the record of lowest rank stays; the way to it is the one of strongest links."""
    links = _links(pairs, alike)
    found: list[Duplicate] = []
    seen: set[int] = set()
    for kept in sorted(links, key=lambda record: int(rank[record])):
        if kept in seen:
            continue
        seen.add(kept)
        direct = dict(links[kept])
        # Widest paths: the strongest link that leads out of what is reached so far comes next.
        border = [(-strength, int(rank[other]), other, kept) for other, strength in links[kept]]
        heapq.heapify(border)
        while border:
            strength, _, record, neighbour = heapq.heappop(border)
            if record in seen:
                continue
            seen.add(record)
            if record in direct:
                neighbour, strength = kept, -direct[record]
            found.append((record, kept, neighbour, -strength))
            for other, further in links[record]:
                if other not in seen:
                    heapq.heappush(border, (-further, int(rank[other]), other, record))
    return found


def star(pairs: Array, alike: Array, rank: Array) -> list[Duplicate]:
    """In the order of rank a record is dropped only if a kept one is similar enough; the most similar is named."""
    links = _links(pairs, alike)
    kept: set[int] = set()
    found: list[Duplicate] = []
    for record in sorted(links, key=lambda record: int(rank[record])):
        near = [(strength, -int(rank[other]), other) for other, strength in links[record] if other in kept]
        if near:
            strength, _, other = max(near)
            found.append((record, other, other, strength))
        else:
            kept.add(record)
    return found


def _links(pairs: Array, alike: Array) -> dict[int, list[tuple[int, float]]]:
    links: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (left, right), strength in zip(pairs.tolist(), alike.tolist(), strict=True):
        if left != right:
            links[left].append((right, strength))
            links[right].append((left, strength))
    return links
