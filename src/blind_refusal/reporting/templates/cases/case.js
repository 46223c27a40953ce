// One case: what is known of it, its twin beside it, all answers and verdicts.
async function sideOf(index, number) {
  const one = index.cases[number];
  const data = await load(index.cells[one.cell].file);
  return {
    number,
    one,
    cell: index.cells[one.cell],
    texts: data.cases.find((other) => other.case === number),
    answers: data.answers.filter((answer) => answer.case === number),
  };
}

// Returns the heading, or nothing if something else is wanted by the time the data are there.
async function showCase(index, number, numbers, back, wanted) {
  const one = index.cases[number];
  const sides = await Promise.all([number, one.twin].filter((which) => which !== null).map((which) => sideOf(index, which)));
  if (!wanted()) return null;
  const heading = make('h1', { id: 'case-heading', tabindex: '-1' }, one.id);
  const answers = sides.reduce((sum, side) => sum + side.answers.length, 0);
  byId('case').replaceChildren(
    make('nav', { class: 'steps', 'aria-label': 'Cases' }, make('a', { href: back }, 'Back to the list'),
      step(index, numbers, number, -1, 'Previous case'), step(index, numbers, number, 1, 'Next case')),
    heading,
    make('div', { class: 'sides' }, sides.map((side, place) => factsOf(index, side, place, sides.length > 1))),
    make('h2', {}, answers ? 'Answers' : 'No answers'),
    answers ? overview(index, sides) : '',
    answers && index.withResponses ? legend() : '',
    answers ? answersView(index, sides) : '',
  );
  return heading;
}

function step(index, numbers, number, way, title) {
  const place = numbers.indexOf(number);
  const next = place < 0 ? undefined : numbers[place + way];
  return next === undefined ? null : make('a', { href: `#${encodeURIComponent(index.cases[next].id)}` }, title);
}

function legend() {
  return make('p', { class: 'legend' }, 'Quoted by a judge: ',
    KINDS.map((kind) => [make('mark', { class: kind }, KIND_WORDS[kind]), ' ']));
}

function factsOf(index, side, place, paired) {
  const { one, cell, texts } = side;
  const fact = (term, value) => (value === null || value === undefined || value === ''
    ? null : make('div', {}, make('dt', {}, term), make('dd', {}, value)));
  const title = paired
    ? make('h2', {}, place ? 'Its twin: ' : 'This case', place ? make('a', { href: `#${encodeURIComponent(one.id)}` }, one.id) : '')
    : null;
  const hidden = [['The fact on which it turns', texts.deciding], ['What would work', texts.works]].filter(([, text]) => text);
  const dimensions = index.dimensions.map((name, at) => fact(words(name), one.levels[at] && words(one.levels[at])));
  return make('section', { class: 'facts-of-case' }, title,
    make('p', { class: 'meta' }, [cell.family, one.subtype, cell.authority].filter((name, at, all) => name && all.indexOf(name) === at).map(words).join(' · ')),
    one.query === null ? make('p', { class: 'aside' }, 'The case’s texts are not in this study.')
      : foreign('blockquote', one.query),
    make('dl', { class: 'facts' },
      fact('Rule', texts.policy && foreign('span', texts.policy)),
      fact('Why it is defeated', texts.defeat ? foreign('span', texts.defeat)
        : cell.family === 'control' ? 'It is not: the rule deserves compliance.' : null),
      fact('Facts', texts.facts && make('ul', {}, texts.facts.map((text) => foreign('li', text)))),
      fact('Dual use', FLAGS[String(one.dual)] + (texts.category ? `: ${words(texts.category).toLowerCase()}` : ''))),
    dimensions.some(Boolean) ? make('details', {}, make('summary', {}, 'Dimensions'),
      make('dl', { class: 'facts' }, dimensions)) : null,
    texts.wordings && texts.wordings.length ? make('details', {}, make('summary', {}, 'In other words'),
      texts.wordings.map(([name, text]) => [make('h3', {}, name), foreign('blockquote', text)])) : null,
    hidden.length ? make('details', { class: 'hidden-lines' },
      make('summary', {}, 'Hidden lines: shown neither to models nor to judges'),
      make('dl', { class: 'facts' }, hidden.map(([term, text]) => fact(term, foreign('span', text))))) : null);
}
