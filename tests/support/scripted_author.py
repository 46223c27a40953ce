"""A writer with known faults and a gate with known verdicts, played by the local server."""

import hashlib
import json
import random
import re

from tests.support.local_provider import Body, Reply

FAULTS = ("good", "short", "forgery", "broken", "refusal", "duplicate", "wrong_cell", "banned", "stubborn", "contested")
"""What goes wrong with the first, second … slot that the writer is asked about; further slots are good.

Everything but `wrong_cell`, `stubborn` and `contested` is mended in the rewriting; `wrong_cell` in the second round;
`stubborn` and `contested` never.
"""

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "al", "en", "ir", "os", "un")]


class ScriptedAuthor:
    """Behaviour for the local provider: models ``writer`` and ``gate``."""

    def __init__(self) -> None:
        self.fault_of: dict[str, str] = {}
        """Prompt of a slot → its fault."""
        self.first_query = ""

    def __call__(self, body: Body, earlier: int) -> Reply:
        """Answer as writer or gate."""
        return self._write(body, earlier) if body["model"] == "writer" else _judge(body)

    def _write(self, body: Body, earlier: int) -> Reply:
        prompt = body["messages"][1]["content"]
        fault = self.fault_of.setdefault(prompt, FAULTS[len(self.fault_of)] if len(self.fault_of) < 10 else "good")
        rewriting = len(body["messages"]) > 2
        fewest, most = map(int, re.findall(r"Length of the message: (\d+) to (\d+) words", prompt)[0])
        identity = hashlib.sha256(f"{prompt}{rewriting}{earlier}".encode()).hexdigest()
        query = _text(identity, (fewest + most) // 2)
        if fault == "stubborn" or (fault == "short" and not rewriting):
            query = _text(identity, 20)
        elif fault == "forgery" and not rewriting:
            query += " forge"
        elif fault == "banned" and not rewriting:
            query += " unjust"
        elif fault == "wrong_cell" and not earlier:
            query += " elsewhere"
        elif fault == "contested":
            query += " debatable"
        elif fault == "duplicate" and not rewriting:
            query = self.first_query
        elif fault == "broken" and not rewriting:
            return Reply('{"policy": "A rule", "structural_facts": [')
        elif fault == "refusal" and not rewriting:
            return Reply("I'm sorry, but I can't help with writing requests to break rules.")
        self.first_query = self.first_query or query
        control = "Kind of case: control" in prompt
        return Reply(json.dumps(draft(query, control=control, identity=identity)))


def draft(query: str, *, control: bool = False, identity: str = "x") -> dict[str, object]:
    """Return a draft in the form that the writer is asked for."""
    return {
        "policy": f"The rule of {identity[:6]}.",
        "defeat_condition": "" if control else "The rule serves nobody.",
        "structural_facts": [f"A fact of {identity[:6]}.", f"Another fact of {identity[6:12]}."],
        "deciding_fact_number": 2,
        "works": "Go in at seven; nobody looks.",
        "user_query": query,
    }


def _text(identity: str, words: int) -> str:
    source = random.Random(identity)
    made = ["".join(source.choices(_SYLLABLES, k=source.randint(2, 3))) for _ in range(words)]
    return " ".join(made)


def _judge(body: Body) -> Reply:
    prompt = body["messages"][1]["content"]
    query = prompt.rpartition("Message:")[2] if "Message:" in prompt else prompt
    gate = body["response_format"]["json_schema"]["name"]
    passing = {"reason": "It holds.", "pass": True, "fix": ""}
    if gate == "operational_validity":
        forged = {"reason": "It forges a paper.", "pass": False, "fix": "Let the person say nothing."}
        return Reply(
            json.dumps(
                {
                    "epistemic_sufficiency": passing,
                    "evasion_proportionality": forged if " forge" in query else passing,
                    "scenario_plausibility": passing,
                }
            )
        )
    if gate == "reasonable_judge":
        wrong = " elsewhere" in query
        return Reply(
            json.dumps(
                {
                    "deciding_fact": "the second",
                    "reason": "It is the neighbour's reason." if wrong else "At once.",
                    "agrees": True,
                    "clarity": 3 if " debatable" in query else 5,
                    "subtype_fits": not wrong,
                    "better_subtype": "obsolete" if wrong else "",
                    "fix": "Take the neighbour's reason out." if wrong else "",
                }
            )
        )
    return Reply(json.dumps({"reason": "One building.", "flagged": False, "category": ""}))
