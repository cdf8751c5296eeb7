"use strict";
let about;  // what this form asks and whose it is; it stands below the script

const LABEL = "workbook_answer 1";
const utf8 = text => new TextEncoder().encode(text);
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));
const b64 = content => btoa(Array.from(new Uint8Array(content), byte => String.fromCharCode(byte)).join(""))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const joined = (...parts) => Uint8Array.from(parts.flatMap(part => [...part]));

// texts as one letter that only the workspace opens: each proven to come from this form, then all sealed together
const sealed = async texts => {
  const {subtle} = crypto, curve = {name: "ECDH", namedCurve: "P-256"}, theirs = bytes(about.public);
  const proof = about.key ? bytes(about.key) : utf8(about.form);
  const mac = await subtle.importKey("raw", proof, {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
  const answers = [];
  for (const text of texts) answers.push({text, mac: b64(await subtle.sign("HMAC", mac, utf8(text)))});
  const own = await subtle.generateKey(curve, true, ["deriveBits"]);
  const point = new Uint8Array(await subtle.exportKey("raw", own.publicKey));
  const other = await subtle.importKey("raw", theirs, curve, false, []);
  const shared = await subtle.deriveBits({name: "ECDH", public: other}, own.privateKey, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const info = joined(utf8(LABEL), theirs);
  const key = await subtle.deriveKey({name: "HKDF", hash: "SHA-256", salt: point, info}, base, {name: "AES-GCM", length: 256}, false, ["encrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const content = await subtle.encrypt({name: "AES-GCM", iv: nonce, additionalData: joined(utf8(LABEL), point)}, key, utf8(JSON.stringify({answers})));
  return JSON.stringify({workbook_answer: 1, key: b64(point), nonce: b64(nonce), sealed: b64(content)});
};

// an element with its properties; every text goes in as text
const el = (tag, given = {}, ...inner) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...inner.filter(one => one !== null));
  return made;
};
let numbered = 0;
const unique = () => `n${++numbered}`;

// drawn anew, with the focus where it was; where that is gone, at the title of what is shown
const staying = redraw => {
  const before = document.activeElement, at = before?.dataset.at;
  redraw();
  if (before.isConnected || before === document.body) return;
  const same = [...document.querySelectorAll("[data-at]")].find(one => one.dataset.at === at);
  (same ?? document.querySelector("section:not([hidden]) h2"))?.focus({preventScroll: true});
};

// one of several, as large buttons; a second press on the chosen one takes it back
const choice = (legend, options, get, set, {columns = "", ends = null, note = "", quiet = false} = {}) => {
  const name = unique();
  const inputs = options.map(([value, text, spoken]) => {
    const input = el("input", {type: "radio", name, value: String(value), checked: get() === value, "data-at": `${legend}|${value}`});
    if (spoken) input.setAttribute("aria-label", spoken);
    let before = input.checked;
    input.addEventListener("pointerdown", () => { before = input.checked; });
    input.addEventListener("click", () => {
      if (before && get() === value) { input.checked = false; set(null); before = false; }
    });
    input.addEventListener("change", () => { if (input.checked) { before = false; set(value); } });
    return el("label", {className: "option"}, input, el("span", {textContent: text}));
  });
  return el("fieldset", {}, el("legend", {textContent: legend, className: quiet ? "unseen" : ""}), note ? el("p", {className: "soft", textContent: note}) : null, el("div", {className: `options ${columns}`}, ...inputs),
    ends ? el("div", {className: "ends"}, ...ends.map(text => el("span", {textContent: text}))) : null);
};

// a number as it was typed, a comma for a point or not; null where nothing is typed, NaN where it is none
const number = text => {
  const plain = String(text ?? "").trim().replace(",", ".");
  return plain === "" ? null : /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
};

// a number with a button for less and one for more
const stepper = (label, get, set, {step = 1, low = 0, high = 1000, first = low} = {}) => {
  const id = unique();
  const input = el("input", {type: "text", inputMode: "decimal", id, value: get() ?? "", autocomplete: "off", maxLength: 8, "data-at": label});
  const show = value => {
    input.value = value ?? "";
    input.setAttribute("aria-invalid", String(Number.isNaN(number(input.value))));
    set(input.value);
  };
  const by = change => () => {
    const now = number(input.value);
    const next = now === null || Number.isNaN(now) ? first : now + change;
    show(String(Math.round(Math.min(high, Math.max(low, next)) * 100) / 100));
  };
  input.addEventListener("input", () => show(input.value));
  return el("div", {className: "step"}, el("label", {className: "label", htmlFor: id, textContent: label}),
    el("button", {type: "button", textContent: "−", "aria-label": `${label}: less`, onclick: by(-step)}), input,
    el("button", {type: "button", textContent: "+", "aria-label": `${label}: more`, onclick: by(step)}));
};

// halves of letters, as a cut emoji leaves one, and what turns a text round: the workbook refuses them
const plain = text => text.replace(/[\p{Cs}\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu, "");
const field = (label, get, set, {area = false, most = 200, type = "text"} = {}) => {
  const id = unique();
  const input = el(area ? "textarea" : "input", {id, value: get() ?? "", maxLength: most, autocomplete: "off"});
  if (!area) input.type = type;
  input.addEventListener("input", () => set(plain(input.value)));
  return el("div", {className: "field"}, el("label", {className: "label", htmlFor: id, textContent: label}), input);
};

// what this browser keeps under the form's own name; some keep nothing for a file
const NOTHING_KEPT = "This browser keeps no drafts here. Send before you close the page.";
const store = {
  works: true,
  get name() { return `workbook-form:${about.form}`; },
  read() {
    try { return JSON.parse(localStorage.getItem(this.name)) ?? {}; } catch { this.works = false; return {}; }
  },
  write(value) {
    try { localStorage.setItem(this.name, JSON.stringify(value)); } catch { this.works = false; }
  },
  clear() {
    try { localStorage.removeItem(this.name); } catch { this.works = false; }
  },
};

const two = value => String(value).padStart(2, "0");
const isoDay = date => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const daysBefore = days => { const date = new Date(); date.setDate(date.getDate() - days); return isoDay(date); };
const isoMoment = date => {
  const offset = -date.getTimezoneOffset(), ahead = Math.abs(offset);
  return `${isoDay(date)}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${offset < 0 ? "-" : "+"}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
};
const stamped = (kept, kind, day, athlete) => {
  const now = Math.floor(Date.now() / 1000);
  kept.sequence = Math.max(now, Math.min(kept.sequence ?? 0, now + 600) + 1);  // a clock that was wrong once stays behind
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => two(byte.toString(16))).join("");
  return {form: about.form, athlete, kind, day, written_at: isoMoment(new Date()), sequence: kept.sequence, id};
};

// ways out: the share sheet, a file, the text itself
const fileOf = text => new File([text], `workbook-answers-${isoMoment(new Date()).slice(0, 16).replace(/[:T]/g, "-")}.txt`, {type: "text/plain"});
const canShare = file => { try { return Boolean(navigator.canShare?.({files: [file]})); } catch { return false; } };
const save = file => {
  const address = URL.createObjectURL(file);
  const link = el("a", {href: address, download: file.name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
};
const copy = async area => {
  area.select();
  try { await navigator.clipboard.writeText(area.value); return true; } catch { return document.execCommand("copy"); }
};

// the panel with what is to be handed over, for browsers that cannot share a file
const handOver = (text, done, say) => {
  const file = fileOf(text), panel = document.getElementById("hand");
  const area = el("textarea", {id: "letter", readOnly: true, value: text, rows: 4, spellcheck: false});
  panel.replaceChildren(
    el("h2", {textContent: "Hand it over", tabIndex: -1}),
    el("p", {textContent: `Your answers are sealed: only the workbook of ${about.contact} opens them. Send the file, or paste the text into a message.`}),
    el("div", {className: "buttons"},
      canShare(file) ? el("button", {type: "button", textContent: "Share again", onclick: () => share(file, done, say)}) : null,
      el("button", {type: "button", textContent: "Save the file", onclick: () => { save(file); say("Saved among your downloads. Send that file."); }}),
      el("button", {type: "button", textContent: "Copy the text", onclick: async () => say(await copy(area) ? "Copied. Paste it into a message." : "Mark the text and copy it.")}),
      el("button", {type: "button", className: "main", textContent: "I sent it: clear my answers", onclick: done})),
    el("label", {className: "label", htmlFor: "letter", textContent: "The sealed text"}), area);
  return panel;
};
const share = async (file, done, say) => {
  try {
    await navigator.share({files: [file]});
    done();
    return true;
  } catch (problem) {
    say(problem.name === "AbortError" ? "Not sent. Your answers are still here." : "Sharing did not work. Save the file or copy the text.");
    return false;
  }
};
