"""Prints the JSON schema of ``summary.json``: ``python -m blind_refusal.analysis > docs/summary.schema.json``."""

import sys

from blind_refusal.analysis.schema import summary_schema

if __name__ == "__main__":
    sys.stdout.write(summary_schema())
