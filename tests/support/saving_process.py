"""Saves labels in a loop and prints each id that the store has acknowledged, until it is killed.

Arguments: the store's URL, a prefix of ids.
"""

import sys
from itertools import count

from blind_refusal.review import LabelStore
from tests.support.labels import draft


def main() -> None:
    url, prefix = sys.argv[1:]
    with LabelStore(url) as store:
        for number in count(1):
            saved = store.save(draft("r1", "ana", id=f"{prefix}-{number:06d}", comment="x" * 500))
            sys.stdout.write(f"{saved.id}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
