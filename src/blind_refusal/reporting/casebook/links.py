"""Addresses within the browser, as the report's page uses them."""

from urllib.parse import quote, urlencode

PAGE = "cases.html"


def cell_link(family: str, authority: str) -> str:
    """Return the address of all cases of a cell."""
    return f"{PAGE}#?{urlencode({'family': family, 'authority': authority}, quote_via=quote)}"
