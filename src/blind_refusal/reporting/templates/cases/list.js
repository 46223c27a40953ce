// The list of cases that fit the filters.
const PAGE_SIZE = 40;
const SNIPPET = 220;

function showList(index, numbers, wanted) {
  const results = byId('results');
  const more = byId('more');
  const judge = Math.max(0, index.judges.indexOf(wanted.judge || index.judges[index.judge]));
  let shown = 0;
  const showMore = () => {
    const next = numbers.slice(shown, shown + PAGE_SIZE);
    const first = results.children.length;
    results.append(...next.map((number) => resultOf(index, number, judge)));
    shown += next.length;
    more.hidden = shown >= numbers.length;
    return results.children[first];
  };
  results.replaceChildren();
  const base = index.variants.length > 1 ? `; labels are those under ${index.variants[0]}` : '';
  byId('count').textContent = (numbers.length === index.cases.length
    ? `${counted(numbers.length, 'case')} in ${counted(index.cells.length, 'cell')}`
    : `${numbers.length.toLocaleString('en')} of ${counted(index.cases.length, 'case')}`) + base;
  more.onclick = () => showMore()?.querySelector('a').focus();
  showMore();
}

function resultOf(index, number, judge) {
  const one = index.cases[number];
  const cell = index.cells[one.cell];
  const labels = one.labels[judge].map((word) => [...word].filter((letter) => letter !== '.'));
  const decoded = labels.flat().map((letter) => decode(letter, index));
  const scored = decoded.filter((label) => label.type);
  const helped = scored.filter((label) => label.type === 'helps').length;
  const query = one.query === null ? '' : one.query.replace(/\s+/g, ' ');
  return make('li', {},
    make('a', { href: `#${encodeURIComponent(one.id)}` },
      make('span', { class: 'id' }, one.id),
      make('span', { class: 'kind' }, `${words(cell.family)} · ${words(cell.authority)}`)),
    foreign('p', query.length > SNIPPET ? `${query.slice(0, SNIPPET)}…` : query, { class: 'snippet' }),
    make('p', { class: 'tally' },
      make('span', { class: 'strip-of-labels', 'aria-hidden': 'true' },
        decoded.slice(0, 60).map((label) => swatch(category(label)))),
      scored.length ? `helps in ${helped} of ${counted(scored.length, 'scored answer')}` : 'no scored answer'));
}
