"""The case browser: a page beside the report, and the data that it loads cell by cell, all of it plain files."""

from blind_refusal.reporting.casebook.index import Browsing
from blind_refusal.reporting.casebook.links import cell_link
from blind_refusal.reporting.casebook.write import remove_browser, write_browser

__all__ = ["Browsing", "cell_link", "remove_browser", "write_browser"]
