// Talks to the API: as somebody who is logged in, or with a token that was typed in and is kept in memory alone.

const CHOSEN = 'backline-credential';
const RECONNECT_MS = 1000;
const MOST_RECONNECT_MS = 30000;

let token = null;
let whoever = null;
let theirs = null;

/** The service that the console is about. */
export const SERVICE = '864a7efd-c7a3-4ad8-b372-ba8d64cdeda8';

/** Whoever is logged in: `{id, email, role, csrf}`, or null. Asked for once. */
export function user() {
  whoever ??= fetch('/api/v1/users/me', { headers: { accept: 'application/json' } })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  return whoever;
}

/** The credentials of whoever is logged in. */
export function credentials() {
  theirs ??= user().then(async (somebody) => {
    if (!somebody) return [];
    const answer = await asUser('/api/v1/credentials/');
    return answer.ok ? answer.json.items : [];
  });
  return theirs;
}

/** Forgets what was asked for once, since it has changed. */
export function forget() {
  whoever = null;
  theirs = null;
}

/** The token that was typed in, if one was. */
export function typedToken() {
  return token;
}

/** Uses this token until the page is left; an empty one: none. */
export function useToken(text) {
  token = text.trim() || null;
  document.dispatchEvent(new CustomEvent('caller-changed'));
}

/** Uses this credential of whoever is logged in. */
export function useCredential(id) {
  token = null;
  sessionStorage.setItem(CHOSEN, id);
  document.dispatchEvent(new CustomEvent('caller-changed'));
}

/** The credential in use, or null. */
export async function credential() {
  const all = await credentials();
  const chosen = sessionStorage.getItem(CHOSEN);
  return all.find((known) => known.id === chosen) ?? all[0] ?? null;
}

/** Whether there is anything to call the API with. */
export async function canCall() {
  return token !== null || (await credential()) !== null;
}

/** The headers that stand for the caller. */
async function callerHeaders() {
  if (token !== null) return { authorization: `Bearer ${token}` };
  const [somebody, used] = [await user(), await credential()];
  if (!somebody || !used) return {};
  return { 'x-csrf-token': somebody.csrf, 'backline-credential': used.id };
}

/** Asks the Producer API; gives `{ok, status, headers, text, json, seconds}`. */
export async function ask(path, { method = 'GET', body, headers = {}, signal } = {}) {
  return send(path, { method, body, signal, headers: { ...(await callerHeaders()), ...headers } });
}

/** Asks the tasks endpoint without being counted as usage. */
export function tasks(body, signal) {
  return ask('/producer/tasks', { method: 'POST', body, signal, headers: { 'x-record-exempt': 'true' } });
}

/** Asks the management API. */
export async function asUser(path, { method = 'GET', body, signal } = {}) {
  const somebody = await user();
  const headers = token !== null && !somebody ? { authorization: `Bearer ${token}` } : {};
  if (somebody && method !== 'GET') headers['x-csrf-token'] = somebody.csrf;
  return send(path, { method, body, signal, headers });
}

/** Asks without being anybody. */
export async function send(path, { method = 'GET', body, headers = {}, signal } = {}) {
  const sent = { accept: 'application/json', ...headers };
  if (body !== undefined) sent['content-type'] = 'application/json';
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const began = performance.now();
  const answer = await fetch(path, { method, headers: sent, body: text, signal });
  const read = await answer.text();
  const seconds = (performance.now() - began) / 1000;
  return { ok: answer.ok, status: answer.status, headers: answer.headers, text: read, json: parsed(read), seconds };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What an answer says went wrong. */
export function problem(answer) {
  return answer.json?.error?.message ?? answer.json?.message ?? `${answer.status}`;
}

/**
 * Follows a stream of events until `signal` ends it: `told(name, data)` for each. A connection that breaks is made
 * again, after the last event that was told.
 */
export async function follow(path, told, signal) {
  let [last, wait] = [null, RECONNECT_MS];
  while (!signal.aborted) {
    try {
      const headers = { ...(await callerHeaders()), accept: 'text/event-stream' };
      if (last !== null) headers['last-event-id'] = last;
      const answer = await fetch(path, { headers, signal });
      if (answer.status === 204) return;
      if (answer.ok) {
        wait = RECONNECT_MS;
        for await (const event of events(answer.body)) {
          last = event.id ?? last;
          told(event.name, event.data);
        }
      } else if (answer.status < 500 && answer.status !== 429) {
        return;
      }
    } catch (error) {
      if (signal.aborted) return;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, MOST_RECONNECT_MS);
  }
}

/** The events of a stream (WHATWG HTML, section 9.2.6). */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const whole = text.split('\n\n');
    text = whole.pop();
    for (const block of whole) {
      const event = { name: 'message', id: null, data: null };
      for (const line of block.split('\n')) {
        const [, field, content] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field === 'event') event.name = content;
        if (field === 'id') event.id = content;
        if (field === 'data') event.data = parsed(content);
      }
      if (event.data !== null) yield event;
    }
  }
}
