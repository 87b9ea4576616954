"""Cutting CSV files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from prep.stages.ingest.batches import Batch
from prep.stages.ingest.discover import discover
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan

Read = Callable[..., Batch]


@settings(max_examples=300, deadline=None)
@given(
    body=st.lists(
        st.sampled_from([b"a", b",", b'"', b'""', b"\n", b"\r\n", b'"x\ny"', b'5" x', b"\xe9", "é".encode(), b";"]),
        max_size=60,
    ),
    head=st.sampled_from([b"a,b\n", b"\n\r\na,b\r\n", b"\xef\xbb\xbfa,b\n", b'"a\nx",b\n', b'"a', b""]),
    slice_bytes=st.integers(1, 60),
    longest=st.sampled_from([12, 1000]),
)
def test_a_file_reads_the_same_however_it_is_cut(
    read_bytes: Read, body: list[bytes], head: bytes, slice_bytes: int, longest: int
) -> None:
    """Quotes in odd places, broken rows, blank lines before the header: rows, ids and entries stay as they are."""
    data = head + b"".join(body)
    limits = {"longest": longest}
    try:
        whole = read_bytes("f.csv", data, limits=limits, columns={"": "none"})
    except Exception as error:
        with pytest.raises(type(error)):
            read_bytes("f.csv", data, slice_bytes=slice_bytes, limits=limits, columns={"": "none"})
        return
    cut = read_bytes("f.csv", data, slice_bytes=slice_bytes, limits=limits, columns={"": "none"})
    assert_frame_equal(cut.frame, whole.frame, check_column_order=False)
    assert_frame_equal(cut.quarantined, whole.quarantined)


def cut(tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int, **source: object) -> list[tuple[int, str]]:
    base = tmp_path_factory.mktemp("cut")
    (base / "f.csv").write_bytes(data)
    [file] = discover([Source.model_validate({"path": "f.csv", **source})], base)
    return [(piece.first_row, piece.hash) for piece in scan(file, size)]


def test_quoted_line_ends_are_no_place_to_cut(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Pieces begin where rows do, by their lines; the header is never cut off from the first one."""
    data = b"a,b\n" + b'1,"x\ny\nz"\n' * 3
    assert [line for line, _ in cut(tmp_path_factory, data, 1)] == [1, 5, 8]
    assert [line for line, _ in cut(tmp_path_factory, b"\n\n" + data, 1)] == [1, 7, 10]


def test_what_rows_say_is_in_their_hash(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The header, the encoding of the whole file and the delimiter are part of each piece's hash."""
    rows = b"1,2\n" * 40
    plain = cut(tmp_path_factory, b"a,b\n" + rows, 40)
    assert plain == cut(tmp_path_factory, b"a,b\n" + rows, 40)
    for other in (
        cut(tmp_path_factory, b"a,c\n" + rows, 40),
        cut(tmp_path_factory, b"a,b\n" + rows + b"\xe9,1\n", 40),
        cut(tmp_path_factory, b"a,b\n" + rows, 40, delimiter=";"),
    ):
        assert not {digest for _, digest in plain} & {digest for _, digest in other}
    more = cut(tmp_path_factory, b"a,b\n" + rows + b"3,4\n", 40)
    assert more[: len(plain) - 1] == plain[:-1]
