// Marking words: from a selection to a quote, and from a quote to highlighted words.

const BLOCKS = new Set(["P", "DIV", "UL", "OL", "LI", "BLOCKQUOTE", "PRE", "HR", "BR", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD"]);
// Differences between formatted and plain text that do not count when a quote is looked for.
const PASSED_OVER = /[\s*_`#>]/u;

function texts(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
}

function shownRoot() {
  return [...document.querySelectorAll(".text")].find((root) => !root.hidden);
}

// The part of the selection that lies in the response; null if there is none.
export function selectedRange() {
  const root = shownRoot();
  const selection = getSelection();
  if (!root || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  if (!range.intersectsNode(root)) return null;
  const whole = document.createRange();
  whole.selectNodeContents(root);
  if (range.compareBoundaryPoints(Range.START_TO_START, whole) < 0) range.setStart(whole.startContainer, whole.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, whole) > 0) range.setEnd(whole.endContainer, whole.endOffset);
  return quoteOf(range) ? range : null;
}

// The words of a range, with a space where a block begins or ends.
export function quoteOf(range) {
  let quote = "";
  for (const node of texts(shownRoot())) {
    if (!range.intersectsNode(node)) continue;
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (BLOCKS.has(node.tagName)) quote += " ";
      continue;
    }
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : node.data.length;
    quote += node.data.slice(from, to);
  }
  return quote.replace(/\s+/gu, " ").trim();
}

export function clear() {
  for (const mark of document.querySelectorAll(".text mark")) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  }
}

// Highlight a quote in the formatted and in the plain text, where it is found.
export function highlight(quote) {
  clear();
  const wanted = squeezed(quote);
  if (!wanted) return;
  for (const root of document.querySelectorAll(".text")) mark(root, wanted);
}

function squeezed(text) {
  return [...text].filter((char) => !PASSED_OVER.test(char)).join("").toLowerCase();
}

function mark(root, wanted) {
  const places = [];
  let searched = "";
  for (const node of texts(root)) {
    if (node.nodeType !== Node.TEXT_NODE) continue;
    for (let offset = 0; offset < node.data.length; offset += 1) {
      const char = node.data[offset];
      if (PASSED_OVER.test(char)) continue;
      const lower = char.toLowerCase();
      searched += lower;
      for (let unit = 0; unit < lower.length; unit += 1) places.push([node, offset]);
    }
  }
  const at = searched.indexOf(wanted);
  if (at < 0) return;
  const [[first, from], [last, to]] = [places[at], places[at + wanted.length - 1]];
  const nodes = texts(root).filter((node) => node.nodeType === Node.TEXT_NODE);
  for (const node of nodes.slice(nodes.indexOf(first), nodes.indexOf(last) + 1)) {
    if (node.data.trim()) wrap(node, node === first ? from : 0, node === last ? to + 1 : node.data.length);
  }
}

function wrap(node, from, to) {
  const words = from ? node.splitText(from) : node;
  if (to - from < words.data.length) words.splitText(to - from);
  const element = document.createElement("mark");
  words.replaceWith(element);
  element.append(words);
}
