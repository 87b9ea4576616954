"""Whole runs over what lies elsewhere: what is fetched, what reruns, and that nothing of who asks is kept."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from conftest import Project, prep
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from prep.errors import PrepError

SECRET = "planted/secret+4711=="
SESSION = "planted-session-0815"
CLAUSES = [
    {"id": str(at), "heading": "Term" if at % 2 else "Fees", "text": f"clause {at} of the lease"} for at in range(20)
]
LEAKED = "a tenant who leaves the house before the end of the term pays the rent until somebody else moves in"


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    one = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    one.start()
    yield "http://{}:{}".format(*one.get_host_and_port())
    one.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> S3Store:
    """An empty bucket, called as the test is; the variables lead to it."""
    import urllib.request

    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": SESSION,
    }.items():
        monkeypatch.setenv(name, value)
    name = f"box-{abs(hash(request.node.name)) % 10**6}"
    urllib.request.urlopen(urllib.request.Request(f"{server}/{name}", method="PUT")).close()
    monkeypatch.setenv("BOX", name)
    return S3Store(name, endpoint=server, client_options={"allow_http": True})


PIPELINE = """
ingest:
  - {{path: "s3://{box}/in/a*.jsonl", id: id, join: {{path: "s3://{box}/labels.csv", on: heading}}}}
  - {{path: "s3://{box}/in/b.jsonl", id: id, join: {{path: "s3://{box}/labels.csv", on: heading}}}}
clean:
  - redact: {{dictionary: {{name: "s3://{box}/names.txt"}}}}
  - join: {{path: "s3://{box}/weights.csv", on: label}}
dedupe: {{against: "s3://{box}/benchmark.jsonl"}}
format: {{user: "{{{{ text }}}} {{{{ weight }}}}", assistant: "{{{{ label }}}}"}}
split: {{into: {{train: 0.5, test: 0.5}}, frozen: "s3://{box}/frozen.csv"}}
count: {{over_length: keep}}
validate: {{on_error: drop}}
"""


def fill(bucket: S3Store) -> str:
    """Everything that the pipeline names; its text."""
    for name, data in {
        "in/a.jsonl": lines(CLAUSES[:10]),
        "in/b.jsonl": lines([*CLAUSES[10:], {"id": "x", "heading": "Term", "text": LEAKED}]),
        "labels.csv": b"heading,label\nTerm,duration\nFees,money\n",
        "weights.csv": b"label,weight\nduration,1\nmoney,2\n",
        "names.txt": b"lease\n",
        "benchmark.jsonl": lines([{"text": LEAKED}]),
        "frozen.csv": b"id,split\na.jsonl:3,test\na.jsonl:4,train\n",
    }.items():
        obstore.put(bucket, name, data)
    return PIPELINE.format(box=os.environ["BOX"])


def test_every_file_a_pipeline_names_may_lie_elsewhere(bucket: S3Store, project: Project, carry_out: Any) -> None:
    """Sources, joined tables, lists, evaluation files and frozen splits; in worker processes as in this one."""
    path = project(fill(bucket))
    result, folder = carry_out(path)
    assert result["records"]["written"] == 20
    assert result["dropped_by_reason"] == {"contaminated": 1}
    ledger = prep("why", path, "b.jsonl:x")
    assert "benchmark.jsonl:1" in ledger.stdout + ledger.stderr
    manifest = json.loads((folder / "manifest.json").read_text())
    box = os.environ["BOX"]
    assert {name for name in manifest["inputs"] if name.startswith("s3://")} == {
        f"s3://{box}/{name}"
        for name in (
            "in/a.jsonl",
            "in/b.jsonl",
            "labels.csv",
            "weights.csv",
            "names.txt",
            "benchmark.jsonl",
            "frozen.csv",
        )
    }
    text = (folder / "finetune" / "azure" / "train.jsonl").read_text()
    assert "of the [NAME_1]" in text
    assert "lease" not in text
    before = {file.name: file.read_bytes() for file in folder.rglob("*.jsonl")}
    done = prep("run", path, "--workers", "2", "--force")
    assert done.returncode == 0, done.stderr
    assert {file.name: file.read_bytes() for file in folder.rglob("*.jsonl")} == before


def test_only_what_changed_elsewhere_reruns(bucket: S3Store, project: Project, carry_out: Any) -> None:
    """Nothing after a run; its own part after a file was put there; all after the joined table was."""
    path = project(fill(bucket))
    carry_out(path)

    def reads() -> int:
        [entry] = [
            one for one in json.loads(prep("plan", path, "--json").stdout)["segments"] if one["segment"] == "read"
        ]
        assert entry["tasks"] == 2
        return int(entry["run"])

    assert reads() == 0
    obstore.put(bucket, "in/b.jsonl", lines(CLAUSES[10:15]))
    assert reads() == 1
    result, _ = carry_out(path)
    assert result["records"]["written"] == 15
    obstore.put(bucket, "labels.csv", b"heading,label\nTerm,duration\nFees,price\n")
    assert reads() == 2
    obstore.put(bucket, "labels.csv", b"heading,label\nTerm,duration\nFees,money\n")  # as it was, under a new time
    assert reads() == 0


def test_nothing_of_who_asks_is_kept(bucket: S3Store, project: Project, tmp_path: Path) -> None:
    """Neither in outputs nor in the cache, nor in what is printed, whether the run ends well or not."""
    path = project(fill(bucket))
    made = prep("run", path, "--stamp", tmp_path / "s", "--depfile", tmp_path / "s.d")
    assert made.returncode == 0, made.stderr
    obstore.put(bucket, "labels.csv", b"heading,label\nTerm\n")
    broken = prep("run", path)
    obstore.delete(bucket, "labels.csv")
    missing = prep("run", path)
    refused = prep("run", path, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    for failed, said in ((broken, "labels.csv:2"), (missing, "nothing matches"), (refused, "refuses the connection")):
        assert failed.returncode not in (0, 1), failed.stderr
        assert said in failed.stderr
        assert "Traceback" not in failed.stderr
    said = "".join(one.stdout + one.stderr for one in (made, broken, missing, refused))
    kept = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(kept) > 20
    for secret in (SECRET, SESSION, "planted"):
        assert secret not in said
        assert [file for file in kept if secret.encode() in file.read_bytes()] == []


def test_make_asks_each_time_what_changed_elsewhere(bucket: S3Store, project: Project, tmp_path: Path) -> None:
    """Its times know nothing of a bucket: the stamp depends on a file that is never there, and on no copy."""
    path = project(fill(bucket))
    assert prep("run", path, "--stamp", tmp_path / "s", "--depfile", tmp_path / "s.d", cwd=tmp_path).returncode == 0
    names = (tmp_path / "s.d").read_text().split("\n")[0].split()[1:]
    assert names == ["p.yaml", ".prep/copies/always"]


def test_a_file_for_one_place_is_named_not_searched(project: Project, carry_out: Any) -> None:
    """A joined table with a wildcard in it."""
    path = project(
        "ingest: [{path: a.csv, join: {path: 's3://b/*.csv', on: id}}]\nformat: {user: a, assistant: b}\n",
        a__csv="id,text\n1,a\n",
    )
    with pytest.raises(PrepError, match="cannot be searched"):
        carry_out(path)
