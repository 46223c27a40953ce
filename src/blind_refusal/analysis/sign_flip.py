"""The exact test that paired differences favour neither side: McNemar's test, with clusters.

Under the null hypothesis the two members of a pair could be swapped, all responses of a cluster together. So the sum of
the clusters' differences is as likely with any of their signs reversed, and its distribution can be written down
(Fisher 1935, section 21; for clustered pairs Obuchowski 1998, Statistics in Medicine 17). With one response on each
side every difference is −1, 0 or 1, and this is the exact McNemar test (McNemar 1947, Psychometrika 12).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_EXACT: Final = 1 << 13
"""Above this sum of absolute differences the normal approximation takes the place of the exact distribution."""


@dataclass(frozen=True)
class SignFlip:
    """Two-sided p-values; None where no cluster differs, so that there is nothing to test."""

    p: float | None
    mid_p: float | None
    """Half the probability of the observed sum is left out (Fagerland, Lydersen & Laake 2013, BMC MRM 13)."""
    exact: bool


def sign_flip(differences: NDArray[np.int64]) -> SignFlip:
    """Test that clusters' differences are as likely with reversed signs.

    Args:
        differences: per cluster, the responses of the first side that have the property less those of the second; or
            any whole numbers in proportion to the clusters' weights.
    """
    weights = np.abs(differences[differences != 0])
    if len(weights) == 0:
        return SignFlip(p=None, mid_p=None, exact=True)
    unit = int(np.gcd.reduce(weights))
    weights, observed = weights // unit, abs(int(differences.sum())) // unit
    if int(weights.sum()) > MOST_EXACT:
        return _approximate(observed, weights)
    probabilities = _distribution(weights)
    sums = np.arange(-int(weights.sum()), int(weights.sum()) + 1, 2)
    at = float(probabilities[np.abs(sums) == observed].sum())
    beyond = float(probabilities[np.abs(sums) > observed].sum())
    return SignFlip(p=min(at + beyond, 1.0), mid_p=min(at / 2 + beyond, 1.0), exact=True)


def _distribution(weights: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probability of each sum of the weights with random signs, from lowest to highest in steps of 2."""
    from scipy.stats import binom

    found = np.ones(1)
    for weight, count in zip(*np.unique(weights, return_counts=True), strict=True):
        positive = np.zeros(int(weight * count) + 1)  # by half the distance from the lowest sum
        positive[:: int(weight)] = binom.pmf(np.arange(count + 1), count, 0.5)
        found = np.convolve(found, positive)
    return found


def _approximate(observed: int, weights: NDArray[np.int64]) -> SignFlip:
    from scipy.stats import norm

    p = 2 * float(norm.sf(observed / np.sqrt(float(np.sum(weights.astype(np.float64) ** 2)))))
    return SignFlip(p=min(p, 1.0), mid_p=min(p, 1.0), exact=False)
