"""The review app in the browser: pages for raters and for who leads them."""

from blind_refusal.review.app.agreeing import Agreement
from blind_refusal.review.app.context import Review
from blind_refusal.review.app.items import Items, case_item, response_item
from blind_refusal.review.app.security import Doorkeeper, KnownHosts
from blind_refusal.review.app.server import DEFAULT_PORT, listen, make_app, serve

__all__ = [
    "DEFAULT_PORT",
    "Agreement",
    "Doorkeeper",
    "Items",
    "KnownHosts",
    "Review",
    "case_item",
    "listen",
    "make_app",
    "response_item",
    "serve",
]
