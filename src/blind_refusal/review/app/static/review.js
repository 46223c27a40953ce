// One item on the page: answers, marks, saving, moving on. Everything that can fail keeps the answers.

import * as answers from "./answers.js";
import * as clock from "./clock.js";
import * as drafts from "./drafts.js";
import * as keys from "./keys.js";
import * as marking from "./marking.js";
import { fetchPage, swap } from "./moving.js";
import { recalled, remember } from "./remembering.js";
import { newId, post } from "./sending.js";
import { notice, say } from "./telling.js";

const state = { key: "", saved: null, draft: null, undoId: "", busy: false, range: null, quote: "" };
const main = () => document.getElementById("main");
const nothingSaid = () => ({ values: {}, comment: "" });

// Take up the item that is on the page now.
function begin() {
  const facts = main().dataset;
  state.key = drafts.keyOf(facts);
  state.saved = facts.saved ? JSON.parse(facts.saved) : null;
  state.draft = drafts.load(state.key);
  state.undoId = "";
  const shown = state.draft ?? state.saved ?? nothingSaid();
  answers.write(shown);
  state.quote = "";
  highlight(shown.values.engagement_quote ?? "");
  clock.restart(state.draft?.seconds ?? 0);
  notice("");
  if (state.draft?.sent) notSaved("It was sent before this page was loaded, and no answer came.");
  else if (state.draft) say("Your answers from before are here; they are not saved yet.");
  else say("");
}

function dirty() {
  const now = answers.read();
  return state.saved ? !answers.same(now, state.saved) : !answers.empty(now);
}

function highlight(quote) {
  if (quote === state.quote) return;
  state.quote = quote;
  marking.highlight(quote);
}

// After every change: keep it in the browser.
function changed() {
  answers.show();
  highlight(answers.read().values.engagement_quote ?? "");
  if (!dirty()) {
    drafts.drop(state.key);
    state.draft = null;
    notice("");
    say("");
    return;
  }
  keepDraft("", false);
  const open = answers.missing().length;
  say(open ? "" : "Complete; Enter saves.");
}

function keepDraft(id, sent) {
  const facts = main().dataset;
  state.draft = { ...answers.read(), seconds: clock.seconds(), id, sent, url: facts.here, phase: facts.phase };
  drafts.keep(state.key, state.draft);
}

function requireComplete() {
  const open = answers.missing();
  if (!open.length) return true;
  for (const { question } of open) question.classList.add("open-question");
  open[0].question.scrollIntoView({ block: "nearest" });
  say(`Still open: ${open.map(({ wanted }) => wanted).join(", ")}.`);
  return false;
}

function notSaved(why) {
  const place = drafts.outlivePage() ? "kept in this browser, even if you close the page" : "still in this page; do not close it";
  notice(`Not saved. ${why} Your answer is ${place}.`, { label: "Send again", act: () => save() });
  say("");
}

// Send what is answered; resolves to whether it is saved.
async function send() {
  const facts = main().dataset;
  keepDraft(state.draft?.id || newId(), true);
  const { id, values, comment, seconds } = state.draft;
  const key = state.key;
  say("Saving …");
  const result = await post(facts.save, facts.csrf, { id, item_id: facts.item, values, comment, seconds });
  if (result.saved) {
    remember(facts.here);
    if (state.draft?.id !== id) return saidMore({ values, comment });
    drafts.drop(key);
    state.draft = null;
    return result.saved;
  }
  if (result.faults) {
    keepDraft("", false);
    const reasons = result.faults.map(({ field, reason }) => `${field} ${reason}`.trim()).join("; ");
    notice(`Not saved. ${reasons}.`);
    say("");
  } else {
    notSaved(result.failed);
  }
  return null;
}

// What was changed while the answer was on its way is not saved with it.
function saidMore(saved) {
  state.saved = saved;
  changed();
  notice("Saved as it was when you sent it. What you changed since is not saved yet.");
  return null;
}

async function save(target = "") {
  if (!requireComplete()) return;
  await alone(async () => {
    const saved = dirty() || state.draft || !state.saved ? await send() : {};
    if (saved) await go(target || saved.next || main().dataset.skip, "Saved.");
  });
}

// Leave the item; what is complete is saved first, what is not stays in the browser.
async function move(target) {
  if (!target) return;
  if (dirty() && !answers.missing().length) await save(target);
  else await alone(() => go(target, dirty() ? "The answers you began are kept in this browser." : ""));
}

async function undo() {
  if (dirty()) {
    drafts.drop(state.key);
    state.draft = null;
    answers.write(state.saved ?? nothingSaid());
    changed();
    notice("");
    say("What was not saved is undone.");
    return;
  }
  await alone(async () => {
    if (!main().dataset.undoable) {
      const last = recalled();
      if (!last || last === main().dataset.here) return say("There is nothing to undo.");
      if (!(await go(last, ""))) return undefined;
      if (!main().dataset.undoable) return say("There is nothing to undo.");
    }
    return takeBack();
  });
}

async function takeBack() {
  const facts = main().dataset;
  state.undoId ||= newId();
  const result = await post(facts.undo, facts.csrf, { id: state.undoId, item_id: facts.item });
  if (!result.saved) {
    notice(`Not undone. ${result.failed ?? "The server refused it."}`, { label: "Try again", act: () => undo() });
    return;
  }
  await go(facts.here, result.saved.withdrawn ? "Undone: nothing is said of this item now." : "Undone: this is what you said before.");
}

async function alone(work) {
  if (state.busy) return;
  state.busy = true;
  document.body.classList.add("busy");
  try {
    await work();
  } finally {
    state.busy = false;
    document.body.classList.remove("busy");
  }
}

async function go(url, words, push = true) {
  const found = await fetchPage(url);
  if (found.failed || found.status >= 500) {
    const why = found.failed ?? "The store of labels does not answer just now.";
    notice(`The next page did not come. ${why}`, { label: "Try again", act: () => alone(() => go(url, words)) });
    say(words);
    return false;
  }
  if (!swap(found.page)) {
    location.assign(found.url);
    return false;
  }
  const path = new URL(found.url).pathname;
  if (push && path !== location.pathname) history.pushState(null, "", path);
  begin();
  if (words) say(words);
  document.getElementById("heading").focus({ preventScroll: true });
  return true;
}

// Marking words

function mark() {
  const range = marking.selectedRange() ?? state.range;
  if (!range) return say("Select words of the response first, then press m.");
  const quote = marking.quoteOf(range);
  getSelection().removeAllRanges();
  offerMark();
  answers.choose("engages_with_defeat", true);
  answers.setQuote(quote);
  return changed();
}

function offerMark() {
  const button = document.getElementById("mark");
  if (!button) return;
  state.range = marking.selectedRange();
  button.hidden = !state.range;
}

function togglePlain(button) {
  const plain = document.getElementById("plain");
  plain.hidden = !plain.hidden;
  document.getElementById("formatted").hidden = !plain.hidden;
  button.setAttribute("aria-pressed", String(!plain.hidden));
  offerMark();
}

function chooseSubtype(button) {
  answers.choose("rightly_classified", false);
  document.getElementById("subtype").value = button.dataset.subtype;
  changed();
}

const ACTS = {
  save: () => save(),
  previous: () => move(main().dataset.previous),
  next: () => move(main().dataset.next),
  skip: () => alone(() => go(main().dataset.skip, dirty() ? "Skipped; the answers you began are kept in this browser." : "Skipped.")),
  undo,
  mark,
  unmark: () => {
    answers.setQuote("");
    changed();
  },
  plain: togglePlain,
  subtype: chooseSubtype,
  help: () => document.getElementById("help").showModal(),
  "close-help": () => document.getElementById("help").close(),
};

function listen() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    if (button && ACTS[button.dataset.act]) ACTS[button.dataset.act](button);
  });
  document.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.closest("#questions")) changed();
  });
  document.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("selectionchange", offerMark);
  // A press on the button must not take the selection away.
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Element && event.target.closest("#mark")) event.preventDefault();
  });
  addEventListener("popstate", () => {
    // A jump within the page is one as well.
    if (location.pathname !== main().dataset.here) alone(() => go(location.pathname, "", false));
  });
  addEventListener("beforeunload", (event) => {
    if (dirty() && !drafts.outlivePage()) event.preventDefault();
  });
  for (const moment of ["pagehide", "visibilitychange"]) {
    addEventListener(moment, () => {
      if (state.draft) keepDraft(state.draft.id, state.draft.sent);
    });
  }
}

// Arrow keys to the side move between items even where an answer is focused; up and down choose among answers.
document.addEventListener("keydown", (event) => {
  const radio = event.target instanceof HTMLInputElement && event.target.type === "radio";
  if (!radio || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ACTS[event.key === "ArrowLeft" ? "previous" : "next"]();
}, { capture: true });

listen();
keys.listen();
clock.run();
begin();
document.documentElement.dataset.ready = "yes";
