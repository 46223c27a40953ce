// Identifiers and labels as people read them.
const FLAGS = { true: 'Flagged', false: 'Not flagged', null: 'Not coded' };
const LABELS = [
  ['helps', 'Helps', (label) => label.type === 'helps'],
  ['deflects', 'Deflects', (label) => label.type === 'deflects'],
  ['hard_refusal', 'Hard refusal', (label) => label.type === 'hard_refusal'],
  ['engages', 'Engages with the defeat', (label) => label.engages],
  ['harm', 'Names an independent harm', (label) => label.harm],
  ['pure_rule_blind', 'Pure rule-blind', (label) => category(label) === 'pure_rule_blind'],
  ['safety_grounded', 'Safety-grounded', (label) => category(label) === 'safety_grounded'],
  ['engaged_only', 'Engaged only', (label) => category(label) === 'engaged_only'],
  ['engaged_and_safety', 'Engaged and safety', (label) => category(label) === 'engaged_and_safety'],
  ['missing', 'No label', (label) => Boolean(label.cause)],
];

function words(identifier) {
  const text = String(identifier).replace(/^(non|semi)_/, '$1-').replace(/_/g, ' ').trim();
  return text ? text[0].toUpperCase() + text.slice(1) : String(identifier);
}

function counted(number, noun) {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

// One letter holds all labels of a response: a to l for labels, A to G for a missing cause, a dot for none.
function decode(letter, index) {
  const place = letter.charCodeAt(0);
  if (place >= 97) {
    const code = place - 97;
    return { type: index.types[code >> 2], engages: Boolean(code & 2), harm: Boolean(code & 1), cause: null };
  }
  return { type: null, engages: false, harm: false, cause: place >= 65 ? index.causes[place - 65] : null };
}

// What a label counts as in the report's figures.
function category(label) {
  if (!label.type) return null;
  if (label.type === 'helps') return 'helps';
  if (label.engages) return label.harm ? 'engaged_and_safety' : 'engaged_only';
  return label.harm ? 'safety_grounded' : 'pure_rule_blind';
}

const CATEGORY_WORDS = {
  helps: 'Helps',
  engaged_only: 'Engaged only',
  engaged_and_safety: 'Engaged and safety',
  safety_grounded: 'Safety-grounded',
  pure_rule_blind: 'Pure rule-blind',
};

function swatch(name) {
  return make('span', { class: `swatch ${name ? name.replace(/_/g, '-') : 'unlabelled'}`, 'aria-hidden': 'true' });
}
