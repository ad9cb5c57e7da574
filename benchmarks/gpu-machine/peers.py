"""Peers on the same GPU: sentence-transformers in f16 with the shapes and texts that our own run uses, random weights.

    python3 peers.py TEXTS_JSON FOLDER_OF_RANDOM_MODELS [NAME,NAME:reranker,… QUESTION WORDS_LEFT_OUT]      prints one JSON object a line
"""
import json, statistics, sys, time
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer

texts = json.load(open(sys.argv[1]))
names = sys.argv[3].split(",") if len(sys.argv) > 3 else ["minilm-l6", "bert-base"]
runs = 3 if len(sys.argv) > 3 else 5
for name in names:
    name, reranker = (name.split(":") + [""])[:2]
    folder = f"{sys.argv[2]}/random-{name}"
    try:
        model = (CrossEncoder if reranker else SentenceTransformer)(folder, device="cuda", model_kwargs={"torch_dtype": torch.float16})
        for kind in ("short", "passages"):
            best = None
            if reranker:
                pairs = [(sys.argv[4], " ".join(text.split(" ")[int(sys.argv[5]):])) for text in texts[kind]]
            for batch in (64, 256, 1024):
                if reranker:
                    run = lambda: model.predict(pairs, batch_size=batch, show_progress_bar=False)
                else:
                    run = lambda: model.encode(texts[kind], batch_size=batch, convert_to_numpy=True, show_progress_bar=False)
                run(); times = []
                for _ in range(runs):
                    began = time.perf_counter(); run(); torch.cuda.synchronize(); times.append(time.perf_counter() - began)
                seconds = statistics.median(times)
                best = min(best or (seconds, batch), (seconds, batch))
            print(json.dumps({"peer": "sentence-transformers f16", "model": name, "set": kind, "microseconds": best[0] / len(texts[kind]) * 1e6, "batch": best[1]}), flush=True)
        if reranker:
            continue
        times = []
        for i in range(60):
            began = time.perf_counter(); model.encode([texts["short"][i]], show_progress_bar=False); torch.cuda.synchronize(); times.append(time.perf_counter() - began)
        print(json.dumps({"peer": "sentence-transformers f16", "model": name, "set": "one query", "milliseconds": statistics.median(times[10:]) * 1e3}), flush=True)
    except Exception as error:
        print(f"NOT RUN: {name}: {error}", flush=True)
    model = None
    torch.cuda.empty_cache()
