// The page: a list of operations, their documentation, and a form that calls them.
'use strict';

const $ = id => document.getElementById(id);
const state = { base: '', description: null, operation: null, who: { user: '', password: '', token: '' }, protocol: 'JSON' };

/** An element with attributes (or listeners) and children. */
function make(tag, attributes = {}, ...children) {
  const out = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) out.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) out.setAttribute(name, value === true ? '' : value);
  }
  out.append(...children.filter(child => child !== null && child !== undefined));
  return out;
}

/** A path of the service, from the page, which lies at its root: that may be a folder of a server. */
const below = path => '.' + path;

const fetched = async path => {
  const response = await fetch(below(path));
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  return response.json();
};

// Types in words.

function typeWord(type) {
  if (type.scalar && type.scalar.values) return type.scalar.values.map(value => JSON.stringify(value)).slice(0, 6).join(' | ') + (type.scalar.values.length > 6 ? ' | …' : '');
  if (type.scalar) return type.scalar.refinement ? type.scalar.refinement.replace('xsd:', '') : type.scalar.kind;
  if (type.list) return typeWord(type.list.type) + '[]';
  return type.record.split('\\').pop();
}

const required = slot => slot.presence === undefined || slot.presence === 'required';
const fallback = slot => (slot.presence && slot.presence.default !== undefined ? slot.presence.default : undefined);

function remarks(slot) {
  const out = [];
  if (!required(slot)) out.push('may be left out');
  if (fallback(slot) !== undefined) out.push('default ' + JSON.stringify(fallback(slot)));
  if (slot.presence && slot.presence.runtime) out.push('default ' + slot.presence.runtime);
  if (slot.nullable) out.push('may be null');
  return out.join(', ');
}

/** Rows for a slot and what is in it. A record that contains itself is shown once. */
function rows(name, slot, depth, above, out) {
  const cell = make('td', {}, '\u00a0\u00a0'.repeat(depth), make('code', {}, name));
  out.push(make('tr', {}, cell, make('td', { class: 'type' }, typeWord(slot.type)), make('td', {}, [slot.doc, remarks(slot)].filter(Boolean).join(' · '))));
  let type = slot.type;
  while (type.list) type = type.list.type;
  const record = type.record && state.description.records[type.record];
  if (record && !above.includes(type.record)) {
    for (const field of record.fields) rows(field.name, field, depth + 1, [...above, type.record], out);
  }
}

function table(fields) {
  const out = [];
  for (const field of fields) rows(field.name, field, 0, [], out);
  return make('table', {}, make('tbody', {}, ...out));
}

/** A result of many rows is folded, so that the form below it is in sight. */
function result(slot) {
  const rows = table([{ ...slot, name: 'result' }]);
  const count = rows.querySelectorAll('tr').length;
  return count <= 12 ? rows : make('details', {}, make('summary', {}, make('span', { class: 'type' }, typeWord(slot.type)), ` with all fields (${count - 1})`), rows);
}

// Inputs. Each is { node, value() }; a value that is undefined is not sent.

/** One of some values, or none of them. */
function choice(values) {
  const texts = values.map(value => (typeof value === 'string' && value.trim() === value && value !== '' ? value : JSON.stringify(value)));
  const select = make('select', {}, make('option', { value: '' }, '—'), ...texts.map(text => make('option', { value: text }, text)));
  return { node: select, value: () => values[select.selectedIndex - 1] };
}

function scalarInput(scalar, slot) {
  if (scalar.values) return choice(scalar.values);
  if (scalar.kind === 'bool') return choice([true, false]);
  const preset = fallback(slot);
  const input = make('input', { type: 'text', inputmode: scalar.kind === 'int' ? 'numeric' : undefined, placeholder: preset === undefined || preset === null ? '' : String(preset) });
  const number = text => (/^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text)) ? text : text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text);
  return {
    node: input,
    value: () => {
      if (input.value === '') return scalar.kind === 'string' && required(slot) ? '' : undefined;
      return scalar.kind === 'string' ? input.value : number(input.value);
    },
  };
}

function listInput(item, depth) {
  const items = [];
  const list = make('div');
  const add = make('button', { type: 'button', class: 'small', onclick: () => {
    const input = slotInput(item, depth + 1);
    const row = make('div', { class: 'row' }, input.node, make('button', { type: 'button', class: 'small', 'aria-label': 'remove', onclick: () => { items.splice(items.indexOf(input), 1); row.remove(); } }, '×'));
    items.push(input);
    list.append(row);
  } }, 'add one');
  return { node: make('div', {}, list, add), value: () => items.map(input => input.value()).filter(value => value !== undefined) };
}

function recordInput(name, depth) {
  const record = state.description.records[name];
  const node = make('fieldset', {}, make('legend', {}, name.split('\\').pop()));
  let inputs = null;
  const open = () => {
    inputs = record.fields.map(field => [field, slotInput(field, depth + 1)]);
    node.append(...inputs.map(([field, input]) => fieldRow(field, input)));
  };
  // Records inside records wait until somebody wants them: one may contain itself.
  if (depth < 2) open();
  else node.append(make('button', { type: 'button', class: 'small', onclick: event => { event.target.remove(); open(); } }, 'fill in'));
  return {
    node,
    value: () => {
      if (!inputs) return undefined;
      const entries = inputs.map(([field, input]) => [field.name, input.value()]).filter(([, value]) => value !== undefined && !(Array.isArray(value) && !value.length));
      return Object.fromEntries(entries);
    },
  };
}

function slotInput(slot, depth) {
  if (slot.type.scalar) return scalarInput(slot.type.scalar, slot);
  return slot.type.list ? listInput(slot.type.list, depth) : recordInput(slot.type.record, depth);
}

function fieldRow(field, input) {
  const label = make('label', {}, make('code', {}, field.name), required(field) ? ' *' : '', ' ', make('span', { class: 'type' }, typeWord(field.type)));
  if (input.node.tagName === 'INPUT' || input.node.tagName === 'SELECT') {
    input.node.id = 'f' + Math.random().toString(36).slice(2);
    label.htmlFor = input.node.id;
    if (isSecret(field.name) && input.node.tagName === 'INPUT') input.node.type = 'password';
  }
  return make('div', { class: 'field' }, label, make('div', { class: 'value' }, input.node));
}

// Trying an operation.

/** An answer as people read it: JSON and SOAP with an indented line for each value. */
function pretty(text, kind) {
  if (/json/.test(kind)) {
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
  }
  return /^text\/xml/.test(kind) ? indented(text) : text;
}

/** XML with a line for each element that holds no others. */
function indented(xml) {
  let out = '', depth = 0, opened = false;
  for (const [, tag, text] of xml.matchAll(/(<[^>]*>)([^<]*)/g)) {
    const closes = tag.startsWith('</');
    if (closes) depth -= 1;
    out += (closes && opened ? '' : '\n' + '  '.repeat(depth)) + tag + (/^\s*\n\s*$/.test(text) ? '' : text);
    opened = !closes && !/^<[?!]|\/>$/.test(tag);
    if (opened) depth += 1;
  }
  return out.trim();
}

const isSecret = name => /password/i.test(name);

/** Arguments as the line for curl shows them. */
function shown(value) {
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, isSecret(name) ? '...' : shown(inside)]));
}

async function attempt(name, inputs, spell, answer) {
  answer.replaceChildren(make('p', { role: 'status' }, 'Calling …'));
  try {
    const args = Object.fromEntries(inputs.map(([field, input]) => [field.name, input.value()]).filter(([, value]) => value !== undefined));
    const request = spell(name, args, state.who);
    if (!request) throw new Error('This operation is not in the WSDL.');
    const begun = performance.now();
    const response = await fetch(below(request.path), request);
    const text = await response.text();
    const kind = response.headers.get('content-type') || '';
    const line = `status ${response.status}, ${kind || 'no content'}, ${Math.round(performance.now() - begun)} ms`;
    answer.replaceChildren(
      make('p', { class: response.ok ? '' : 'bad', role: 'status' }, line), make('pre', { id: 'answer' }, pretty(text, kind)),
      make('p', {}, 'The same call with curl:'), make('pre', { id: 'curl' }, curl(state.base, spell(name, shown(args), state.who))));
  } catch (why) {
    answer.replaceChildren(make('p', { class: 'bad', role: 'alert' }, String(why.message || why)));
  }
}

function tryForm(name, operation) {
  const fields = operation.params.filter(param => !param.session);
  const inputs = fields.map(field => [field, slotInput(field, 0)]);
  const spellings = protocols(state.description);
  const choice = make('select', { id: 'protocol', onchange: () => { state.protocol = choice.value; } }, ...spellings.map(([title]) => make('option', { selected: title === state.protocol }, title)));
  const secret = (key, label, type) => make('label', {}, label + ' ', make('input', { type, id: key, value: state.who[key], autocomplete: 'off', oninput: event => { state.who[key] = event.target.value; } }));
  const answer = make('div', { id: 'result' });
  const submit = event => {
    event.preventDefault();
    attempt(name, inputs, spellings.find(([title]) => title === choice.value)[1], answer);
  };
  return make('form', { onsubmit: submit },
    make('div', { class: 'row' }, secret('user', 'User name', 'text'), secret('password', 'Password', 'password'), secret('token', 'or token', 'password')),
    ...inputs.map(([field, input]) => fieldRow(field, input)),
    make('div', { class: 'row' }, make('label', {}, 'Format ', choice), make('button', { id: 'try' }, 'Try')), answer);
}

// The page.

function show(name) {
  const operation = state.description.operations[name];
  if (!operation) return;
  state.operation = name;
  const meta = [operation.kind, operation.deprecated && 'deprecated', operation.component, (operation.capabilities || []).join(', ')].filter(Boolean).join(' · ');
  const params = operation.params.filter(param => !param.session);
  $('main').replaceChildren(
    make('h2', {}, name), make('p', { class: 'doc' }, operation.doc || ''), meta ? make('p', { class: 'meta' }, meta) : null,
    make('h3', {}, 'Parameters'), params.length ? table(params) : make('p', {}, 'None.'),
    make('h3', {}, 'Result'), operation.result ? result(operation.result) : make('p', {}, 'Nothing.'),
    make('h3', {}, 'Try it'), tryForm(name, operation));
  document.title = name;
  list();
}

function list() {
  const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ([name, operation]) => words.every(word => (name + ' ' + (operation.doc || '')).toLowerCase().includes(word));
  const found = Object.entries(state.description.operations).filter(fits);
  $('count').textContent = `${found.length} of ${Object.keys(state.description.operations).length} operations`;
  $('operations').replaceChildren(...found.map(([name]) => make('li', {}, make('a', { href: '#' + here(name), 'aria-current': name === state.operation ? 'true' : undefined }, name))));
}

const here = name => encodeURIComponent(state.description.service.shortname) + '/' + encodeURIComponent(name);

async function open(shortname) {
  state.description = await fetched('/page/services/' + encodeURIComponent(shortname));
  state.operation = null;
  $('service').value = shortname;
  const links = state.description.wsdls.map(path => [path, 'WSDL ' + path]);
  if (state.description.openapi) links.push([`/api/${shortname}/openapi.json`, 'OpenAPI']);
  $('documents').replaceChildren(...links.map(([path, text]) => make('a', { href: below(path) }, text)));
  list();
}

/** Moves the focus, and the page only as far as the element is out of sight. */
function turnTo(element) {
  element.focus({ preventScroll: true });
  const { top } = element.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) element.scrollIntoView();
}

async function follow() {
  const [service, operation] = location.hash.slice(1).split('/').map(decodeURIComponent);
  if (service && service !== state.description.service.shortname) await open(service);
  if (operation) { show(operation); turnTo($('main')); }
}

async function start() {
  const overview = await fetched('/page/services.json');
  state.base = overview.base;
  $('service').append(...overview.services.map(([name, title, count]) => make('option', { value: name }, `${title} (${count})`)));
  $('service').addEventListener('change', () => { location.hash = ''; open($('service').value); });
  $('search').addEventListener('input', list);
  if (!overview.services.length) throw new Error('The build has no service.');
  await open(decodeURIComponent(location.hash.slice(1).split('/')[0]) || overview.services[0][0]);
  addEventListener('hashchange', follow);
  await follow();
}

start().catch(why => $('main').replaceChildren(make('p', { class: 'bad', role: 'alert' }, String(why.message || why))));
