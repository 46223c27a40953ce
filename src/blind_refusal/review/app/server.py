"""The server: the application put together, its errors in plain words, and running it until it is interrupted."""

import socket
from collections.abc import Callable
from http import HTTPStatus
from importlib.resources import files
from typing import Final

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles

from blind_refusal.errors import UserError
from blind_refusal.review.app.context import Review
from blind_refusal.review.app.lead import lead_pages
from blind_refusal.review.app.pages import pages
from blind_refusal.review.app.security import GuardedApp, KnownHosts
from blind_refusal.review.app.writing import writing
from blind_refusal.review.database import StoreUnavailableError
from blind_refusal.review.rows import RefusedSaveError

DEFAULT_PORT: Final = 8137
"""Always the same, so that a page that is still open finds the server again, and kept answers their page."""
_SECONDS_TO_FINISH: Final = 3


def make_app(review: Review, known_hosts: KnownHosts) -> GuardedApp:
    """Put the application together.

    Args:
        review: what is reviewed.
        known_hosts: the names under which it answers.
    """
    app = FastAPI(title="Blind refusal review", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=str(files("blind_refusal.review.app") / "static")))
    # The lead's come first: their paths would otherwise be taken for a phase's.
    for router in (lead_pages(review), pages(review), writing(review)):
        app.include_router(router)
    _explain_errors(app, review)
    return GuardedApp(app, known_hosts)


def _explain_errors(app: FastAPI, review: Review) -> None:
    def explain(request: Request, status: int, reason: str) -> Response:
        if request.method != "GET":
            return JSONResponse({"error": reason}, status)
        if status == HTTPStatus.UNAUTHORIZED:
            return review.page("refused.html.j2", status=status, used=False, people=[])
        return review.page("message.html.j2", status=status, reason=reason)

    @app.exception_handler(StoreUnavailableError)
    def unavailable(request: Request, error: Exception) -> Response:
        return explain(request, HTTPStatus.SERVICE_UNAVAILABLE, f"The store of labels does not answer: {error}")

    @app.exception_handler(RefusedSaveError)
    def refused(request: Request, error: Exception) -> Response:
        return explain(request, HTTPStatus.CONFLICT, str(error))

    @app.exception_handler(UserError)
    def wrong(request: Request, error: Exception) -> Response:
        return explain(request, HTTPStatus.BAD_REQUEST, str(error))

    @app.exception_handler(Exception)
    def fault(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the framework's signature
        return explain(
            request, HTTPStatus.INTERNAL_SERVER_ERROR, "a fault in the program; the server's terminal says more"
        )

    @app.exception_handler(RequestValidationError)
    def no_such_page(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the framework's signature
        return explain(request, HTTPStatus.NOT_FOUND, "there is no such page")

    @app.exception_handler(StarletteHTTPException)
    def known(request: Request, error: Exception) -> Response:
        found = error if isinstance(error, StarletteHTTPException) else HTTPException(500)
        reason = (
            "your session here has ended; open a new link of yours in this browser, then send again"
            if found.status_code == HTTPStatus.UNAUTHORIZED
            else found.detail
        )
        return explain(request, found.status_code, reason)


def listen(host: str, port: int) -> socket.socket:
    """Take a port; requests wait from now on until `serve` answers them.

    Raises:
        UserError: if it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{host}:{port}: cannot be listened on ({reason}); name another with --port") from error
    return listener


def serve(app: GuardedApp, listener: socket.socket, when_ready: Callable[[], None] | None = None) -> None:
    """Answer requests until the process is interrupted; requests under way are finished.

    Args:
        app: of `make_app`.
        listener: of `listen`.
        when_ready: called once requests are waiting to be answered.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    if when_ready:
        when_ready()
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return
    finally:
        listener.close()
