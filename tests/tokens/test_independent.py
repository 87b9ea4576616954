"""Two tokenizers that share no code with tiktoken and gigatoken count the same, in many languages."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prep import count
from prep.tokens.counter import Counter
from prep.tokens.local import LocalCounter

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
LANGUAGES = {
    "English": "The tenant shall pay the rent no later than the third working day of each month; it isn't negotiable.",
    "German": "Der Mieter trägt die Kosten für Schönheitsreparaturen gemäß § 535 BGB, soweit nichts Abweichendes gilt.",
    "French": "L'acheteur s'engage à régler la facture n° 4821 sous trente jours, à défaut de quoi des intérêts courront.",
    "Spanish": "¿Cuándo vence el plazo de 15 días? El arrendador deberá notificarlo por escrito al señor Núñez.",
    "Polish": "Umowa wygasa z dniem 31 grudnia, chyba że strony złożą oświadczenie o jej przedłużeniu na piśmie.",
    "Turkish": "Kiracı, sözleşmenin feshi hâlinde İstanbul'daki taşınmazı otuz gün içinde boşaltmayı kabul eder.",
    "Greek": "Ο μισθωτής υποχρεούται να καταβάλλει το μίσθωμα εντός των πρώτων πέντε ημερών κάθε μηνός.",
    "Russian": "Арендатор обязуется вносить плату не позднее 10-го числа; просрочка свыше 30 дней влечёт расторжение.",
    "Ukrainian": "Сторони домовилися, що всі спори вирішуються шляхом переговорів, а за їх відсутності - у суді м. Києва.",
    "Arabic": "يلتزم المستأجر بدفع الإيجار في موعد أقصاه اليوم الخامس من كل شهر، ويُعفى من الغرامة مرّة واحدة.",
    "Hebrew": "השוכר ישלם את דמי השכירות עד ליום ה-10 בכל חודש, אחרת יחויב בריבית של 2% לשבוע.",
    "Hindi": "किरायेदार प्रत्येक माह की पाँच तारीख तक ₹12,500 का भुगतान करेगा; विलंब होने पर ब्याज लगेगा।",
    "Thai": "ผู้เช่าตกลงชำระค่าเช่าภายในวันที่ ๕ ของทุกเดือน หากล่าช้าจะต้องเสียค่าปรับร้อยละสอง",
    "Chinese": "承租人应于每月五日前支付租金人民币3,200元；逾期超过三十日的，出租人有权解除合同。",
    "Japanese": "借主は毎月25日までに翌月分の賃料を支払うものとし、遅延した場合は年14.6%の損害金を負担します。",
    "Korean": "임차인은 매월 말일까지 차임 75만원을 지급하여야 하며, 2회 이상 연체하면 계약을 해지할 수 있다.",
    "Vietnamese": "Bên thuê phải thanh toán tiền thuê trước ngày mồng năm hằng tháng, nếu chậm sẽ bị phạt 0,5% mỗi ngày.",
}


def samples() -> Iterator[str]:
    """What the project ships to try it on."""
    yield from (ROOT / "sample_data" / "legal" / "clauses.jsonl").read_text("utf-8", "replace").splitlines()
    yield from (ROOT / "sample_data" / "support" / "messages.csv").read_text("utf-8", "replace").splitlines()


def shared() -> Iterator[str]:
    """Court decisions in German, questions to a bank, policies."""
    for path in sorted(SHARED.rglob("*")):
        if path.suffix in (".jsonl", ".csv", ".md"):
            yield from path.read_text("utf-8", "replace").splitlines()


def independent(name: str) -> Any:
    """GitHub's encoder in Rust, with its own copy of the ranks. It opens them in a way that Python 3.11 warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import bpe_openai

        return bpe_openai.get_encoding(name)


def agree(name: str, texts: list[str]) -> None:
    counter = Counter(name)
    encode = independent(name).encode_ordinary
    expected = [len(encode(text)) for text in texts]
    assert counter.reference(texts).tolist() == expected
    assert counter._quick(texts).tolist() == expected


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_an_independent_tokenizer_agrees_in_many_languages(name: str) -> None:
    """Seventeen languages in their scripts, each sentence alone, doubled, and all of them as one text."""
    texts = [*LANGUAGES.values(), *(text.upper() * 2 for text in LANGUAGES.values()), "\n\n".join(LANGUAGES.values())]
    agree(name, texts)


def test_an_independent_tokenizer_agrees_on_the_samples() -> None:
    """Clauses and tickets, with everything that is broken in them on purpose."""
    agree("o200k_base", list(samples()))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_an_independent_tokenizer_agrees_on_real_files(name: str) -> None:
    """All lines of the public data that tests may use."""
    if not SHARED.is_dir():
        pytest.skip("the shared data is not there")
    agree(name, list(shared()))


def as_tokenizer_json(name: str) -> str:
    """tiktoken's ranks in the form that Hugging Face's library reads."""
    import gigatoken

    from prep.tokens.encodings import PATTERNS
    from prep.tokens.ranks import rank_file

    ranks = gigatoken.Tokenizer.from_tiktoken(rank_file(name), pretokenizer="o200k", special_tokens={})
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable} | {byte: chr(256 + at) for at, byte in enumerate(others)}

    def spelt(token: bytes) -> str:
        return "".join(letters[byte] for byte in token)

    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": PATTERNS[name]}, "behavior": "Isolated", "invert": False}
    model = {
        "type": "BPE",
        "vocab": {spelt(token): number for number, token in ranks.vocab.items()},
        "merges": [[spelt(left), spelt(right)] for left, right in ranks.merges],
    }
    special = {"id": 200_500, "content": "<|end|>", "special": True, "single_word": False, "lstrip": False,
               "rstrip": False, "normalized": False}  # fmt: skip
    return json.dumps(
        {
            "version": "1.0",
            "added_tokens": [special],
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
            "model": model,
        }
    )


@pytest.mark.slow
def test_a_tokenizer_file_counts_as_its_library_does(tmp_path: Path) -> None:
    """The same ranks as a tokenizer.json give the same counts; its special tokens inside a text are text."""
    path = tmp_path / "tokenizer.json"
    path.write_text(as_tokenizer_json("o200k_base"), encoding="utf-8")
    texts = [*LANGUAGES.values(), *list(samples())[:500], "a <|end|> b", "", "\ud800"]
    assert LocalCounter(str(path)).count(texts).tolist() == Counter("o200k_base").reference(texts).tolist()


@pytest.mark.parametrize(
    ("special", "template", "per_message"),
    [("<|im_start|>", "ChatML", 4), ("<|start_header_id|>", "Llama 3", 4), ("[INST]", None, 3)],
)
def test_the_chat_template_is_known_by_its_marks(
    tmp_path: Path, special: str, template: str | None, per_message: int
) -> None:
    """What stands around a message beside role and content; the count says what it took."""
    token = {"id": 2, "content": special, "special": True, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False}  # fmt: skip
    model = {"type": "WordLevel", "vocab": {"[UNK]": 0, "yes": 1}, "unk_token": "[UNK]"}
    path = tmp_path / "t.json"
    path.write_text(
        json.dumps({"version": "1.0", "added_tokens": [token], "pre_tokenizer": {"type": "Whitespace"}, "model": model})
    )
    own = LocalCounter(str(path))
    assert (own.template, own.per_message) == (template, per_message)
    data = tmp_path / "a.jsonl"
    data.write_text('{"messages":[{"role":"user","content":"yes no"},{"role":"assistant","content":"yes"}]}')
    found = count(data, model="llama-3.3-70b", tokenizer=path)
    assert (found["tokens"], found["estimated"]) == (2 * per_message + 2 + 3, False)
    assert found["assumptions"] == [found["assumptions"][0]]
    assert f" {per_message} tokens" in found["assumptions"][0]
    with_name = '{"messages":[{"role":"user","name":"yes","content":"no"},{"role":"assistant","content":"yes"}]}'
    data.write_text(with_name)
    assert count(data, model="llama-3.3-70b", tokenizer=path)["tokens"] == 2 * per_message + 2 + 2 + 1 + 1
