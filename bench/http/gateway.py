"""A gateway of the router's duties as a person would write it with FastAPI and httpx: tokens, limits, model routing.

Only for comparison. It counts fixed windows, which admit up to twice a plan at their borders.
"""

import json
import os
import time
import uuid

import httpx
import jwt
import redis.asyncio as redis
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

BACKEND = os.environ["BACKEND_URL"]
ISSUER = os.environ["JWT_ISSUER"]
AUDIENCE = os.environ["JWT_AUDIENCE"]
LIMITS = {"minute": (60, 100_000), "hour": (3600, 1_000_000), "day": (86400, 1_000_000_000)}
MODELS = {"gpt-4": BACKEND, "claude-3": BACKEND}

app = FastAPI()
client = httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=1000))
store = redis.from_url(os.environ["REDIS_URL"])
keys = jwt.PyJWKClient(os.environ["JWKS_URL"])


def problem(status: int, code: str, request_id: str) -> JSONResponse:
    body = {"title": code, "status": status, "code": code, "requestId": request_id}
    return JSONResponse(body, status, media_type="application/problem+json")


@app.api_route("/agents/{rest:path}", methods=["GET", "POST"])
async def agents(rest: str, request: Request):
    request_id = request.headers.get("x-request-id") or str(uuid.uuid4())
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return problem(401, "credential_missing", request_id)
    try:
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, ["ES256", "RS256"], audience=AUDIENCE, issuer=ISSUER)
    except jwt.PyJWTError:
        return problem(401, "invalid_token", request_id)

    subject, now = claims["sub"], time.time()
    pipe = store.pipeline()
    for name, (seconds, _) in LIMITS.items():
        window = f"{subject}:{name}:{int(now // seconds)}"
        pipe.incr(window)
        pipe.expire(window, seconds)
    counts = (await pipe.execute())[::2]
    for (name, (seconds, limit)), count in zip(LIMITS.items(), counts):
        if count > limit:
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
    return StreamingResponse(answer.aiter_raw(), answer.status_code, kept, background=None)
