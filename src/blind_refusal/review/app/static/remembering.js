// Which item this tab saved last, so that an undo finds it.

const KEY = "blind-refusal:last-saved";

export function remember(url) {
  try {
    sessionStorage.setItem(KEY, url);
  } catch {
    // Then undo works on the item itself only.
  }
}

export function recalled() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
