// The models' answers to a case, side by side, and beside those to its twin.
function answerCard(index, answer, heading) {
  const own = answer.verdicts.find((verdict) => verdict.judge === index.judge) || answer.verdicts[0];
  const chips = answer.verdicts.length > 1
    ? answer.verdicts.map((verdict) => make('span', { class: 'by' }, typeChip(verdict), ` ${index.judges[verdict.judge]}`))
    : [typeChip(own)];
  return make('section', { class: 'answer', 'aria-label': heading },
    make('h4', {}, heading),
    make('p', { class: 'chips' }, chips),
    answerText(index, answer),
    answer.thoughts ? make('details', {}, make('summary', {}, 'The model’s reasoning'),
      foreign('div', answer.thoughts, { class: 'text' })) : null,
    make('details', { class: 'verdicts' }, make('summary', {}, answer.verdicts.length > 1 ? 'Verdicts' : 'Verdict'),
      answer.verdicts.map((verdict) => verdictBlock(index, verdict))));
}

function answerText(index, answer) {
  const notes = [];
  if (answer.status && answer.status !== 'ok') {
    notes.push(make('p', { class: 'caution' },
      `${words(answer.status)}${answer.stop ? ` (stop reason: ${answer.stop})` : ''}.`));
  }
  if (!index.withResponses) notes.push(make('p', { class: 'aside' }, 'The answers were left out of this report.'));
  else if (!answer.text) notes.push(make('p', { class: 'aside' }, 'There is no text.'));
  else {
    notes.push(make('div', { class: 'foreign text', dir: 'auto', tabindex: '0', role: 'group', 'aria-label': 'Answer' },
      marked(answer.text, answer.verdicts)));
  }
  return notes;
}

// What tells an answer from others of the same model to the same case: condition and wording, and which time.
function marksOf(index, answer, answers) {
  const same = answers.filter((other) => other.model === answer.model && other.variant === answer.variant);
  return [index.variants.length > 1 ? index.variants[answer.variant] : '', same.length > 1 ? `time ${answer.epoch}` : '']
    .filter(Boolean);
}

function headingOf(index, answer, answers) {
  return [index.models[answer.model], ...marksOf(index, answer, answers)].join(', ');
}

// Without a twin all answers stand in one grid; with one, each model has a row with its answers to both.
function answersView(index, sides) {
  const [own, twin] = sides;
  if (!twin) {
    return make('div', { class: 'grid' },
      own.answers.map((answer) => answerCard(index, answer, headingOf(index, answer, own.answers))));
  }
  const models = index.models.map((_, model) => model)
    .filter((model) => sides.some((side) => side.answers.some((answer) => answer.model === model)));
  return make('div', {}, models.map((model) => make('section', { class: 'pair' },
    make('h3', {}, index.models[model]),
    make('div', { class: 'sides' }, sides.map((side) => {
      const answers = side.answers.filter((answer) => answer.model === model);
      return make('div', {}, answers.length
        ? answers.map((answer) => answerCard(index, answer,
          [side === own ? 'To this case' : 'To its twin', ...marksOf(index, answer, answers)].join(', ')))
        : make('p', { class: 'aside' }, 'There is no answer.'));
    })))));
}

function overview(index, sides) {
  const judges = index.judges.map((_, judge) => judge);
  const models = index.models.map((_, model) => model)
    .filter((model) => sides.some((side) => side.answers.some((answer) => answer.model === model)));
  const columns = sides.flatMap((side, place) => judges.map((judge) => [side, judge, place]));
  const head = ([, judge, place]) => make('th', { scope: 'col' },
    (sides.length > 1 ? (place ? 'Twin' : 'This case') : 'Label') + (judges.length > 1 ? `, ${index.judges[judge]}` : ''));
  const cell = (model, [side, judge]) => make('td', {}, side.answers.filter((answer) => answer.model === model)
    .map((answer) => answer.verdicts.find((verdict) => verdict.judge === judge)).filter(Boolean).map(typeChip));
  return make('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'All labels' },
    make('table', {},
      make('caption', {}, 'Labels of all answers', judges.length > 1 ? ' by every judge' : ''),
      make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'Model'), columns.map(head))),
      make('tbody', {}, models.map((model) => make('tr', {},
        make('th', { scope: 'row' }, index.models[model]), columns.map((column) => cell(model, column)))))));
}
