// The form: reading what is answered, writing it, saying what is missing.

const form = () => document.getElementById("questions");

function details() {
  return [...form().querySelectorAll("[data-detail]")];
}

function detailOf(box) {
  const name = box.dataset.detail;
  if (name === "engagement_quote") return box.dataset.quote ?? "";
  const field = box.querySelector(`#${name}`);
  return name === "subtype" ? field.value || null : field.value.trim();
}

function nothing(name) {
  return name === "subtype" ? null : "";
}

function answerOf(question) {
  const chosen = question.querySelector("input[type='radio']:checked");
  return chosen ? chosen.value : undefined;
}

// What is answered now: answered questions only, and the details that go with them.
export function read() {
  const values = {};
  for (const question of form().querySelectorAll(".question")) {
    const answer = answerOf(question);
    if (answer !== undefined) values[question.dataset.question] = JSON.parse(answer);
  }
  for (const box of details()) {
    const question = box.closest(".question");
    const fits = answerOf(question) === box.dataset.when;
    values[box.dataset.detail] = fits ? detailOf(box) : nothing(box.dataset.detail);
  }
  return { values, comment: form().querySelector("#comment").value.trim() };
}

export function write({ values, comment }) {
  for (const radio of form().querySelectorAll("input[type='radio']")) {
    radio.checked = radio.name in values && radio.value === JSON.stringify(values[radio.name]);
  }
  for (const box of details()) {
    const value = values[box.dataset.detail] ?? "";
    if (box.dataset.detail === "engagement_quote") setQuote(value);
    else box.querySelector(`#${box.dataset.detail}`).value = value;
  }
  form().querySelector("#comment").value = comment;
  show();
}

export function choose(name, value) {
  for (const radio of form().querySelectorAll(`input[name="${CSS.escape(name)}"]`)) {
    radio.checked = radio.value === JSON.stringify(value);
  }
}

export function setQuote(quote) {
  const box = form().querySelector("[data-detail='engagement_quote']");
  if (!box) return;
  box.dataset.quote = quote;
  box.querySelector(".quote").textContent = quote;
  box.querySelector(".quote").hidden = !quote;
  box.querySelector("[data-act='unmark']").hidden = !quote;
  box.querySelector(".none-yet").hidden = Boolean(quote);
}

// Show the details that go with what is answered.
export function show() {
  for (const box of details()) box.hidden = answerOf(box.closest(".question")) !== box.dataset.when;
  const subtype = form().querySelector("#subtype");
  for (const button of form().querySelectorAll("[data-act='subtype']")) {
    button.setAttribute("aria-pressed", String(button.dataset.subtype === subtype?.value));
  }
  for (const question of form().querySelectorAll(".question")) {
    if (answerOf(question) !== undefined) question.classList.remove("open-question");
  }
}

// What keeps the answers from being saved: a question and what is wanted of it.
export function missing() {
  const found = [];
  for (const question of form().querySelectorAll(".question")) {
    const answer = answerOf(question);
    if (answer === undefined) found.push({ question, wanted: question.dataset.title });
    const box = question.querySelector("[data-detail]");
    if (!box || answer !== box.dataset.when || detailOf(box)) continue;
    if (box.dataset.detail === "engagement_quote") found.push({ question, wanted: "the words that show the engagement" });
    if (box.dataset.detail === "confound") found.push({ question, wanted: "which confound" });
  }
  return found;
}

export function same(one, other) {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(answers) {
  return answers && { comment: answers.comment, values: Object.entries(answers.values).sort(([a], [b]) => (a < b ? -1 : 1)) };
}

export function empty(answers) {
  return !answers.comment && Object.values(answers.values).every((value) => value === null || value === "") &&
    !form().querySelector("input[type='radio']:checked");
}
