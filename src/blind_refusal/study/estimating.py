"""What judging is about to take: calls, tokens and money, before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from blind_refusal.asking import CHARACTERS_PER_TOKEN, Prices, Request

_ANSWER_TOKENS = 150
"""Output tokens of a judge's answer without reasoning, roughly."""


@dataclass(frozen=True)
class JudgingEstimate:
    """What one judge is about to take. Tokens are estimates, a token for every four characters."""

    judge: str
    calls: int
    constant_tokens: int
    """Of the rubric, the same in every call; sent anew with the first."""
    cached_tokens: int
    """Of the rubric in all later calls, which providers with prompt caching bill as cached."""
    varying_tokens: int
    """Of cases and responses."""
    output_tokens: int
    """Of answers without reasoning."""
    most_output_tokens: int
    """What the limits on output allow."""

    def cost(self, prices: Prices) -> tuple[float, float]:
        """Return the expected cost, and the highest possible one without caching and with all output, in dollars."""
        tokens = self.constant_tokens + self.cached_tokens + self.varying_tokens
        expected = prices.cost(tokens, self.cached_tokens, self.output_tokens)
        return expected, prices.cost(tokens, 0, self.most_output_tokens)


def estimate_judging(requests: Sequence[Request]) -> list[JudgingEstimate]:
    """Estimate what sending judge requests takes, one record per judge."""
    lanes: dict[str, list[Request]] = {}
    for request in requests:
        lanes.setdefault(request.model.label, []).append(request)
    return [_estimate(label, lane) for label, lane in lanes.items()]


def _estimate(label: str, lane: Sequence[Request]) -> JudgingEstimate:
    rubrics = {request.messages[0].text for request in lane}
    constant = sum(len(rubric) for rubric in rubrics) // CHARACTERS_PER_TOKEN
    all_constant = sum(len(request.messages[0].text) for request in lane) // CHARACTERS_PER_TOKEN
    varying = sum(len(message.text) for request in lane for message in request.messages[1:])
    return JudgingEstimate(
        judge=label,
        calls=len(lane),
        constant_tokens=constant,
        cached_tokens=all_constant - constant,
        varying_tokens=varying // CHARACTERS_PER_TOKEN,
        output_tokens=_ANSWER_TOKENS * len(lane),
        most_output_tokens=sum(int(request.model.generate.get("max_tokens", 0)) for request in lane),
    )
