// Telling the rater: a line about what was done, and a notice of what went wrong.

export function say(text) {
  document.getElementById("status").textContent = text;
}

// Show a notice, with a button to try again; no text hides it.
export function notice(text, retry) {
  const box = document.getElementById("notice");
  box.replaceChildren();
  box.hidden = !text;
  if (!text) return;
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  if (retry) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = retry.label;
    button.addEventListener("click", retry.act);
    box.append(button);
  }
  box.scrollIntoView({ block: "nearest" });
}
