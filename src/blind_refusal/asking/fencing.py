"""Setting untrusted text apart in a prompt, so that nothing in it can end its own section."""

import hashlib


def marker_for(identity: str, *texts: str) -> str:
    """Return a marker that none of the texts contains.

    Args:
        identity: what the marker is for; the same identity and texts give the same marker.
        texts: every untrusted text of the prompt.
    """
    attempt = 0
    while True:
        marker = hashlib.sha256(f"{identity}\0{attempt}".encode()).hexdigest()[:16]
        if not any(marker in text.casefold() for text in texts):
            return marker
        attempt += 1


def clip(text: str, limit: int) -> tuple[str, int]:
    """Cut a text to `limit` characters, keeping its beginning and its end.

    Returns:
        The text, with a gap where the middle was taken out, and how many characters are missing.
    """
    if len(text) <= limit:
        return text, 0
    head = limit * 2 // 3
    tail = limit - head
    missing = len(text) - limit
    return f"{text[:head]}\n[… {missing} characters left out here …]\n{text[-tail:]}", missing
