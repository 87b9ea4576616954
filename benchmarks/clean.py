"""How fast the clean steps are: a default list over mixed text on two cores, and each step alone on non-ASCII text."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.corpus import prose, vocabulary

PART = 16_000_000
LIST: list[tuple[str, dict[str, Any]]] = [
    ("normalize_text", {}), ("strip_html", {}), ("redact", {}), ("drop_short", {"min_words": 5}),
]  # fmt: skip
STEPS: dict[str, dict[str, Any]] = {
    "normalize_text": {}, "strip_html": {}, "strip_markdown": {}, "remove_quoted_replies": {},
    "remove_repeated_lines": {},
    "remove_lines": {"matching": ["^Page [0-9]+ of [0-9]+$"]}, "replace": {"matching": ["\\bACME\\b"]}, "redact": {},
    "drop_short": {}, "drop_long": {"max_words": 100_000}, "drop_matching": {"matching": ["(?i)lorem ipsum"]},
    "drop_missing": {"columns": ["text"]}, "chunk_text": {"max_tokens": 2000}, "drop_language": {"keep": ["en"]},
    "gopher_quality": {}, "gopher_repetition": {}, "c4_quality": {},
}  # fmt: skip
LANGUAGES = Path(__file__).parents[1] / "tests" / "stages" / "clean" / "languages.tsv"


def foreign(rng: random.Random, length: int) -> str:
    """About `length` characters in one of ninety languages."""
    sentence = rng.choice(LANGUAGES.read_text("utf-8").splitlines()).partition("\t")[2]
    return "\n".join(sentence for _ in range(length // len(sentence) + 1))


def mixed(megabytes: float, seed: int = 5) -> list[str]:
    """Documents: 70 % English prose, 15 % other languages, 5 % HTML, 5 % with mojibake or odd spaces, 5 % with data."""
    rng = random.Random(seed)
    words, weights = vocabulary()
    found: list[str] = []
    size = 0
    while size < megabytes * 1_000_000:
        text = prose(rng, words, weights, rng.randint(100, 1_500))
        draw = rng.random()
        if draw < 0.15:
            text = foreign(rng, len(text))
        elif draw < 0.2:
            text = "<html><body>" + "".join(f"<p>{line}</p>" for line in text.split("\n\n")) + "</body></html>"
        elif draw < 0.25:
            text = text.replace(". ", rng.choice([" \u00e2\u20ac\u201c ", ".  ", ".\u00a0", " \r\n"]), 4)
        elif draw < 0.3:
            text = f"{text}\nContact jane{rng.randint(1, 999)}@example.com or (212) 555-{rng.randint(1000, 9999)}."
        found.append(text)
        size += len(text.encode())
    return found


def parts(texts: list[str]) -> list[Any]:
    """The texts as parts of about 16 MB."""
    import polars as pl

    from prep.stages.part import Part, complete

    made, held, size = [], [], 0
    for text in [*texts, None]:
        if text is None or size > PART:
            frame = complete(pl.DataFrame({"_id": [f"a:{len(made)}:{at}" for at in range(len(held))], "text": held}))
            made.append(Part(frame=frame, text=("text",)))
            held, size = [], 0
        if text is not None:
            held.append(text)
            size += len(text.encode())
    return made


def clean(part: Any, steps: list[tuple[str, dict[str, Any]]]) -> None:
    """`part` through `steps`."""
    from prep.stages.clean.apply import apply
    from prep.stages.registry import load_steps

    known = load_steps()
    apply(part, [(name, known[name].config.model_validate(settings)) for name, settings in steps], known)


def _child(megabytes: float, seed: int) -> None:
    """Make half of the corpus, say so, wait for the start, clean it, say how long it took."""
    texts = mixed(megabytes, seed)
    ready = parts(texts)
    clean(parts(texts[:50])[0], LIST)
    print(sum(len(text.encode()) for text in texts), flush=True)
    sys.stdin.readline()
    begun, used = time.perf_counter(), time.process_time()
    for part in ready:
        clean(part, LIST)
    print(time.perf_counter() - begun, time.process_time() - used, flush=True)


def default_list(megabytes: float) -> str:
    """The figure for the default list, two processes side by side."""
    command = [sys.executable, "-m", "benchmarks.clean", "--child", "--megabytes", str(megabytes / 2), "--seed"]
    children = [
        subprocess.Popen([*command, str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for seed in (5, 6)
    ]
    size = sum(int(child.stdout.readline()) for child in children if child.stdout) / 1e6
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    times = [tuple(map(float, child.stdout.readline().split())) for child in children if child.stdout]
    seconds, cpu = max(wall for wall, _ in times), sum(used for _, used in times)
    for child in children:
        child.communicate()
    names = ", ".join(name for name, _ in LIST)
    told = f"{names}: {size:.0f} MB of mixed text in {seconds:.2f} s on two cores: {size / seconds:.0f} MB/s"
    return f"{told} ({cpu:.2f} s of processor time: {2 * size / cpu:.0f} MB/s where both cores are free)"


def each_step(megabytes: float) -> list[str]:
    """Rows of a table: every step alone on one core, on text that is not English."""
    rng = random.Random(9)
    texts = []
    while sum(map(len, texts[-1:])) or not texts:
        texts.append(foreign(rng, 4_000))
        if len(texts) * 8_000 > megabytes * 1_000_000:
            break
    size = sum(len(text.encode()) for text in texts) / 1e6
    rows = [f"{size:.0f} MB, ninety languages.", "", "| step | MB/s on one core |", "|---|---|"]
    for name, settings in STEPS.items():
        clean(parts(texts[:20])[0], [(name, settings)])
        share = texts if name not in ("drop_language", "chunk_text") else texts[: len(texts) // 8]
        ready, own = parts(share), sum(len(text.encode()) for text in share) / 1e6
        begun = time.process_time()
        for part in ready:
            clean(part, [(name, settings)])
        rows.append(f"| `{name}` | {own / (time.process_time() - begun):,.0f} |")
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--child", action="store_true")
    given = parser.parse_args()
    if given.child:
        _child(given.megabytes, given.seed)
    else:
        print(default_list(given.megabytes), "", *each_step(given.megabytes / 5), sep="\n")
