// Small helpers around the document. Text only ever becomes text: nothing here reads markup.

/** An element with properties, attributes (what has a dash, `role`, `for`, `href` …) and children. */
export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') made.className = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.includes('-') && name !== 'list') made[name] = value;
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Puts these in the place of whatever is in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Tells something to everybody, for a while; screen readers say it. */
export function notice(text, kind = 'note') {
  const told = el('p', { class: `notice ${kind}` }, text);
  document.getElementById('notices').append(told);
  setTimeout(() => told.remove(), 6000);
}

/** Copies text, and says so on the button that asked for it. */
export async function copy(text, button, done) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyOld(text);
  const before = button.textContent;
  button.textContent = done;
  setTimeout(() => (button.textContent = before), 1500);
}

/** Where a page came without TLS, browsers have no clipboard for it but this one. */
function copyOld(text) {
  const field = el('textarea', { value: text, class: 'unseen' });
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

/** A media URL of this server as this page may fetch it, under whatever address the page was opened. */
export function local(url) {
  const at = typeof url === 'string' ? url.lastIndexOf('/files/') : -1;
  return at < 0 ? null : url.slice(at);
}
