"""Which files a source names, and what they are called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prep.errors import InputError
from prep.stages.ingest.discover import discover
from prep.stages.ingest.settings import Source

if TYPE_CHECKING:
    from prep.stages.ingest.source_file import SourceFile


def find(base: Path, *patterns: str) -> list[SourceFile]:
    return discover([Source(path=pattern) for pattern in patterns], base)


def names(base: Path, *patterns: str) -> list[str]:
    return [file.name for file in find(base, *patterns)]


def touch(base: Path, *paths: str) -> None:
    for path in paths:
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_text("x")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a.txt", ["a.txt"]),
        ("*.txt", ["a.txt", "b.txt"]),
        ("?.md", ["c.md"]),
        ("[!a].txt", ["b.txt"]),
        ("{a,c}.{txt,md}", ["a.txt", "c.md"]),
        ("{a,{b,zz}}.txt", ["a.txt", "b.txt"]),
        ("**/*.txt", ["a.txt", "b.txt", "d/e.txt", "d/f/g.txt"]),
        ("d/**", ["e.txt", "f/g.txt"]),
        ("d/**/g.txt", ["f/g.txt"]),
        (".hidden.txt", [".hidden.txt"]),
        (".*.txt", [".hidden.txt"]),
        ("./d/*.txt", ["e.txt"]),
    ],
)
def test_a_pattern_finds_files_sorted_and_named_under_its_fixed_part(
    tmp_path: Path, pattern: str, found: list[str]
) -> None:
    """Wildcards, `**` and braces work; folders and hidden files are left out."""
    touch(tmp_path, "a.txt", "b.txt", "c.md", "d/e.txt", "d/f/g.txt", ".hidden.txt", ".git/x.txt")
    (tmp_path / "folder.txt").mkdir()
    assert names(tmp_path, pattern) == found


def test_a_base_with_wildcards_in_its_name_is_no_pattern(tmp_path: Path) -> None:
    """Only the source's own path is a pattern, never the folder of the pipeline file."""
    touch(tmp_path, "[x]*/a.txt")
    assert names(tmp_path / "[x]*", "*.txt") == ["a.txt"]


@pytest.mark.parametrize("name", ["a[1].txt", "x{1,2}.txt", "what?.txt", "-r.txt", "a b.txt", "*.txt"])
def test_the_path_of_a_file_is_that_file_even_with_wildcards_in_it(tmp_path: Path, name: str) -> None:
    """A literal, existing path is taken literally."""
    touch(tmp_path, name, "other.txt")
    assert names(tmp_path, name) == [name]


def test_accents_match_in_either_encoding(tmp_path: Path) -> None:
    """A pattern typed composed finds a file whose name is stored decomposed."""
    touch(tmp_path, "re\u0301sume\u0301.txt")
    assert names(tmp_path, "r\u00e9sum\u00e9.txt") == names(tmp_path, "r\u00e9*.txt") == ["re\u0301sume\u0301.txt"]


def test_names_that_cannot_be_printed_are_shown_as_escapes(tmp_path: Path) -> None:
    """Line ends, control characters and bytes that are no UTF-8 become escapes in `name`; `relative` opens."""
    touch(tmp_path, "a\nb.txt", "c\x1b.txt")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/d\xff.txt")).write_text("x")
    files = find(tmp_path, "*.txt")
    assert [file.name for file in files] == ["a\\x0ab.txt", "c\\x1b.txt", "d\\xff.txt"]
    assert all((tmp_path / file.relative).samefile(file.path) for file in files)


def test_two_names_that_would_look_alike_are_an_error(tmp_path: Path) -> None:
    """An escape that is another file's real name is refused, for ids would repeat."""
    touch(tmp_path, "a\nb.txt", "a\\x0ab.txt")
    with pytest.raises(InputError, match="two files would be called"):
        find(tmp_path, "*.txt")


def test_links_in_a_circle_end_and_a_file_is_found_once(tmp_path: Path) -> None:
    """A link to a folder above, and a second way to a file, add nothing."""
    touch(tmp_path, "d/a.txt", "z/b.txt")
    (tmp_path / "d" / "up").symlink_to("..")
    (tmp_path / "d" / "aside").symlink_to("../z")
    (tmp_path / "a_link.txt").symlink_to("d/a.txt")
    assert names(tmp_path, "**/*.txt") == ["d/a.txt", "z/b.txt"]


def test_what_a_file_is_follows_from_its_endings(tmp_path: Path) -> None:
    """Format and compression come from the ending, in any case; the name stays whole."""
    touch(tmp_path, "a.jsonl", "b.NDJSON.gz", "c.csv.zst", "d.tsv", "e.parquet", "f.markdown")
    assert [(file.name, file.format, file.compression) for file in find(tmp_path, "*")] == [
        ("a.jsonl", "jsonl", None),
        ("b.NDJSON.gz", "jsonl", "gz"),
        ("c.csv.zst", "csv", "zst"),
        ("d.tsv", "csv", None),
        ("e.parquet", "parquet", None),
        ("f.markdown", "md", None),
    ]


@pytest.mark.parametrize(
    ("path", "settings", "message", "hint"),
    [
        ("a.xyz", {}, "no reader for .xyz: a.xyz", "`format:`"),
        ("README", {}, "no reader for a file without an ending: README", "`format:`"),
        ("a.xyz", {"format": "jsonll"}, "no reader is called jsonll", "did you mean `jsonl`?"),
        ("contarcts.txt", {}, "nothing matches contarcts.txt", "there are: contracts.txt"),
        ("*.csv", {}, "nothing matches *.csv", "there are: "),
        ("none/*.csv", {}, "nothing matches none/*.csv", "this folder does not exist"),
        ("sub", {}, "nothing matches sub", "sub/*"),
    ],
)
def test_what_cannot_be_read_says_why_and_how_out(
    tmp_path: Path, path: str, settings: dict[str, str], message: str, hint: str
) -> None:
    """An unknown ending, an unknown format and a pattern without a match are errors with a hint."""
    touch(tmp_path, "a.xyz", "README", "contracts.txt", "sub/x.txt")
    with pytest.raises(InputError) as caught:
        discover([Source.model_validate({"path": path, **settings})], tmp_path)
    assert caught.value.message == message
    assert caught.value.where
    assert hint in (caught.value.hint or "")


def test_sources_whose_files_share_a_name_take_more_of_their_folders(tmp_path: Path) -> None:
    """Names are made longer until no two are the same; other sources keep theirs."""
    touch(tmp_path, "x/2024/a.txt", "y/2024/a.txt", "z/b.txt")
    assert names(tmp_path, "x/2024/*.txt", "y/2024/a.txt", "z/*.txt") == ["x/2024/a.txt", "y/2024/a.txt", "b.txt"]


def test_one_file_in_two_sources_is_an_error(tmp_path: Path) -> None:
    """Also where one of them is a link to the other."""
    touch(tmp_path, "a.txt")
    (tmp_path / "b.txt").symlink_to("a.txt")
    with pytest.raises(InputError, match="read twice, by sources 1 and 2"):
        find(tmp_path, "a.txt", "b.txt")


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that cannot be seen are not silently left out."""
    touch(tmp_path, "d/a.txt")

    def refuse(folder: str) -> None:
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match="cannot list this folder: Permission denied"):
        find(tmp_path, "d/*.txt")


def test_two_links_to_nowhere_are_two_entries(tmp_path: Path) -> None:
    """Links that lead to the same missing file, and one that leads to itself, are each accounted for."""
    for name, target in (("a.txt", "gone.txt"), ("b.txt", "gone.txt"), ("c.txt", "c.txt")):
        (tmp_path / name).symlink_to(target)
    assert [(file.name, file.refused) for file in find(tmp_path, "*.txt")] == [
        ("a.txt", "broken_link"),
        ("b.txt", "broken_link"),
        ("c.txt", "broken_link"),
    ]


def test_braces_in_the_last_part_look_into_a_folder_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many endings a pattern names, and with `**` in it, each folder is listed one time."""
    touch(tmp_path, "a.txt", "d/b.md", "d/e/c.html")
    listed: list[str] = []
    scandir = os.scandir

    def watched(folder: str) -> os.ScandirIterator[str]:  # type: ignore[name-defined]
        listed.append(os.path.relpath(folder, tmp_path))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", watched)
    assert names(tmp_path, "**/*.{txt,md,html,pdf}") == ["a.txt", "d/b.md", "d/e/c.html"]
    assert sorted(listed) == [".", "d", "d/e"]
