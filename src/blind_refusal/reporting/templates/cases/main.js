// The address says what is shown: nothing or ?filters for the list, a case's id for the case.
let listAddress = '#';
let listScroll = 0;

function say(text) {
  byId('state').textContent = text;
  byId('state').hidden = !text;
}

function filtersFrom(hash) {
  return Object.fromEntries(new URLSearchParams(hash.slice(2)));
}

function openList(index, form, wanted, focus) {
  showList(index, matching(index, wanted), wanted);
  const leaving = !byId('case').hidden;
  byId('case').hidden = true;
  byId('list').hidden = false;
  document.title = `Cases – ${index.title}`;
  say('');
  if (leaving) window.scrollTo(0, listScroll);
  if (focus) document.querySelector('main').focus({ preventScroll: true });
}

async function openCase(index, number, wanted) {
  const asked = window.location.hash;
  if (!byId('list').hidden) listScroll = window.scrollY;
  say('Loading the case …');
  const current = () => window.location.hash === asked;
  const heading = await showCase(index, number, matching(index, wanted), listAddress, current);
  if (!heading) return;
  byId('list').hidden = true;
  byId('case').hidden = false;
  document.title = `${index.cases[number].id} – ${index.title}`;
  say('');
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

async function follow(index, form, focus) {
  const hash = window.location.hash;
  if (hash === '' || hash === '#' || hash.startsWith('#?')) {
    const wanted = filtersFrom(hash);
    listAddress = hash || '#';
    writeFilters(form, wanted, index);
    openList(index, form, readFilters(form, index), focus);
    return;
  }
  let id = hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
  }
  const number = index.cases.findIndex((one) => one.id === id);
  if (number < 0) {
    openList(index, form, readFilters(form, index), focus);
    say(`There is no case ${id} in this study.`);
    return;
  }
  await openCase(index, number, readFilters(form, index));
}

async function start() {
  const index = await load('index');
  const form = byId('filters');
  buildFilters(index, () => {
    const wanted = readFilters(form, index);
    const parameters = new URLSearchParams(wanted).toString();
    listAddress = parameters ? `#?${parameters}` : '#';
    window.history.replaceState(null, '', listAddress);
    openList(index, form, wanted, false);
  });
  document.querySelector('[data-skip]').addEventListener('click', (event) => {
    event.preventDefault();
    document.querySelector('main').focus();
  });
  const failed = (error) => say(error.message);
  window.addEventListener('hashchange', () => follow(index, form, true).catch(failed));
  await follow(index, form, false);
}

start().catch((error) => say(error.message));
