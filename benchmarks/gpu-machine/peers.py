"""Peers on the same GPU: sentence-transformers in f16 with the shapes and texts that our own run uses, random weights.

    python3 peers.py TEXTS_JSON FOLDER_OF_RANDOM_MODELS      prints one JSON object a line
"""
import json, statistics, sys, time
import torch
from sentence_transformers import SentenceTransformer

texts = json.load(open(sys.argv[1]))
for name in ("minilm-l6", "bert-base"):
    folder = f"{sys.argv[2]}/random-{name}"
    try:
        model = SentenceTransformer(folder, device="cuda", model_kwargs={"torch_dtype": torch.float16})
    except Exception as error:
        print(f"NOT RUN: {name}: {error}")
        continue
    for kind in ("short", "passages"):
        best = None
        for batch in (64, 256, 1024):
            run = lambda: model.encode(texts[kind], batch_size=batch, convert_to_numpy=True, show_progress_bar=False)
            run(); times = []
            for _ in range(5):
                began = time.perf_counter(); run(); torch.cuda.synchronize(); times.append(time.perf_counter() - began)
            seconds = statistics.median(times)
            best = min(best or (seconds, batch), (seconds, batch))
        print(json.dumps({"peer": "sentence-transformers f16", "model": name, "set": kind, "microseconds": best[0] / len(texts[kind]) * 1e6, "batch": best[1]}), flush=True)
    times = []
    for i in range(60):
        began = time.perf_counter(); model.encode([texts["short"][i]], show_progress_bar=False); torch.cuda.synchronize(); times.append(time.perf_counter() - began)
    print(json.dumps({"peer": "sentence-transformers f16", "model": name, "set": "one query", "milliseconds": statistics.median(times[10:]) * 1e3}), flush=True)
