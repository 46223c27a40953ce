// Answers that are not saved yet, kept in this browser per study, rater, phase and item.

const PREFIX = "blind-refusal:draft:";
const memory = new Map();
let lasting = true;

export function keyOf({ study, rater, phase, kind, item }) {
  return PREFIX + [study, rater, kind, phase, item].map(encodeURIComponent).join("/");
}

// Whether drafts outlive the page; false where the browser keeps nothing.
export function outlivePage() {
  return lasting;
}

export function load(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function keep(key, draft) {
  memory.set(key, draft);
  try {
    localStorage.setItem(key, JSON.stringify(draft));
    lasting = true;
  } catch {
    lasting = false;
  }
}

export function drop(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    lasting = false;
  }
}

// Everything that is kept for one rater of one study.
export function all(study, rater) {
  const wanted = PREFIX + [study, rater].map(encodeURIComponent).join("/") + "/";
  const found = [];
  try {
    for (let place = 0; place < localStorage.length; place += 1) {
      const key = localStorage.key(place);
      const draft = key.startsWith(wanted) ? load(key) : null;
      if (draft) found.push(draft);
    }
  } catch {
    return found;
  }
  return found;
}
