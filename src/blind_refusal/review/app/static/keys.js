// Keys: whatever carries data-key is clicked when its key is pressed, unless somebody is typing.

function typing(target) {
  return target instanceof HTMLElement && (target.matches("textarea, select, input[type='text']") || target.isContentEditable);
}

function visible(element) {
  return element.getClientRects().length > 0;
}

// A key that a focused control needs for itself.
function belongsToControl(key, target) {
  if (!(target instanceof HTMLElement)) return false;
  if (key === "Enter") return target.matches("button, a, summary");
  return false;
}

function keyOf(event) {
  // Digits stand in the upper row of some keyboards only with shift: there the key's place counts.
  if (/^Digit[0-9]$/.test(event.code) && !event.shiftKey) return event.code.slice(5);
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    if (document.querySelector("dialog[open]")) return;
    const target = event.target;
    if (typing(target)) {
      if (event.key === "Escape") target.blur();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) press("Enter", event);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keyOf(event);
    if (belongsToControl(key, target)) return;
    const field = document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`);
    if (field) {
      event.preventDefault();
      field.focus();
      return;
    }
    press(key, event);
  });
}

function press(key, event) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(visible);
  const chosen = found[0] || document.querySelector(`[data-key="${CSS.escape(key)}"][data-even-hidden]`);
  if (!chosen) return;
  event.preventDefault();
  chosen.click();
}
