"""Python's clients of the APIs that `ferris serve` speaks, against a running server: their vectors agree, their errors are their own.

    python -m venv venv && venv/bin/pip install openai ollama cohere langchain-openai huggingface_hub numpy
    npx ferris serve --reranker MODEL          # in another terminal
    venv/bin/python scripts/python-clients.py http://127.0.0.1:8088

A client that is not installed is told as NOT RUN. Ends with 1 where one fails.
"""

import importlib.metadata
import importlib.util
import json
import sys
import urllib.request

url = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8088").rstrip("/")
texts = ["how do I rotate a key", "a warm place for dough", "Grüße aus 東京"]


def get(path):
    with urllib.request.urlopen(url + path) as response:
        return json.load(response)


def post(path, body):
    request = urllib.request.Request(
        url + path, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


models = [model["id"] for model in get("/v1/models")["data"]]
model = get("/info")["model_id"]
reranker = next((name for name in models if name != model), None)
# The server's own numbers, by the door that no client is between.
expected = post("/embed", {"inputs": texts})


def agrees(vectors):
    assert len(vectors) == len(texts)
    for ours, theirs in zip(expected, vectors):
        assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) < 1e-5


def raises(kind, work):
    try:
        work()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected")


def try_openai():
    import openai

    client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
    for encoding in ("base64", "float"):
        answer = client.embeddings.create(model=model, input=texts, encoding_format=encoding)
        if encoding == "float":
            agrees([each.embedding for each in answer.data])
        assert answer.usage.prompt_tokens > 0
    agrees([each.embedding for each in client.embeddings.create(model=model, input=texts).data])
    error = raises(openai.NotFoundError, lambda: client.embeddings.create(model="gpt-9", input="x"))
    assert error.code == "model_not_found"
    tokens = raises(openai.BadRequestError, lambda: client.embeddings.create(model=model, input=[1, 2, 3]))
    assert "check_embedding_ctx_length=False" in str(tokens)
    assert [each.id for each in client.models.list().data] == models


def try_langchain_openai():
    import openai
    from langchain_openai import OpenAIEmbeddings

    settings = {"base_url": f"{url}/v1", "api_key": "none", "model": model, "max_retries": 0}
    embeddings = OpenAIEmbeddings(check_embedding_ctx_length=False, **settings)
    agrees(embeddings.embed_documents(texts))
    agrees([embeddings.embed_query(text) for text in texts])
    # As it comes it sends ids of OpenAI's tokens; with tiktoken's files not at hand it cannot even do that.
    try:
        OpenAIEmbeddings(**settings).embed_documents(texts)
    except openai.BadRequestError as error:
        assert "check_embedding_ctx_length=False" in str(error)
    except Exception as error:
        print(f"         (its default, which counts tokens, was not tried: {type(error).__name__})")
    else:
        raise AssertionError("ids of another model's tokens were embedded")


def try_ollama():
    import ollama

    client = ollama.Client(host=url)
    agrees(client.embed(model=model, input=texts).embeddings)
    agrees([client.embeddings(model=model, prompt=text).embedding for text in texts])
    assert client.list().models[0].model == model
    assert client.embed(model=model, input=[]).embeddings == []
    error = raises(ollama.ResponseError, lambda: client.embed(model="llama3", input="x"))
    assert error.status_code == 404 and "not found" in error.error


def try_cohere():
    import cohere

    client = cohere.ClientV2(api_key="none", base_url=url)
    answer = client.embed(model=model, texts=texts, input_type="search_document", embedding_types=["float"])
    agrees(answer.embeddings.float_)
    raises(
        cohere.NotFoundError,
        lambda: client.embed(model="x", texts=texts, input_type="search_query", embedding_types=["float"]),
    )
    if reranker is None:
        print("         (reranking was not tried: the server has no reranker)")
        return
    results = client.rerank(model=reranker, query=texts[0], documents=texts, top_n=2).results
    assert len(results) == 2 and results[0].relevance_score >= results[1].relevance_score


def try_huggingface_hub():
    from huggingface_hub import InferenceClient
    from huggingface_hub.errors import HfHubHTTPError

    client = InferenceClient(base_url=url, token="none")
    agrees([client.feature_extraction(text)[0].tolist() for text in texts])
    scores = client.sentence_similarity(texts[0], texts[:2])
    assert abs(scores[0] - 1) < 1e-4 and scores[1] < 0.9
    error = raises(HfHubHTTPError, lambda: client.feature_extraction("x", prompt_name="no-such-prompt"))
    assert error.response.status_code == 422


failed = False
for package, attempt in {
    "openai": try_openai,
    "langchain-openai": try_langchain_openai,
    "ollama": try_ollama,
    "cohere": try_cohere,
    "huggingface_hub": try_huggingface_hub,
}.items():
    if importlib.util.find_spec(package.replace("-", "_")) is None:
        print(f"NOT RUN  {package}: not installed")
        continue
    version = importlib.metadata.version(package)
    try:
        attempt()
        print(f"passed   {package} {version}")
    except Exception as error:
        failed = True
        print(f"FAILED   {package} {version}: {type(error).__name__}: {error}")
sys.exit(failed)
