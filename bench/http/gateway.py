"""A gateway of the router's duties as a person would write it with FastAPI and httpx: tokens, limits, model routing.

Only for comparison. It counts fixed windows, which admit up to twice a plan at their borders.
"""

import json
import logging
import os
import time
import uuid

import httpx
import jwt
import redis.asyncio as redis
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, StreamingResponse
from prometheus_client import Counter, Histogram, make_asgi_app

BACKEND = os.environ["BACKEND_URL"]
ISSUER = os.environ["JWT_ISSUER"]
AUDIENCE = os.environ["JWT_AUDIENCE"]
LIMITS = {"minute": (60, 1_000_000), "hour": (3600, 10_000_000), "day": (86400, 1_000_000_000)}
CONCURRENT = 20_000
MODELS = {"gpt-4": BACKEND, "claude-3": BACKEND}

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"])
app.mount("/metrics", make_asgi_app())
requests_total = Counter("requests", "Requests.", ["service", "status", "plan"])
durations = Histogram("request_duration_seconds", "Durations.", ["service"])
logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[logging.StreamHandler(open(1, "w"))])
logging.getLogger("httpx").setLevel(logging.WARNING)
log = logging.getLogger("gateway")
client = httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=1000, max_keepalive_connections=256))
store = redis.from_url(os.environ["REDIS_URL"])
keys = jwt.PyJWKClient(os.environ["JWKS_URL"], cache_keys=True)


def problem(status: int, code: str, request_id: str) -> JSONResponse:
    body = {"title": code, "status": status, "code": code, "requestId": request_id}
    return JSONResponse(body, status, media_type="application/problem+json")


@app.api_route("/agents/{rest:path}", methods=["GET", "POST"])
async def agents(rest: str, request: Request):
    began, request_id = time.perf_counter(), request.headers.get("x-request-id") or str(uuid.uuid4())
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return problem(401, "credential_missing", request_id)
    try:
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, ["ES256", "RS256"], audience=AUDIENCE, issuer=ISSUER)
    except jwt.PyJWTError:
        return problem(401, "invalid_token", request_id)

    subject, now = claims["sub"], time.time()
    pipe = store.pipeline(transaction=False)
    for name, (seconds, _) in LIMITS.items():
        window = f"{subject}:{name}:{int(now // seconds)}"
        pipe.incr(window)
        pipe.expire(window, seconds)
    pipe.incr(f"{subject}:concurrent")
    *counts, concurrent = await pipe.execute()
    over = next((n for (n, (_, limit)), count in zip(LIMITS.items(), counts[::2]) if count > limit), None)
    if over is not None or concurrent > CONCURRENT:
        await store.decr(f"{subject}:concurrent")
        return problem(429, "limit_exceeded", request_id)

    body = await request.body()
    model = json.loads(body).get("model", "") if body else ""
    target = next((url for name, url in MODELS.items() if model.startswith(name)), BACKEND)
    headers = {k: v for k, v in request.headers.items() if k not in ("host", "content-length", "x-user-id")}
    headers |= {"x-user-id": subject, "x-plan": "free", "x-request-id": request_id}
    upstream = client.build_request(request.method, f"{target}/agents/{rest}", headers=headers, content=body)
    answer = await client.send(upstream, stream=True)
    kept = {k: v for k, v in answer.headers.items() if k not in ("connection", "transfer-encoding")}
    kept |= {"x-request-id": request_id, "x-content-type-options": "nosniff", "x-frame-options": "DENY"}

    async def relay():
        try:
            async for piece in answer.aiter_raw():
                yield piece
        finally:
            await answer.aclose()
            await store.decr(f"{subject}:concurrent")
            took = time.perf_counter() - began
            requests_total.labels("agents", answer.status_code, "free").inc()
            durations.labels("agents").observe(took)
            entry = {"requestId": request_id, "status": answer.status_code, "model": model, "seconds": took}
            log.info(json.dumps(entry))

    return StreamingResponse(relay(), answer.status_code, kept)
