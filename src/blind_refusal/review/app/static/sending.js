// Sending a change to the server, and saying in plain words what became of it.

const PATIENCE = 30_000;

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Resolves to {saved} or {faults} or {failed: why}; never throws.
export async function post(url, csrf, body) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": csrf },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    return { failed: late ? "The server takes too long to answer." : "The server cannot be reached. It may have been stopped." };
  }
  const told = await response.json().catch(() => ({}));
  if (response.ok && Number.isInteger(told.revision)) return { saved: told };
  if (response.ok && told.path) return { saved: told };
  if (response.status === 422 && told.faults) return { faults: told.faults };
  return { failed: sentence(told.error ?? `The server answered with error ${response.status}.`) };
}

function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
