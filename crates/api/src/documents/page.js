// Shows the served document and lets it be tried. Builds nodes, never markup; the token stays in its input and goes to this origin alone.
'use strict';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
let contract;

function node(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function resolve(value) {
  let found = value;
  for (let depth = 0; found && found.$ref && depth < 8; depth += 1) {
    found = found.$ref.slice(2).split('/').reduce((at, key) => at[key.replace(/~1/g, '/').replace(/~0/g, '~')], contract);
  }
  return found;
}

function pretty(value) {
  return node('pre', {}, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
}

// **strong** and `code`, which is all that the document's texts use.
function words(text) {
  return (text || '').split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
    if (part.startsWith('**')) return node('strong', {}, part.slice(2, -2));
    if (part.startsWith('`')) return node('code', {}, part.slice(1, -1));
    return part;
  });
}

function prose(text) {
  return (text || '').trim().split(/\n{2,}/).map((paragraph) => node('p', {}, ...words(paragraph)));
}

function kind(schema) {
  const shape = resolve(schema);
  const choices = shape.oneOf || shape.anyOf;
  if (choices) return choices.map(kind).join(' or ');
  if (shape.enum) return shape.enum.map((word) => JSON.stringify(word)).join(' | ');
  if (shape.type === 'array') return `list of ${kind(shape.items || {})}`;
  const name = schema.$ref ? schema.$ref.split('/').pop() : [].concat(shape.type || 'any').join(' or ');
  return shape.format ? `${name} (${shape.format})` : name;
}

function bounds(schema, example) {
  const shape = resolve(schema);
  const texts = { minLength: 'at least % characters', maxLength: 'at most % characters', minimum: 'from %', maximum: 'to %', maxItems: 'at most %', default: '% by default' };
  const said = Object.entries(texts).filter(([key]) => shape[key] !== undefined).map(([key, text]) => text.replace('%', shape[key]));
  const shown = example === undefined ? shape.example : example;
  if (shown !== undefined) said.push(`such as ${shown}`);
  return node('span', { class: 'faint' }, said.join(', '));
}

function fields(schema) {
  const shape = resolve(schema);
  const rows = Object.entries(shape.properties || {}).map(([name, inner]) => node('tr', {},
    node('td', {}, node('code', {}, name), (shape.required || []).includes(name) ? ' *' : ''),
    node('td', {}, kind(inner)),
    node('td', {}, ...words(inner.description || resolve(inner).description), ' ', bounds(inner))));
  return rows.length ? node('table', {}, node('tr', {}, ...['Field', 'Type', 'Meaning'].map((text) => node('th', {}, text))), ...rows) : null;
}

function parameters(operation) {
  const rows = (operation.parameters || []).map((parameter) => node('tr', {},
    node('td', {}, node('code', {}, parameter.name), parameter.required ? ' *' : ''),
    node('td', {}, parameter.in),
    node('td', {}, kind(parameter.schema)),
    node('td', {}, ...words(parameter.description), ' ', bounds(parameter.schema, parameter.example))));
  if (!rows.length) return [];
  return [node('h3', {}, 'Parameters'), node('table', {}, node('tr', {}, ...['Name', 'In', 'Type', 'Meaning'].map((text) => node('th', {}, text))), ...rows)];
}

function answers(operation) {
  return Object.entries(operation.responses).map(([status, given]) => {
    const response = resolve(given);
    const [type, media] = Object.entries(response.content || {})[0] || [];
    const examples = media ? Object.values(media.examples || (media.example ? { one: { value: media.example } } : {})) : [];
    const headers = Object.keys(response.headers || {}).join(', ');
    return node('details', {},
      node('summary', {}, node('strong', { class: status < '300' ? 'good' : 'bad' }, status), ' ', response.description || ''),
      node('p', { class: 'faint' }, type ? `${type}; ` : '', headers ? `headers: ${headers}` : ''),
      media && status < '300' ? fields(media.schema) : null,
      ...examples.map((example) => node('div', {}, example.summary ? node('h4', {}, example.summary) : null, pretty(example.value))));
  });
}

function bodyOf(operation) {
  return Object.entries((operation.requestBody || {}).content || {})[0];
}

function tryForm(path, method, operation) {
  const output = node('div', { 'aria-live': 'polite' });
  const inputs = (operation.parameters || []).map((parameter) => {
    const id = `${operation.operationId}-${parameter.name}`;
    const input = node('input', { id, autocomplete: 'off' });
    if (parameter.in === 'path') input.value = parameter.example || '';
    return { parameter, input, row: node('div', { class: 'field' }, node('label', { for: id }, parameter.name), input) };
  });
  const [type, media] = bodyOf(operation) || [];
  const text = media ? node('textarea', { 'aria-label': 'Request body', spellcheck: 'false' }) : null;
  if (text) text.value = JSON.stringify(media.example || {}, null, 2);
  const form = node('form', {}, node('h3', {}, 'Try it'), ...inputs.map((field) => field.row), text, node('p', {}, node('button', {}, 'Send')), output);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(path, method, inputs, type, text, output);
  });
  return form;
}

async function send(path, method, inputs, type, text, output) {
  const headers = {};
  const query = new URLSearchParams();
  let url = path;
  for (const { parameter, input } of inputs) {
    if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value && parameter.in === 'query') query.set(parameter.name, input.value);
    else if (input.value) headers[parameter.name] = input.value;
  }
  const token = document.getElementById('token').value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (text) headers['Content-Type'] = type;
  if (String(query)) url += `?${query}`;
  output.replaceChildren(node('p', { class: 'faint' }, 'Waiting ...'));
  try {
    const response = await fetch(url, { method: method.toUpperCase(), headers, body: text ? text.value : undefined, credentials: 'omit', redirect: 'error' });
    const said = await response.text();
    let shown = said;
    try { shown = JSON.parse(said); } catch { /* Not JSON: shown as it came. */ }
    const received = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    output.replaceChildren(node('p', { class: response.ok ? 'good' : 'bad' }, `${response.status} ${response.statusText}`), pretty(received), said ? pretty(shown) : '');
  } catch (error) {
    output.replaceChildren(node('p', { class: 'bad' }, `No answer: ${error.message}`));
  }
}

function operationNode(path, method, operation) {
  const [type, media] = bodyOf(operation) || [];
  const inside = node('div');
  const outside = node('details', { class: 'operation', id: operation.operationId },
    node('summary', {}, node('span', { class: `method ${method}` }, method), node('span', { class: 'path' }, path), node('span', { class: 'faint' }, operation.summary || '')), inside);
  outside.dataset.words = `${operation.operationId} ${method} ${path} ${operation.summary}`.toLowerCase();
  // Filled when it is first opened: forty operations at once would make the page slow.
  outside.addEventListener('toggle', () => {
    if (inside.childElementCount) return;
    inside.append(node('p', { class: 'faint' }, node('code', {}, operation.operationId)), ...prose(operation.description), ...parameters(operation));
    if (media) inside.append(node('h3', {}, `Request body: ${type}`), fields(media.schema) || '', pretty(media.example || {}));
    inside.append(node('h3', {}, 'Answers'), ...answers(operation), tryForm(path, method, operation));
  });
  return outside;
}

function show() {
  const main = document.getElementById('main');
  main.replaceChildren(...prose(contract.info.description), node('p', {}, 'The document: ', node('a', { href: '/openapi.json' }, '/openapi.json')));
  for (const tag of contract.tags) {
    const operations = Object.entries(contract.paths).flatMap(([path, item]) => METHODS
      .filter((method) => item[method] && item[method].tags.includes(tag.name))
      .map((method) => operationNode(path, method, item[method])));
    main.append(node('section', {}, node('h2', { id: `tag-${tag.name}` }, tag.name), node('p', { class: 'faint' }, tag.description), ...operations));
  }
  find();
  openNamed();
}

function openNamed() {
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named && named.tagName === 'DETAILS') {
    named.hidden = false;
    named.closest('section').hidden = false;
    named.open = true;
    named.scrollIntoView();
  }
}

function find() {
  const wanted = document.getElementById('find').value.toLowerCase().split(/\s+/);
  for (const operation of document.querySelectorAll('details.operation')) operation.hidden = !wanted.every((word) => operation.dataset.words.includes(word));
  for (const section of document.querySelectorAll('section')) section.hidden = !section.querySelector('details.operation:not([hidden])');
}

document.getElementById('find').addEventListener('input', find);
window.addEventListener('hashchange', openNamed);

fetch('/openapi.json').then((response) => response.json()).then((read) => {
  contract = read;
  show();
}).catch((error) => document.getElementById('main').replaceChildren(node('p', { class: 'bad' }, `The document could not be read: ${error.message}`)));
