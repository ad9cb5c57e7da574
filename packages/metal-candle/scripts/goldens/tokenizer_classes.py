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


BASES = {"bert": bert_base(), "mpnet": mpnet_base(), "roberta": roberta_base(), "xlm-roberta": xlmr_base()}
CLASSES = {"bert": ["BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "ElectraTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend", "MPNetTokenizer", "NoSuchTokenizer", None],
           "mpnet": ["MPNetTokenizer", "MPNetTokenizerFast", "BertTokenizer", "PreTrainedTokenizerFast", None],
           "roberta": ["RobertaTokenizer", "RobertaTokenizerFast", "BartTokenizer", "PreTrainedTokenizerFast", None],
           "xlm-roberta": ["XLMRobertaTokenizer", "XLMRobertaTokenizerFast", "PreTrainedTokenizerFast", None]}


def token(rng, content):
    flags = {"content": content, "single_word": rng.random() < 0.2, "lstrip": rng.random() < 0.3, "rstrip": rng.random() < 0.3, "special": rng.random() < 0.5}
    return flags | ({"normalized": rng.random() < 0.5} if rng.random() < 0.8 else {})


def random_case(rng):
    base = rng.choice(list(BASES))
    config, changes, others = {}, {}, {}
    case = {"base": base, "modelType": base, "changes": changes, "config": config}
    if rng.random() < 0.15:
        case["modelType"] = rng.choice(list(BASES))
    chance = lambda p: rng.random() < p
    cls = rng.choice(CLASSES[base])
    if cls:
        if chance(0.85): config["tokenizer_class"] = cls
        else: case["tokenizerClass"] = cls
    if chance(0.4): config["do_lower_case"] = chance(0.5)
    if chance(0.3): config["strip_accents"] = rng.choice([True, False, None])
    if chance(0.3): config["tokenize_chinese_chars"] = chance(0.5)
    if chance(0.3): config["add_prefix_space"] = chance(0.5)
    if chance(0.2): config["truncation_side"] = rng.choice(["left", "right"])
    if chance(0.2): config["model_input_names"] = rng.choice([["input_ids", "attention_mask"], ["input_ids", "token_type_ids", "attention_mask"]])
    if chance(0.1): config["split_special_tokens"] = True
    names = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
    vocab = BASES[base]["model"]["vocab"]
    known = [t if isinstance(t, str) else t[0] for t in vocab]
    for name in rng.sample(names, rng.choice([0, 0, 1, 2])):
        value = rng.choice(["[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<mask>", "[extra]", "hello", "newword"])
        config[name] = value if chance(0.6) else token(rng, value) | {"__type": "AddedToken"}
    if chance(0.05): config[rng.choice(["pad_token", "mask_token"])] = None
    if chance(0.2): config["additional_special_tokens"] = rng.sample(["[extra]", "newword", "trail", "<s>"], 2)
    if chance(0.1): config["extra_special_tokens"] = rng.choice([["[extra]"], {"image_token": "[extra]"}, []])
    if chance(0.05): config["boi_token"] = "newword"
    if chance(0.25):
        entries = {str(known.index(t) if t in known else len(known) + i): token(rng, t) for i, t in enumerate(rng.sample(["[CLS]", "[MASK]", "<mask>", "<s>", "newword", "[extra]", "hello"], 3))}
        config["added_tokens_decoder"] = entries
    if chance(0.25):
        others["special_tokens_map.json"] = {name: rng.choice(["[CLS]", "<s>", "[SEP]", "</s>", "[extra]"]) if chance(0.5) else token(rng, rng.choice(["[MASK]", "<mask>", "hello"])) for name in rng.sample(names, 2)}
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
