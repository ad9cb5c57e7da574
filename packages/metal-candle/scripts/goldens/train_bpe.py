"""Train tokenizers of ModernBERT's, Qwen's and Gemma's kind with vocabularies of about their sizes, for benchmarks/tokenizer.mjs.

    pip install tokenizers
    python train_bpe.py OUT_DIR FOLDER ...

FOLDERS hold the text: 45 MB of Markdown, code and web pages below them are enough (node_modules and site-packages do), and take some
minutes. Gemma's kind keeps no token that joins a line break with other characters, as SentencePiece trains it.
"""
import json
import random
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

SUFFIXES = {".md", ".py", ".js", ".txt", ".rst", ".json", ".ts", ".html"}
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
BYTES = pre_tokenizers.ByteLevel.alphabet()


def texts(folders, characters=45_000_000):
    files = sorted(p for f in folders for p in Path(f).rglob("*") if p.suffix in SUFFIXES and p.is_file() and 500 < p.stat().st_size < 300_000)
    random.Random(1).shuffle(files)
    found, total = [], 0
    for file in files:
        if total > characters: break
        found.append(file.read_text(errors="ignore").replace("\x00", ""))
        total += len(found[-1])
    return found


def train(tokenizer, corpus, size, **options):
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=size, min_frequency=1, max_token_length=64, show_progress=False, **options))


def special(*names): return [AddedToken(name, normalized=False, special=True, lstrip=name == "[MASK]") for name in names]


def around(tokenizer, template, *names):
    tokenizer.post_processor = processors.TemplateProcessing(single=template, special_tokens=[(n, tokenizer.token_to_id(n)) for n in names])
    return tokenizer


def modern(corpus):
    t = Tokenizer(models.BPE()); t.normalizer = normalizers.NFC(); t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    train(t, corpus, 50_254, initial_alphabet=BYTES)
    t.add_tokens([AddedToken(" " * n, normalized=True) for n in range(24, 1, -1)] + [AddedToken(f"[unused{n}]", normalized=True) for n in range(83)])
    t.add_special_tokens(special("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"))
    return around(t, "[CLS] $A [SEP]", "[CLS]", "[SEP]")


def qwen(corpus):
    t = Tokenizer(models.BPE()); t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    train(t, corpus, 151_643, initial_alphabet=BYTES)
    t.add_special_tokens(special("<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|unused{n}|>" for n in range(23))))
    return around(t, "$A <|endoftext|>", "<|endoftext|>")


def gemma(corpus):
    t = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>")); t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    train(t, corpus, 262_144, limit_alphabet=8000, special_tokens=["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{n:02X}>" for n in range(256)])
    file = json.loads(t.to_str())
    made = ["".join(m.split(" ") if isinstance(m, str) else m) for m in file["model"]["merges"]]
    lost = {token for token in made if "\n" in token and token.strip("\n")}
    file["model"]["merges"] = [m for m, token in zip(file["model"]["merges"], made) if token not in lost]
    file["model"]["vocab"] = {token: i for token, i in file["model"]["vocab"].items() if token not in lost}
    file["added_tokens"] = [a for a in file["added_tokens"] if not a["content"].startswith("<0x")]
    t = Tokenizer.from_str(json.dumps(file)); t.normalizer = normalizers.Replace(" ", "▁"); t.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    t.add_tokens([AddedToken(c * n, normalized=False) for c in "\n▁" for n in range(2, 32)] + [AddedToken(f"<unused{n}>", normalized=False) for n in range(6242)])
    return around(t, "<bos> $A <eos>", "<bos>", "<eos>")


def main():
    out, corpus = Path(sys.argv[1]), texts(sys.argv[2:])
    for make in (modern, qwen, gemma):
        tokenizer = make(corpus)
        tokenizer.save(str(out / f"{make.__name__}.json"))
        print(make.__name__, tokenizer.get_vocab_size())


main()
