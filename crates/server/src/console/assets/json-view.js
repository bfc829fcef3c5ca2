// JSON that folds: `<details>` for whatever has parts.

import { el } from './dom.js';
import { say } from './words.js';

const OPEN_DEPTH = 2;

/** An element that shows this value. */
export function jsonView(value) {
  return el('div', { class: 'json' }, shown(value, null, 0));
}

function shown(value, key, depth) {
  if (value === null || typeof value !== 'object') {
    return el('div', { class: 'json-line' }, named(key), leaf(value));
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const size = isList ? say('json-items', { count: entries.length }) : say('json-fields', { count: entries.length });
  if (entries.length === 0) return el('div', { class: 'json-line' }, named(key), el('span', {}, isList ? '[]' : '{}'));
  return el(
    'details',
    { open: depth < OPEN_DEPTH },
    el('summary', {}, named(key), isList ? '[ ' : '{ ', el('span', { class: 'json-size' }, size), isList ? ' ]' : ' }'),
    el('div', { class: 'json-parts' }, entries.map(([name, part]) => shown(part, isList ? null : name, depth + 1))),
  );
}

function named(key) {
  return key === null ? null : el('span', { class: 'json-key' }, `${key}: `);
}

function leaf(value) {
  return el('span', { class: `json-${value === null ? 'null' : typeof value}` }, JSON.stringify(value));
}
