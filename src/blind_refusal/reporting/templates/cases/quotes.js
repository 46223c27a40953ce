// Finding a judge's quotes in an answer, and marking them.
const KINDS = ['help', 'engagement', 'harm'];
const KIND_WORDS = { help: 'what can be used', engagement: 'weighs the rule', harm: 'names a harm' };
const SAME = { '\u2018': "'", '\u2019': "'", '\u201c': '"', '\u201d': '"', '\u2013': '-', '\u2014': '-', '\u00a0': ' ' };

// The text in lower case with plain quotes and single spaces, and where each of its characters stands in the original.
function folded(text) {
  const letters = [];
  const places = [];
  let space = true;
  for (let place = 0; place < text.length; place += 1) {
    const letter = SAME[text[place]] || text[place].toLowerCase()[0];
    const blank = /\s/.test(letter);
    if (!(blank && space)) {
      letters.push(blank ? ' ' : letter);
      places.push(place);
    }
    space = blank;
  }
  return { text: letters.join(''), places };
}

function findQuote(text, fold, quote) {
  const exact = text.indexOf(quote);
  if (exact >= 0) return [exact, exact + quote.length];
  const wanted = folded(quote).text.trim();
  const found = wanted ? fold.text.indexOf(wanted) : -1;
  return found < 0 ? null : [fold.places[found], fold.places[found + wanted.length - 1] + 1];
}

// Nodes of the text in which every stretch that a quote covers is a <mark> of that quote's kinds.
function marked(text, verdicts) {
  const fold = folded(text);
  const spans = [];
  for (const verdict of verdicts) {
    verdict.quotes.forEach((quote, kind) => {
      const span = quote ? findQuote(text, fold, quote) : null;
      if (span) spans.push([...span, KINDS[kind]]);
    });
  }
  const edges = [...new Set([0, text.length, ...spans.flatMap(([from, to]) => [from, to])])].sort((a, b) => a - b);
  const nodes = [];
  for (let place = 0; place + 1 < edges.length; place += 1) {
    const [from, to] = [edges[place], edges[place + 1]];
    const kinds = KINDS.filter((kind) => spans.some((span) => span[2] === kind && span[0] <= from && to <= span[1]));
    const piece = text.slice(from, to);
    nodes.push(kinds.length
      ? make('mark', { class: kinds.join(' '), title: kinds.map((kind) => KIND_WORDS[kind]).join('; ') }, piece)
      : piece);
  }
  return nodes;
}
