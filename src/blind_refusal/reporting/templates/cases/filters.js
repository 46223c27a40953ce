// What the list is narrowed by: a form, kept in the address so that every view has a link.

function fieldsOf(index) {
  const distinct = (values) => [...new Set(values.filter((value) => value !== null))].sort();
  const named = (values) => values.map((value) => [value, words(value)]);
  const numbered = (names) => names.map((name) => [name, name]);
  const fields = [
    { name: 'family', title: 'Family', options: named(index.families) },
    { name: 'subtype', title: 'Subtype', options: named(distinct(index.cases.map((one) => one.subtype))) },
    { name: 'authority', title: 'Authority', options: named(distinct(index.cells.map((cell) => cell.authority))) },
    { name: 'dual', title: 'Dual use', options: Object.entries(FLAGS).filter(([flag]) =>
      index.cases.some((one) => String(one.dual) === flag)) },
    { name: 'model', title: 'Model', options: numbered(index.models) },
    { name: 'label', title: 'Label', options: LABELS.map(([name, title]) => [name, title]) },
    { name: 'judge', title: 'By judge', options: numbered(index.judges), always: index.judges[index.judge] },
    { name: 'twin', title: 'Twin', options: index.cases.some((one) => one.twin !== null)
      ? [['yes', 'With a twin'], ['no', 'Without']] : [] },
  ];
  const dimensions = index.dimensions.map((name, place) => ({
    name, title: words(name), place, options: named(distinct(index.cases.map((one) => one.levels[place]))),
  }));
  return { fields: fields.filter((field) => field.options.length > 1), dimensions };
}

function buildFilters(index, changed) {
  const { fields, dimensions } = fieldsOf(index);
  const select = (field) => make('label', { class: 'field' }, make('span', {}, field.title),
    make('select', { name: field.name },
      field.always ? null : make('option', { value: '' }, 'any'),
      field.options.map(([value, title]) => make('option', { value }, title))));
  const form = byId('filters');
  form.append(
    make('label', { class: 'field search' }, make('span', {}, 'Search in queries'),
      make('input', { type: 'search', name: 'q', autocomplete: 'off', placeholder: 'all of these words' })),
    ...fields.map(select),
    make('details', { class: 'dimensions', hidden: dimensions.length === 0 }, make('summary', {}, 'Dimensions of cases'),
      make('div', { class: 'fields' }, dimensions.map(select))),
    make('button', { type: 'button', on: { click: () => { writeFilters(form, {}, index); changed(); } } }, 'Clear all'),
  );
  form.addEventListener('input', changed);
  form.addEventListener('submit', (event) => event.preventDefault());
}

function controls(form) {
  return [...form.elements].filter((element) => element.name);
}

function readFilters(form, index) {
  const wanted = {};
  for (const control of controls(form)) {
    const value = control.value.trim();
    if (value && !(control.name === 'judge' && value === index.judges[index.judge])) wanted[control.name] = value;
  }
  return wanted;
}

function writeFilters(form, wanted, index) {
  for (const control of controls(form)) {
    control.value = Object.hasOwn(wanted, control.name) ? wanted[control.name] : '';
    if (control.name === 'judge' && !control.value) control.value = index.judges[index.judge];
    if (control.value && control.closest('details')) control.closest('details').open = true;
  }
}

// The numbers of the cases that fit.
function matching(index, wanted) {
  const terms = (wanted.q || '').toLowerCase().split(/\s+/).filter(Boolean);
  const judge = Math.max(0, index.judges.indexOf(wanted.judge || index.judges[index.judge]));
  const model = wanted.model ? index.models.indexOf(wanted.model) : null;
  const test = (LABELS.find(([name]) => name === wanted.label) || [])[2];
  const dimensions = index.dimensions.map((name, place) => [place, wanted[name]]).filter(([, level]) => level);
  const labelled = (one) => {
    const rows = model === null ? one.labels[judge] : [one.labels[judge][model] || ''];
    const letters = rows.join('').replace(/[.]/g, '');
    return test ? [...letters].some((letter) => test(decode(letter, index))) : letters.length > 0;
  };
  return index.cases.map((_, number) => number).filter((number) => {
    const one = index.cases[number];
    const cell = index.cells[one.cell];
    const query = (one.query || '').toLowerCase();
    return (!wanted.family || cell.family === wanted.family)
      && (!wanted.authority || cell.authority === wanted.authority)
      && (!wanted.subtype || one.subtype === wanted.subtype)
      && (!wanted.dual || String(one.dual) === wanted.dual)
      && (!wanted.twin || (one.twin !== null) === (wanted.twin === 'yes'))
      && dimensions.every(([place, level]) => one.levels[place] === level)
      && terms.every((term) => query.includes(term) || one.id.includes(term))
      && ((model === null && !test) || labelled(one));
  });
}
