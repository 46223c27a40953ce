"""Who may ask for what: hosts, cookies, tokens against forged requests, and the headers of every answer.

A person is known by a cookie that a one-time link turns into; its name depends on the study and the person, so that two
people can work side by side in one browser, and two studies on one machine. A write must come from a page of this
server (header `Origin`) and carry a token that only pages of the same session know.
"""

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders

from blind_refusal.review.rows import Rater
from blind_refusal.review.sessions import Sessions

CSRF_HEADER: Final = "x-csrf-token"
LARGEST_BODY: Final = 1_000_000
"""Bytes of a request's body."""

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""The content security policy: our own files and nothing else; text cannot be turned into script or markup."""

HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
}

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


@dataclass(frozen=True)
class Visitor:
    """Somebody whose session is sound."""

    rater: Rater
    csrf: str
    """The token that this session's writes must carry."""

    @property
    def name(self) -> str:
        """Who it is."""
        return self.rater.name

    @property
    def leads(self) -> bool:
        """Whether they see everybody's labels."""
        return self.rater.role == "lead"


class Doorkeeper:
    """Knows who is at the browser."""

    def __init__(self, sessions: Sessions, study_id: str, address: str | None = None) -> None:
        """Set up.

        Args:
            sessions: where links and cookies are kept.
            study_id: keeps the cookies of several studies on one machine apart.
            address: URL under which people reach the server, where a proxy stands before it.
        """
        self._sessions = sessions
        self._prefix = f"blind_refusal_{_digest(study_id)[:8]}_"
        parts = urlsplit(address or "")
        self._proxy = parts.netloc
        self.secure = parts.scheme == "https"
        """Whether cookies travel through https only."""

    def cookie_name(self, name: str) -> str:
        """Return the name of somebody's cookie."""
        return self._prefix + _digest(name)[:12]

    def visitor(self, request: Request, name: str) -> Visitor:
        """Return the person in whose name a page is asked for.

        Raises:
            HTTPException: 401 if their session is not there.
        """
        found = self._whose(request.cookies.get(self.cookie_name(name)))
        if found is None or found.name != name:
            raise HTTPException(401)
        return found

    def visitors(self, request: Request) -> list[Visitor]:
        """Return everybody who has a session in this browser."""
        cookies = [value for key, value in request.cookies.items() if key.startswith(self._prefix)]
        found = [visitor for cookie in cookies if (visitor := self._whose(cookie))]
        return sorted(found, key=lambda one: one.name)

    def writer(self, request: Request, name: str) -> Visitor:
        """Return the person in whose name something is to be changed.

        Raises:
            HTTPException: 401 if their session is not there; 403 if the request does not come from a page of theirs.
        """
        visitor = self.visitor(request, name)
        origin = urlsplit(request.headers.get("origin", "")).netloc
        if not origin or origin not in (request.headers.get("host"), self._proxy):
            raise HTTPException(403, "this request does not come from a page of this server")
        if not hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), visitor.csrf.encode()):
            raise HTTPException(403, "this page is from an earlier session; load it again")
        return visitor

    def _whose(self, cookie: str | None) -> Visitor | None:
        rater = self._sessions.whose(cookie) if cookie else None
        return Visitor(rater, _digest(f"csrf\0{cookie}")) if rater else None


async def read_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in a request's body.

    Raises:
        HTTPException: if it is something else, or too large.
    """
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise HTTPException(415, "application/json is wanted")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, f"more than {LARGEST_BODY:,} bytes")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "is not JSON") from error
    if not isinstance(found, dict):
        raise HTTPException(400, "a JSON object is wanted")
    return found


class GuardedApp:
    """Refuses requests for other hosts and puts the security headers on every answer."""

    def __init__(self, app: _App, known_hosts: "KnownHosts") -> None:
        self._app = app
        self._known = known_hosts

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: _Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if Headers(scope=scope).get("host", "") in self._known:
            await self._app(scope, receive, send_guarded)
        else:
            start = {"type": "http.response.start", "status": 421, "headers": [(b"content-type", b"text/plain")]}
            await send_guarded(start)
            await send({"type": "http.response.body", "body": b"This server does not answer under this name.\n"})


class KnownHosts:
    """The names under which the server answers; another site's name that points here is none of them."""

    def __init__(self, host: str, port: int, address: str | None = None) -> None:
        """Set up.

        Args:
            host: what the server listens on.
            port: likewise.
            address: URL under which people reach it, where that is another one.
        """
        names = {"localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host}
        self._known = {f"{name}:{port}" for name in names}
        if port == 80:
            self._known |= names
        if address:
            self._known.add(urlsplit(address).netloc)
        # Listening everywhere, it is reached by addresses that it does not know; no name of another site is one.
        self._any_address = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        self._port = port

    def __contains__(self, host: str) -> bool:
        """Whether a header `Host` names this server."""
        return host in self._known or (self._any_address and self._is_address(host))

    def _is_address(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return port == str(self._port)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
