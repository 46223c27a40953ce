"""Finding cases that say nearly the same: cosine of TF-IDF vectors over character n-grams.

No lexical method sees a paraphrase; this one finds a scene told twice with other names. The n-grams (3 to 5 characters
within words) are those that were found to work on texts of this length; see `NEAR` for the threshold.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

NEAR = 0.5
"""Similarity from which two queries count as near-duplicates. Among 168 cases that were written apart and read by a
second reader, before any was held to this, the most similar pair of queries reached 0.23, and a twin and its original
at most 0.39; among all 1,838 it is 0.26, twins apart. A query with its names and figures changed and two sentences
exchanged for others keeps 0.75 in the mean, nine in ten more than 0.66."""

NEAR_RULES = 0.6
"""The same for rules with the mechanism of their evasion. They are one line each and share the turns of house rules
("nobody … after nine in the evening"): among 386 rules written apart the most similar pair reaches 0.52. A rule with
two of its words exchanged keeps 0.90 in the mean, nine in ten more than 0.82."""

_FEATURES = 2**21
"""Places for n-grams, of which the queries of the 1,838 shipped cases have 83,710: what falls together by chance moves
no similarity among them by more than 0.012."""


class NearPair(NamedTuple):
    """Two texts that are alike, by their places in the sequence."""

    first: int
    second: int
    similarity: float


def near_pairs(texts: Sequence[str], threshold: float = NEAR) -> list[NearPair]:
    """Return all pairs of texts whose similarity reaches the threshold, the most alike first."""
    if len(texts) < 2:
        return []
    vectors = _vectors(texts)
    similar = (vectors @ vectors.T).tocoo()
    pairs = [
        NearPair(int(row), int(column), float(value))
        for row, column, value in zip(similar.row, similar.col, similar.data, strict=True)
        if row < column and value >= threshold
    ]
    return sorted(pairs, key=lambda pair: (-pair.similarity, pair.first, pair.second))


def nearest(text: str, others: Sequence[str]) -> tuple[int, float] | None:
    """Return the place and similarity of the text that is most like `text`, or None if there are no others."""
    if not others:
        return None
    vectors = _vectors([*others, text])
    similarities = (vectors[:-1] @ vectors[-1].T).toarray().ravel()
    place = int(similarities.argmax())
    return place, float(similarities[place])


def _vectors(texts: Sequence[str]) -> "csr_matrix":
    from scipy.sparse import vstack
    from sklearn.feature_extraction.text import TfidfTransformer

    counts = vstack([_counts(text) for text in texts], format="csr")
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts)


@lru_cache(maxsize=5_000)
def _counts(text: str) -> "csr_matrix":
    """Return how often each n-gram stands in a text; kept, as a set that grows is compared with every new text."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), n_features=_FEATURES, norm=None, alternate_sign=False
    ).transform([text])
