// What an officer does on a poor link: kept on the phone until it has arrived, and sent once, whatever the link does.
// Each form carries a key of its own, so that sending it again changes nothing.
"use strict";
(() => {
  const PLACE = "siaga-antre";
  const AGAIN_MS = 15000;
  const note = document.getElementById("antre");
  if (!note) return;
  let busy = false;

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(PLACE) || "[]");
    } catch {
      return [];
    }
  }

  function keep(all) {
    localStorage.setItem(PLACE, JSON.stringify(all));
  }

  function say(text) {
    note.textContent = text;
    note.hidden = !text;
  }

  function waiting() {
    const n = kept().length;
    if (n) say(note.dataset.queued.replace("{n}", n));
    return n;
  }

  // The token in a kept form may be of a session that is over: the one of this page is this session's.
  function token() {
    const field = document.querySelector("input[name=csrf]");
    return field ? field.value : "";
  }

  async function send(one) {
    const body = new URLSearchParams(one.body);
    if (token()) body.set("csrf", token());
    return fetch(one.to, { method: "POST", body, credentials: "same-origin", redirect: "follow" });
  }

  async function flush() {
    if (busy) return;
    busy = true;
    let refused = false;
    let sent = 0;
    try {
      for (let all = kept(); all.length; all = kept()) {
        const answer = await send(all[0]);
        if (answer.status >= 500 || answer.status === 429) break;
        if (new URL(answer.url).pathname.startsWith("/masuk")) break;
        refused = refused || !answer.ok;
        keep(kept().slice(1));
        sent += 1;
      }
    } catch {
      // No link: they stay where they are.
    } finally {
      busy = false;
    }
    if (waiting()) return;
    if (refused) say(note.dataset.refused);
    else if (sent) say(note.dataset.sent);
  }

  for (const form of document.querySelectorAll("form[data-queue]")) {
    form.addEventListener("submit", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      keep([...kept(), { to: form.action, body: new URLSearchParams(new FormData(form)).toString() }]);
      form.querySelector("button").disabled = true;
      waiting();
    });
  }

  addEventListener("online", flush);
  setInterval(() => { if (kept().length) flush(); }, AGAIN_MS);
  if (waiting()) flush();
})();
