(() => {
"use strict";
const form = document.querySelector("form");
const field = form.querySelector("input");
const button = form.querySelector("button");
const said = document.getElementById("said");

const NOT_WHOLE = "This file is not whole, or it was altered. Ask for it again.";
const REFUSED = "That passphrase does not open this page. Check each letter. If all are right, the file was altered: ask for it again.";
const NO_CRYPTOGRAPHY = "This browser cannot unlock pages here. Save the file, then open it in a current browser.";
const LETTERS = 25;
const ROUNDS = [600000, 10000000];  // fewer would be a forgery, more would keep a phone busy for minutes

const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
const utf8 = text => new TextEncoder().encode(text);

// what stands in the file: header as text, since its very letters are authenticated, and the locked page
const stored = () => {
  const header = document.getElementById("lock").textContent;
  const {rounds, salt, nonce} = JSON.parse(header);
  if (!(rounds >= ROUNDS[0] && rounds <= ROUNDS[1])) throw new RangeError("rounds");
  return {header, rounds, salt: bytes(salt), nonce: bytes(nonce), content: bytes(document.getElementById("locked").textContent)};
};
const unlocked = async (letters, {header, rounds, salt, nonce, content}) => {
  const typed = await crypto.subtle.importKey("raw", utf8(letters), "PBKDF2", false, ["deriveKey"]);
  const derivation = {name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds};
  const key = await crypto.subtle.deriveKey(derivation, typed, {name: "AES-GCM", length: 256}, false, ["decrypt"]);
  const packed = await crypto.subtle.decrypt({name: "AES-GCM", iv: nonce, additionalData: utf8(header)}, key, content);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
};
// the policy of this file stays in force: it names the scripts of the page by their hashes
const show = html => {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.documentElement.replaceWith(document.adoptNode(page.documentElement));
  for (const still of document.querySelectorAll("script:not([type])")) {
    const running = document.createElement("script");
    running.textContent = still.textContent;
    still.replaceWith(running);
  }
  scrollTo(0, 0);
};
const attempt = async () => {
  const letters = field.value.toLowerCase().replace(/[^a-z]/g, "");
  if (letters.length !== LETTERS) return `A passphrase has ${LETTERS} letters. You typed ${letters.length}.`;
  let file, html;
  try {
    file = stored();
  } catch {
    return NOT_WHOLE;
  }
  try {
    html = await unlocked(letters, file);
  } catch {
    return REFUSED;
  }
  show(html);
  return "";
};
form.addEventListener("submit", async event => {
  event.preventDefault();
  button.disabled = true;
  said.textContent = "Opening …";
  said.textContent = await attempt();
  button.disabled = false;
});
if (window.crypto?.subtle && window.DecompressionStream) form.hidden = false;
else said.textContent = NO_CRYPTOGRAPHY;
})();
