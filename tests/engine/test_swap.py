"""Outputs are published whole, in one step."""

from __future__ import annotations

from pathlib import Path

import pytest

from prep.engine import swap


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def made(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize("exchange", [True, False])
def test_the_new_folder_replaces_ours_and_keeps_the_users_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    """Files of the last run go, the user's own stay, with and without the system's exchange."""
    if not exchange:
        monkeypatch.setattr(swap, "_exchange", lambda *_: False)
    target = made(tmp_path / "out", old="1", both="1", notes__mine="keep")
    swap.swap_in(made(tmp_path / "new", both="2", fresh="2"), target, ["old", "both"])
    assert tree(target) == {"both": "2", "fresh": "2", "notes/mine": "keep"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_crash_between_two_renames_is_mended(tmp_path: Path) -> None:
    """When the old folder stands aside and there is no new one, it is put back."""
    target = tmp_path / "out"
    made(swap.aside(target), old="1")
    swap.recover(target)
    assert tree(target) == {"old": "1"}


def test_a_crash_after_both_renames_is_tidied(tmp_path: Path) -> None:
    """When the new folder is in place, the old one goes."""
    target = made(tmp_path / "out", fresh="2")
    made(swap.aside(target), old="1")
    swap.recover(target)
    assert tree(target) == {"fresh": "2"}
    assert not swap.aside(target).exists()
