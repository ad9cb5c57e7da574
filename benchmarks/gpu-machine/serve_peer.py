"""What `ferris serve` is compared with: sentence-transformers in f16 behind FastAPI and uvicorn, in OpenAI's shape (base64).

    python3 serve_peer.py FOLDER PORT plain|batching [cuda|cpu]

plain is what most people write: each request is encoded by itself, one at a time. batching collects the requests that wait and encodes them
together, as a serving layer would.
"""
import asyncio, base64, os, sys
from concurrent.futures import ThreadPoolExecutor

# Threads of the tokenizer cost more than they bring at these sizes.
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import torch, uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer

folder, port, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
device = sys.argv[4] if len(sys.argv) > 4 else "cuda"
dtype = torch.float16 if device == "cuda" else torch.float32
model = SentenceTransformer(folder, device=device, model_kwargs={"dtype": dtype})
app = FastAPI()
# One thread: each that calls CUDA makes handles of its own first, and their requests would run one after another all the same.
gpu = ThreadPoolExecutor(max_workers=1)
most = 1024


class Request(BaseModel):
    input: str | list[str]
    encoding_format: str = "base64"


def encode(texts):
    return model.encode(texts, batch_size=256, convert_to_numpy=True, show_progress_bar=False).astype("float32")


def answer(vectors):
    data = [{"object": "embedding", "index": i, "embedding": base64.b64encode(v.tobytes()).decode()} for i, v in enumerate(vectors)]
    return {"object": "list", "data": data, "model": folder, "usage": {"prompt_tokens": 0, "total_tokens": 0}}


def run(texts):
    return asyncio.get_running_loop().run_in_executor(gpu, encode, texts)


def texts_of(request):
    return [request.input] if isinstance(request.input, str) else request.input


if how == "plain":

    @app.post("/v1/embeddings")
    async def embed(request: Request):
        return answer(await run(texts_of(request)))

else:
    waiting = asyncio.Queue()

    async def serve():
        while True:
            calls = [await waiting.get()]
            while not waiting.empty() and sum(len(texts) for texts, _ in calls) < most:
                calls.append(waiting.get_nowait())
            vectors = await run([text for texts, _ in calls for text in texts])
            at = 0
            for texts, future in calls:
                if not future.cancelled():
                    future.set_result(vectors[at : at + len(texts)])
                at += len(texts)

    tasks = set()

    @app.post("/v1/embeddings")
    async def embed(request: Request):
        if not tasks:
            tasks.add(asyncio.create_task(serve()))
        future = asyncio.get_running_loop().create_future()
        await waiting.put((texts_of(request), future))
        return answer(await future)


# Before anybody is timed: kernels of every size of batch that will be asked for.
for size in (1, 2, 4, 8, 16, 32, 64, 256, 1024) if device == "cuda" else (1,):
    for words in (12, 120):
        gpu.submit(encode, ["word " * words] * size).result()
uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
