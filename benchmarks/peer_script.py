"""What a user would write today: a loop over JSON lines, datasketch, tiktoken, a random split and a few checks.

Written before anything here was optimised, and not touched since: the ratios in RESULTS.md are against it.
"""

import json
import random
import re
import sys
from pathlib import Path

import tiktoken
from datasketch import MinHash, MinHashLSH

SYSTEM = "You are a legal analyst. Answer with one topic."


def signature(text: str) -> MinHash:
    words = text.lower().split()
    grams = {" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))}
    minhash = MinHash(num_perm=128)
    minhash.update_batch([gram.encode() for gram in grams])
    return minhash


def tokens(encoding: tiktoken.Encoding, messages: list[dict[str, str]]) -> int:
    total = 3
    for message in messages:
        total += 3
        for value in message.values():
            total += len(encoding.encode(value, disallowed_special=()))
    return total


def main(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    with source.open(encoding="utf-8") as handle:
        for line in handle:
            record = json.loads(line)
            record["text"] = re.sub(r"[ \t]+", " ", record["text"]).strip()
            if len(record["text"].split()) >= 5:
                records.append(record)

    index = MinHashLSH(threshold=0.8, num_perm=128)
    kept = []
    for record in records:
        minhash = signature(record["text"])
        if index.query(minhash):
            continue
        index.insert(record["id"], minhash)
        kept.append(record)

    encoding = tiktoken.get_encoding("o200k_base")
    examples = []
    total = 0
    for record in kept:
        messages = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"Which topic is this?\n\n{record['text']}"},
            {"role": "assistant", "content": record["label"]},
        ]
        total += tokens(encoding, messages)
        examples.append({"messages": messages})

    random.seed(7)
    random.shuffle(examples)
    cut = int(len(examples) * 0.9)
    for name, part in (("train", examples[:cut]), ("validation", examples[cut:])):
        path = folder / f"{name}.jsonl"
        with path.open("w", encoding="utf-8") as handle:
            for example in part:
                handle.write(json.dumps(example, ensure_ascii=False) + "\n")
        for number, line in enumerate(path.open(encoding="utf-8"), 1):
            messages = json.loads(line)["messages"]
            assert [message["role"] for message in messages] == ["system", "user", "assistant"], number
            assert all(message["content"].strip() for message in messages), number
    print(json.dumps({"read": len(records), "kept": len(kept), "tokens": total}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
