"""Make test/goldens/tokenizer-classes.json: what transformers 5 makes of tokenizer.json and the files beside it, class by class.

    pip install transformers==5.24.0 tokenizers
    python tokenizer_classes.py GOLDENS_DIR [SEED COUNT]

With SEED and COUNT it writes that many random cases to standard output instead, for fuzzing. A case has the model type, changes to a
base tokenizer.json (by its top-level keys), the other files, and for each text the ids, token types where they are sent, or the error.
"""
import json
import logging
import os
import random
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AutoTokenizer
from transformers.utils import logging as transformers_logging

transformers_logging.set_verbosity_error()
logging.disable(logging.WARNING)

TEXTS = [
    "", "Hello World", "  trail  ", "İstanbul CAFÉ naïve", "你好 abc", "newword hello newwords Newword", "[CLS] hello [MASK] x", "<s>hello</s> <mask> y",
    "a [extra] b[extra]c", "hello " * 30, "UPPER lower 3.14", "[mask] <MASK>", "\u0301e\u0301 ﬁ", "don't  stop",
]
WORDS = ["hello", "world", "trail", "istanbul", "cafe", "naive", "café", "naïve", "Hello", "World", "CAFÉ", "upper", "lower", "UPPER", "new", "word", "a", "b", "c", "x", "y",
         "abc", "stop", "don", "t", "fi", "你", "好", "3", "14", ".", "'", "mask", "[", "]", "<", ">", "e"]
LETTERS = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.'<>/[]-")


def bert_base():
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS + [w for w in LETTERS if w not in WORDS] + ["##" + w for w in LETTERS + ["word", "words", "好"]]
    special = [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for i, t in enumerate(tokens[:5])]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                           "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
                           "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {t: i for i, t in enumerate(tokens)}},
    }


def mpnet_base():
    base = bert_base()
    tokens = ["<s>", "<pad>", "</s>", "[UNK]"] + list(base["model"]["vocab"])[5:] + ["<mask>"]
    base["model"]["vocab"] = {t: i for i, t in enumerate(tokens)}
    base["added_tokens"] = [{"id": base["model"]["vocab"][t], "content": t, "single_word": False, "lstrip": t == "<mask>", "rstrip": False, "normalized": t != "<mask>", "special": True} for t in ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]]
    base["post_processor"] = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False}
    return base


def roberta_base():
    from tokenizers.pre_tokenizers import ByteLevel
    alphabet = sorted(ByteLevel.alphabet())
    merges = ["h e", "l l", "he ll", "hell o", "Ġ hello", "w o", "r l", "wo rl", "worl d", "Ġ world", "Ġ a", "n e", "ne w", "Ġ new"]
    tokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] + alphabet + [m.replace(" ", "") for m in merges]
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": t, "single_word": False, "lstrip": t == "<mask>", "rstrip": False, "normalized": t != "<mask>", "special": True} for i, t in enumerate(tokens[:5])],
        "normalizer": None, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "vocab": {t: i for i, t in enumerate(tokens)}, "merges": merges},
    }


def xlmr_base():
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + [("▁" + w, -3.0 - i / 50) for i, w in enumerate(WORDS)] + [(c, -6.0 - i / 50) for i, c in enumerate(["▁"] + LETTERS + ["é", "好"])] + [("<mask>", 0.0)]
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": t, "single_word": False, "lstrip": t == "<mask>", "rstrip": False, "normalized": False, "special": True} for i, t in [(0, "<s>"), (1, "<pad>"), (2, "</s>"), (3, "<unk>"), (len(pieces) - 1, "<mask>")]],
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}]},
        "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                           "pair": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                           "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces, "byte_fallback": False},
    }


def added(content, id, **flags):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} | flags


def template(first, last):
    """What stands around a text, given as (token, id) or None; a pair as one text after the other."""
    sides = [{"SpecialToken": {"id": first[0], "type_id": 0}}] if first else [], [{"SpecialToken": {"id": last[0], "type_id": 0}}] if last else []
    text = lambda name, type_id: [*sides[0], {"Sequence": {"id": name, "type_id": type_id}}, *sides[1]]
    return {"type": "TemplateProcessing", "single": text("A", 0), "pair": text("A", 0) + text("B", 1), "special_tokens": {t: {"id": t, "ids": [i], "tokens": [t]} for t, i in filter(None, [first, last])}}


def qwen_base():
    base = roberta_base()
    vocab = list(base["model"]["vocab"])[5:]
    names = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    base["model"]["vocab"] = {t: i for i, t in enumerate(vocab)}
    base["added_tokens"] = [added(t, len(vocab) + i) for i, t in enumerate(names)]
    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    base["normalizer"] = {"type": "NFC"}
    base["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}]}
    base["post_processor"] = template(None, (names[0], len(vocab)))
    return base


def gemma_base():
    merges = [("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("▁", "hello"), ("w", "o"), ("▁", "▁"), ("▁▁", "▁"), ("n", "e"), ("ne", "w")]
    names = ["<pad>", "<eos>", "<bos>", "<unk>"]
    tokens = names + [f"<0x{i:02X}>" for i in range(256)] + ["▁"] + LETTERS + ["é", "好"] + [a + b for a, b in merges]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [added(t, i) for i, t in enumerate(names)],
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        "post_processor": template(("<bos>", 2), ("<eos>", 1)), "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False, "vocab": {t: i for i, t in enumerate(tokens)}, "merges": merges},
    }


def camembert_base():
    base = xlmr_base()
    head = [("<s>NOTUSED", 0.0), ("<pad>", 0.0), ("</s>NOTUSED", 0.0), ("<unk>", 0.0), ("<unk>NOTUSED", -100.0), ("<s>", 0.0), ("</s>", 0.0)]
    base["model"]["vocab"] = pieces = head + base["model"]["vocab"][4:]
    base["added_tokens"] = [added(t, i, lstrip=t == "<mask>") for i, (t, _) in enumerate(pieces) if t in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    for name, i in [("<s>", 5), ("</s>", 6)]: base["post_processor"]["special_tokens"][name]["ids"] = [i]
    return base


BASES = {"bert": bert_base(), "mpnet": mpnet_base(), "roberta": roberta_base(), "xlm-roberta": xlmr_base(), "qwen3": qwen_base(), "gemma3_text": gemma_base(), "camembert": camembert_base()}
CLASSES = {"bert": ["BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "ElectraTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend", "MPNetTokenizer", "NoSuchTokenizer", None],
           "mpnet": ["MPNetTokenizer", "MPNetTokenizerFast", "BertTokenizer", "PreTrainedTokenizerFast", None],
           "roberta": ["RobertaTokenizer", "RobertaTokenizerFast", "BartTokenizer", "PreTrainedTokenizerFast", None],
           "xlm-roberta": ["XLMRobertaTokenizer", "XLMRobertaTokenizerFast", "PreTrainedTokenizerFast", None],
           "qwen3": ["Qwen2Tokenizer", "Qwen2TokenizerFast", "PreTrainedTokenizerFast", "LlamaTokenizer", None],
           "gemma3_text": ["GemmaTokenizer", "GemmaTokenizerFast", "PreTrainedTokenizerFast", None],
           "camembert": ["CamembertTokenizer", "CamembertTokenizerFast", "XLMRobertaTokenizer", "PreTrainedTokenizerFast", None]}
# Model types that a tokenizer of each kind may come with.
WORD_TYPES, BYTE_TYPES, PIECE_TYPES = ["bert", "mpnet", "modernbert", "nomic_bert", "eurobert", "distilbert", "electra"], ["roberta", "qwen2", "qwen3", "modernbert", "eurobert"], ["xlm-roberta", "camembert", "gte", "modernbert"]
MODEL_TYPES = {"bert": WORD_TYPES, "mpnet": WORD_TYPES, "roberta": BYTE_TYPES, "qwen3": BYTE_TYPES, "xlm-roberta": PIECE_TYPES, "camembert": PIECE_TYPES, "gemma3_text": ["gemma3_text", "gemma", "modernbert", "eurobert"]}


def token(rng, content):
    flags = {"content": content, "single_word": rng.random() < 0.2, "lstrip": rng.random() < 0.3, "rstrip": rng.random() < 0.3, "special": rng.random() < 0.5}
    return flags | ({"normalized": rng.random() < 0.5} if rng.random() < 0.8 else {})


def random_case(rng):
    base = rng.choice(list(BASES))
    config, changes, others = {}, {}, {}
    case = {"base": base, "modelType": base, "changes": changes, "config": config}
    if rng.random() < 0.15:
        case["modelType"] = rng.choice(MODEL_TYPES[base])
    chance = lambda p: rng.random() < p
    cls = rng.choice(CLASSES[base])
    if cls:
        if chance(0.85): config["tokenizer_class"] = cls
        else: case["tokenizerClass"] = cls
    if chance(0.4): config["do_lower_case"] = chance(0.5)
    if chance(0.3): config["strip_accents"] = rng.choice([True, False, None])
    if chance(0.3): config["tokenize_chinese_chars"] = chance(0.5)
    if chance(0.3): config["add_prefix_space"] = chance(0.5)
    if chance(0.2): config[rng.choice(["add_bos_token", "add_eos_token"])] = chance(0.5)
    if chance(0.2): config["padding_side"] = "left"
    if chance(0.2): config["truncation_side"] = rng.choice(["left", "right"])
    if chance(0.2): config["model_input_names"] = rng.choice([["input_ids", "attention_mask"], ["input_ids", "token_type_ids", "attention_mask"]])
    if chance(0.1): config["split_special_tokens"] = True
    names = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
    vocab = BASES[base]["model"]["vocab"]
    known = [t if isinstance(t, str) else t[0] for t in vocab]
    for name in rng.sample(names, rng.choice([0, 0, 1, 2])):
        # A byte-pair model wants its unknown token in the vocabulary.
        value = "é" if name == "unk_token" and base == "gemma3_text" else rng.choice(["[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<mask>", "[extra]", "hello", "newword", "<|im_end|>", "<bos>", "<unk>"])
        config[name] = value if chance(0.6) else token(rng, value) | {"__type": "AddedToken"}
    if chance(0.05): config[rng.choice(["pad_token", "mask_token"])] = None
    if chance(0.2): config["additional_special_tokens"] = rng.sample(["[extra]", "newword", "trail", "<s>"], 2)
    if chance(0.1): config["extra_special_tokens"] = rng.choice([["[extra]"], {"image_token": "[extra]"}, []])
    if chance(0.05): config["boi_token"] = "newword"
    if chance(0.25):
        entries = {str(known.index(t) if t in known else len(known) + i): token(rng, t) for i, t in enumerate(rng.sample(["[CLS]", "[MASK]", "<mask>", "<s>", "newword", "[extra]", "hello"], 3))}
        config["added_tokens_decoder"] = entries
    if chance(0.25):
        others["special_tokens_map.json"] = {name: rng.choice(["[CLS]", "<s>", "[SEP]", "</s>", "[extra]"]) if chance(0.5) else token(rng, rng.choice(["[MASK]", "<mask>", "hello"])) for name in rng.sample([n for n in names if n != "unk_token" or base != "gemma3_text"], 2)}
    if chance(0.15): others["added_tokens.json"] = {"newword": len(known), **({"[extra]": len(known) + 1} if chance(0.5) else {})}
    if chance(0.2): changes["truncation"] = {"direction": rng.choice(["Left", "Right"]), "max_length": 12, "strategy": "LongestFirst", "stride": 0}
    if chance(0.1): changes["normalizer"] = rng.choice([None, {"type": "Lowercase"}, {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]}])
    if chance(0.1): changes["added_tokens"] = BASES[base]["added_tokens"] + [{"id": len(known), **{"normalized": True} | token(rng, "newword")}]
    if chance(0.1): changes["post_processor"] = None
    if chance(0.1) and base == "bert": changes["post_processor"] = {"type": "BertProcessing", "sep": ["[MASK]", 4], "cls": ["[PAD]", 0]}
    return case | {"files": others}


FIXED = [
    {"base": "bert", "modelType": "bert", "changes": {}, "config": None, "files": {}},
    {"base": "bert", "modelType": "bert", "changes": {}, "config": {"tokenizer_class": "BertTokenizer", "do_lower_case": False}, "files": {}},
    {"base": "bert", "modelType": "bert", "changes": {"normalizer": None}, "config": {"tokenizer_class": "BertTokenizerFast", "strip_accents": False}, "files": {}},
    {"base": "bert", "modelType": "bert", "changes": {}, "config": {"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": False}, "files": {}},
    {"base": "bert", "modelType": "bert", "changes": {}, "config": {"additional_special_tokens": ["[extra]"]}, "files": {"added_tokens.json": {"newword": 200}}},
    {"base": "bert", "modelType": "bert", "changes": {}, "config": {}, "files": {"special_tokens_map.json": {"cls_token": "[MASK]"}}},
    {"base": "roberta", "modelType": "roberta", "changes": {}, "config": {"add_prefix_space": True}, "files": {}},
    {"base": "xlm-roberta", "modelType": "bert", "changes": {}, "config": {"tokenizer_class": "XLMRobertaTokenizer"}, "files": {}},
    {"base": "mpnet", "modelType": "mpnet", "changes": {}, "config": {"tokenizer_class": "MPNetTokenizer", "mask_token": "<mask>"}, "files": {}},
    {"base": "qwen3", "modelType": "qwen3", "changes": {}, "config": {"tokenizer_class": "Qwen2Tokenizer", "add_bos_token": False, "add_prefix_space": False, "bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "unk_token": None, "additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}, "files": {}},
    {"base": "qwen3", "modelType": "qwen2", "changes": {"normalizer": None}, "config": {"tokenizer_class": "PreTrainedTokenizerFast"}, "files": {}},
    {"base": "qwen3", "modelType": "eurobert", "changes": {"normalizer": None}, "config": {"tokenizer_class": "LlamaTokenizerFast"}, "files": {}},
    {"base": "gemma3_text", "modelType": "gemma3_text", "changes": {}, "config": {"tokenizer_class": "GemmaTokenizer", "add_eos_token": False}, "files": {}},
    {"base": "gemma3_text", "modelType": "modernbert", "changes": {"normalizer": None}, "config": {"tokenizer_class": "GemmaTokenizer"}, "files": {}},
    {"base": "camembert", "modelType": "camembert", "changes": {}, "config": None, "files": {}},
    {"base": "bert", "modelType": "bert", "changes": {}, "config": {"cls_token": {"content": "newword", "single_word": False, "lstrip": True, "rstrip": False, "normalized": False, "special": True, "__type": "AddedToken"}}, "files": {"added_tokens.json": {"newword": 172}}},
    {"base": "mpnet", "modelType": "mpnet", "changes": {}, "config": {"tokenizer_class": "PreTrainedTokenizerFast", "split_special_tokens": True, "added_tokens_decoder": {"0": {"content": "<s>", "lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": False}}}, "files": {}},
    {"base": "bert", "modelType": "bert", "changes": {"truncation": {"direction": "Left", "max_length": 12, "strategy": "LongestFirst", "stride": 0}}, "config": {}, "files": {}},
]


def run(case):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        dump = lambda name, value: (path / name).write_text(json.dumps(value), encoding="utf-8")
        dump("config.json", {"model_type": case["modelType"], **({"tokenizer_class": case["tokenizerClass"]} if "tokenizerClass" in case else {})})
        dump("tokenizer.json", BASES[case["base"]] | case["changes"])
        if case["config"] is not None: dump("tokenizer_config.json", case["config"])
        for name, value in case["files"].items(): dump(name, value)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            whole = tokenizer(TEXTS)
            cut = tokenizer(TEXTS, truncation="longest_first", max_length=10)
        except BaseException as error:
            return case | {"error": type(error).__name__ + ": " + str(error)[:100]}
        return case | {"ids": whole["input_ids"], "cut": cut["input_ids"], **({"types": whole["token_type_ids"]} if "token_type_ids" in whole else {})}


def main():
    if len(sys.argv) > 2:
        rng = random.Random(int(sys.argv[2]))
        cases = [run(random_case(rng)) for _ in range(int(sys.argv[3]))]
        json.dump({"texts": TEXTS, "bases": BASES, "cases": cases}, sys.stdout)
        return
    rng = random.Random(5)
    cases = [run(case) for case in FIXED] + [run(random_case(rng)) for _ in range(50)]
    kept = [case for case in cases if "error" not in case]
    out = Path(sys.argv[1]) / "tokenizer-classes.json"
    out.write_text(json.dumps({"texts": TEXTS, "bases": BASES, "cases": kept}, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(kept)} cases, {out.stat().st_size} bytes")


main()
