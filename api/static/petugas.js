// What an officer does on a poor link: kept on the phone until it has arrived, and sent once, whatever the link does.
// Each form carries a key of its own, so that sending it again changes nothing. It is sent in the name of who wrote it
// alone. What was not accepted is kept until its case is opened: there the words stand in the form again.
"use strict";
(() => {
  const PLACE = "siaga-antre-" + (document.getElementById("antre")?.dataset.who || "");
  const REFUSED = PLACE + "-ditolak";
  const AGAIN_MS = 15000;
  const note = document.getElementById("antre");
  if (!note) return;
  let busy = false;

  function kept(place = PLACE) {
    try {
      return JSON.parse(localStorage.getItem(place) || "[]");
    } catch {
      return [];
    }
  }

  function keep(all, place = PLACE) {
    localStorage.setItem(place, JSON.stringify(all));
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
    let sent = 0;
    try {
      for (let all = kept(); all.length; all = kept()) {
        const answer = await send(all[0]);
        if (answer.status >= 500 || answer.status === 429) break;
        if (new URL(answer.url).pathname.startsWith("/masuk")) break;
        if (!answer.ok) keep([...kept(REFUSED), all[0]], REFUSED);
        keep(kept().slice(1));
        sent += 1;
      }
    } catch {
      // No link: they stay where they are.
    } finally {
      busy = false;
    }
    if (waiting()) return;
    if (!giveBack() && sent) say(note.dataset.sent);
  }

  // The words of what was not accepted, back in the form of their case; of other cases it is said that there are some.
  function giveBack() {
    const left = [];
    for (const one of kept(REFUSED)) {
      const fields = new URLSearchParams(one.body);
      const form = [...document.querySelectorAll("form[data-queue]")]
        .find((each) => each.action === one.to && each.elements.aksi.value === fields.get("aksi"));
      const words = form?.elements.isi;
      if (words) {
        const said = fields.get("isi") || "";
        if (!words.value.includes(said)) words.value = [words.value, said].filter(Boolean).join("\n");
        if (form.parentElement.tagName === "DETAILS") form.parentElement.open = true;
      } else if (fields.get("isi")) {
        left.push(one);
      }
    }
    const some = kept(REFUSED).length > 0;
    keep(left, REFUSED);
    if (some) say(note.dataset.refused + left.map((one) => " " + one.to.split("/").pop()).join());
    return some;
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
  else giveBack();
})();
