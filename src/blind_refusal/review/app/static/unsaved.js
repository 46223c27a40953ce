// Names the answers that are kept in this browser and were never saved.

import * as drafts from "./drafts.js";

const box = document.getElementById("unsaved");
const found = drafts.all(box.dataset.study, box.dataset.rater).filter((draft) => draft.url?.startsWith(box.dataset.home));
if (found.length) {
  const words = document.createElement("p");
  words.append(found.length === 1 ? "One answer is not saved yet; it is kept in this browser: " : `${found.length} answers are not saved yet; they are kept in this browser: `);
  found.forEach((draft, place) => {
    const link = document.createElement("a");
    link.href = draft.url;
    link.textContent = `${draft.phase === "cases" ? "case" : "response"} ${draft.url.split("/").pop()}`;
    words.append(place ? ", " : "", link);
  });
  words.append(".");
  box.append(words);
  box.hidden = false;
}
