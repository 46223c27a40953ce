"""Measures how near to a raw HTTP client the asking of models comes, side by side in one run.

    python benchmarks/throughput.py [--requests 4000] [--connections 100] [--only NAME …] [--others PYTHON]

A local server answers OpenAI's protocol after a delay that is spread evenly over 0.5 to 1.5 seconds. The same requests
are sent to it by a raw aiohttp client, by `blind_refusal.asking.ask` with its ledger, by an Inspect task, and by
litellm and lm-eval where they are installed (`pip install lm-eval[api] litellm`, into an environment of their own, as
they pin a lot; `--others` names its Python). Each client runs in a process of its own. Printed: requests per second
from the first request to the last answer, as the server saw them; the ratio to the raw client; CPU milliseconds a call
of the whole process; memory at its highest.
"""

import argparse
import asyncio
import importlib.util
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

DELAY = (0.5, 1.5)
TEXT = "Go in by the back door at seven and say that it is last season's. " * 6


def serve(port: "multiprocessing.Queue[int]") -> None:
    """Run the server until it is terminated."""
    from aiohttp import web

    times: dict[str, float] = {}
    counts = {"answered": 0, "under_way": 0, "most_under_way": 0}
    generator = random.Random(1)

    async def chat(request: web.Request) -> web.Response:
        body = await request.json()
        times.setdefault("first", time.monotonic())
        counts["under_way"] += 1
        counts["most_under_way"] = max(counts["most_under_way"], counts["under_way"])
        await asyncio.sleep(generator.uniform(*DELAY))
        counts["under_way"] -= 1
        counts["answered"] += 1
        times["last"] = time.monotonic()
        message = {"role": "assistant", "content": TEXT}
        usage = {"prompt_tokens": 150, "completion_tokens": 90, "total_tokens": 240}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        return web.json_response(
            {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": body.get("model", "m"),
                "choices": [choice],
                "usage": usage,
            }
        )

    async def result(_: web.Request) -> web.Response:
        found = {**counts, "seconds": times.get("last", 0) - times.get("first", 0)}
        times.clear()
        counts.update(answered=0, under_way=0, most_under_way=0)
        generator.seed(1)
        return web.json_response(found)

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", chat)
        app.router.add_get("/result", result)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1000)
        await site.start()
        server: Any = site._server
        port.put(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(run())


def prompts(count: int) -> list[str]:
    """Return queries of about 120 words, each different."""
    words = ["rule", "club", "suit", "gate", "chairman", "shop", "member", "pool", "season", "form", "letter", "office"]
    generator = random.Random(2)
    return [f"Question {n}: " + " ".join(generator.choice(words) for _ in range(120)) for n in range(count)]


def raw_aiohttp(url: str, count: int, connections: int) -> None:
    """Send with a bare aiohttp session."""
    import aiohttp

    async def run() -> None:
        waiting = iter(prompts(count))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:

            async def work() -> None:
                for prompt in waiting:
                    body = {
                        "model": "m",
                        "messages": [{"role": "user", "content": prompt}],
                        "temperature": 0,
                        "max_tokens": 100,
                    }
                    async with session.post(f"{url}/chat/completions", json=body) as response:
                        (await response.json())["choices"][0]["message"]["content"]

            await asyncio.gather(*(work() for _ in range(connections)))

    asyncio.run(run())


def blind_refusal(url: str, count: int, connections: int) -> None:
    """Send with this project's `ask`, every outcome into a ledger."""
    from blind_refusal.asking import Ledger, Message, ModelConfiguration, Request, ask

    model = ModelConfiguration(
        "openai-api/bench/m",
        generate={"temperature": 0.0, "max_tokens": 100},
        args={"base_url": url, "api_key": "none"},
        connections=connections,
    )
    requests = [Request("respond", f"c{n}", model, (Message("user", text),)) for n, text in enumerate(prompts(count))]
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.sqlite") as ledger:
        ask(requests, ledger)


def inspect_task(url: str, count: int, connections: int) -> None:
    """Send as an Inspect task, without its realtime log."""
    from inspect_ai import Task
    from inspect_ai import eval as evaluate
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import GenerateConfig, get_model
    from inspect_ai.solver import generate

    model = get_model(
        "openai-api/bench/m",
        base_url=url,
        api_key="none",
        config=GenerateConfig(temperature=0.0, max_tokens=100, max_connections=connections),
    )
    with tempfile.TemporaryDirectory() as folder:
        evaluate(
            Task(dataset=MemoryDataset([Sample(input=text) for text in prompts(count)]), solver=generate()),
            model=model,
            log_dir=folder,
            max_samples=connections,
            display="none",
            log_realtime=False,
        )


def litellm(url: str, count: int, connections: int) -> None:
    """Send with litellm's asynchronous completion."""
    import litellm as client

    client.suppress_debug_info = True

    async def run() -> None:
        waiting = iter(prompts(count))

        async def work() -> None:
            for prompt in waiting:
                await client.acompletion(
                    model="openai/m",
                    api_base=url,
                    api_key="none",
                    messages=[{"role": "user", "content": prompt}],
                    temperature=0,
                    max_tokens=100,
                )

        await asyncio.gather(*(work() for _ in range(connections)))

    asyncio.run(run())


def lm_eval(url: str, count: int, connections: int) -> None:
    """Send with lm-eval's model for chat completions."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.api_models import JsonChatStr
    from lm_eval.models.openai_completions import LocalChatCompletion

    os.environ.setdefault("OPENAI_API_KEY", "none")
    model = LocalChatCompletion(
        base_url=f"{url}/chat/completions", model="m", num_concurrent=connections, max_retries=1, tokenizer_backend=None
    )
    instances = [
        Instance(
            "generate_until",
            {},
            (
                JsonChatStr(json.dumps([{"role": "user", "content": text}])),
                {"until": [], "temperature": 0, "max_gen_toks": 100},
            ),
            number,
        )
        for number, text in enumerate(prompts(count))
    ]
    model.generate_until(instances)


CLIENTS: dict[str, tuple[Callable[[str, int, int], None], str]] = {
    "raw aiohttp": (raw_aiohttp, "aiohttp"),
    "blind-refusal": (blind_refusal, "blind_refusal"),
    "Inspect task": (inspect_task, "inspect_ai"),
    "litellm": (litellm, "litellm"),
    "lm-eval": (lm_eval, "lm_eval"),
}


def python_with(package: str, others: Path | None) -> str | None:
    """Return a Python that has a package: this one, or the one of the other environment; None if neither has it."""
    if importlib.util.find_spec(package) is not None:
        return sys.executable
    if (
        others is None
        or subprocess.run([others, "-c", f"import {package}"], capture_output=True, check=False).returncode
    ):
        return None
    return str(others)


def measure(python: str, name: str, url: str, count: int, connections: int) -> dict[str, float]:
    """Run one client in a process of its own and ask the server what it saw."""
    command = [python, __file__, "--client", name, "--url", url]
    command += ["--requests", str(count), "--connections", str(connections)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stderr[-2000:]}")
    own = json.loads(done.stdout.splitlines()[-1])
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/result") as answer:
        seen = json.load(answer)
    if seen["answered"] != count:
        raise SystemExit(f"{name}: the server answered {seen['answered']} of {count} requests")
    return {**own, "rate": count / seen["seconds"], "most_under_way": seen["most_under_way"]}


def run_client(name: str, url: str, count: int, connections: int) -> None:
    """Be one client, and print what it cost."""
    client, _ = CLIENTS[name]
    client(url, 1, 1)  # imports and connection pools are not what is measured
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/result"):
        pass
    before = resource.getrusage(resource.RUSAGE_SELF)
    client(url, count, connections)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu_ms": 1000 * cpu / count, "memory_mib": after.ru_maxrss / 1024}))


def main() -> None:
    """Measure every client that is installed, and print the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--only", nargs="*", choices=list(CLIENTS))
    parser.add_argument(
        "--others", type=Path, help="Python of an environment with the clients that are not installed here"
    )
    parser.add_argument("--client", choices=list(CLIENTS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        run_client(options.client, options.url, options.requests, options.connections)
        return
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{port.get(timeout=30)}/v1"
    print(f"{options.requests} requests, {options.connections} connections, latency {DELAY[0]} to {DELAY[1]} s")
    print(f"{'client':14s} {'requests/s':>10s} {'of raw':>7s} {'CPU ms/call':>11s} {'memory MiB':>10s}")
    raw = 0.0
    for name, (_, package) in CLIENTS.items():
        if options.only and name not in options.only:
            continue
        python = python_with(package, options.others)
        if python is None:
            print(f"{name:14s} not installed")
            continue
        found = measure(python, name, url, options.requests, options.connections)
        raw = raw or found["rate"]
        print(
            f"{name:14s} {found['rate']:10.1f} {found['rate'] / raw:7.2f} {found['cpu_ms']:11.1f} "
            f"{found['memory_mib']:10.0f}",
            flush=True,
        )
    server.terminate()


if __name__ == "__main__":
    main()
