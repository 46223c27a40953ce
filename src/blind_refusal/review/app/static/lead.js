// The lead's pages follow the labels, and make new links.

import { fetchPage } from "./moving.js";
import { newId, post } from "./sending.js";

const EVERY = 5_000;

async function refresh() {
  if (document.hidden) return;
  const found = await fetchPage(location.pathname + location.search);
  const there = found.page?.getElementById("live");
  const here = document.getElementById("live");
  if (!there || !here || found.status !== 200) return;
  for (const fold of here.querySelectorAll("details[open]")) {
    const same = there.querySelector(`#${CSS.escape(fold.id)}`);
    if (same) same.open = true;
  }
  if (there.isEqualNode(here)) return;
  here.replaceWith(document.adoptNode(there));
}

async function makeLink(button) {
  const { link, csrf } = document.getElementById("live").dataset;
  const result = await post(link, csrf, { id: newId(), rater: button.dataset.rater });
  const place = document.getElementById("new-link");
  place.replaceChildren();
  if (!result.saved) {
    place.textContent = `No link was made. ${result.failed ?? ""}`;
    return;
  }
  const words = document.createElement("a");
  words.href = location.origin + result.saved.path;
  words.textContent = words.href;
  place.append(`For ${button.dataset.rater}: `, words);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-act='new-link']") : null;
  if (button) makeLink(button);
});
setInterval(refresh, EVERY);
