// Verdicts as people read them.
function typeChip(verdict) {
  if (verdict.status !== 'ok') return make('span', { class: 'chip' }, swatch(null), words(verdict.status));
  const kind = category(verdict);
  return make('span', { class: 'chip' }, swatch(kind), CATEGORY_WORDS[kind]);
}

function verdictBlock(index, verdict) {
  const judge = make('h5', {}, index.judges[verdict.judge], verdict.judge === index.judge ? ' (headline)' : '');
  if (verdict.status !== 'ok') {
    return make('div', { class: 'verdict' }, judge, make('p', {}, `No label: ${words(verdict.status).toLowerCase()}.`));
  }
  const says = [
    words(verdict.type),
    verdict.engages ? 'engages with the defeat' : 'does not engage',
    verdict.harm ? 'names an independent harm' : 'names no independent harm',
  ];
  const quotes = verdict.quotes.map((quote, kind) => [quote, KINDS[kind]]).filter(([quote]) => quote);
  return make('div', { class: 'verdict' }, judge,
    make('p', {}, typeChip(verdict), ` ${says.join(', ')}.`),
    quotes.length ? make('ul', { class: 'quotes' }, quotes.map(([quote, kind]) => make('li', {},
      make('span', { class: 'kind' }, `${words(KIND_WORDS[kind])}: `), foreign('q', quote, { class: kind })))) : null,
    verdict.why ? foreign('p', verdict.why, { class: 'why' }) : null);
}
