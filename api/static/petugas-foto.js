// An officer's proof photos on a poor link: made as small as the desk keeps them, kept on the phone until they have
// arrived, and sent again with the same bytes whatever the link does, by which the desk knows a photo that it has.
// What the desk refuses, or the phone has no room for, is said; nothing but the officer throws a kept photo away.
"use strict";
(() => {
  const list = document.getElementById("antre-foto");
  const note = document.getElementById("antre-foto-kabar");
  if (!list || !note || !window.indexedDB) return;
  const says = list.dataset;
  const LARGEST_BYTES = 12 * 1024 * 1024;
  const ALL_BYTES = 60 * 1024 * 1024;
  const MOST = 20;
  const AGAIN_MS = 15000;
  const SEND_MS = 180000;
  const { change, kept } = siagaOnPhone("siaga-foto-" + says.who, "foto", { keyPath: "id", autoIncrement: true });
  let busy = false;

  function say(text) {
    note.textContent = text;
    note.hidden = !text;
  }

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "plainly";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  async function draw() {
    const all = await kept();
    list.replaceChildren(...all.map((one) => {
      const row = document.createElement("li");
      const about = document.createElement("a");
      about.href = new URL(one.to).pathname.replace(/\/foto$/, "");
      about.className = "number";
      about.textContent = about.pathname.split("/").pop();
      const state = one.refused ? says.refused + " " + one.refused : says.waits;
      const kilobytes = Math.max(1, Math.round(one.bytes.byteLength / 1000));
      row.append(about, ` · ${one.name} · ${kilobytes} kB · ${state} `);
      if (one.refused) row.append(button(says.again, () => retry(one)), " ");
      row.append(button(says.discard, () => discard(one)));
      return row;
    }));
    list.hidden = !all.length;
    return all;
  }

  async function retry(one) {
    await change((store) => store.put({ ...one, refused: "" }));
    await flush();
  }

  async function discard(one) {
    await change((store) => store.delete(one.id));
    say("");
    await draw();
  }

  async function send(one) {
    const form = new FormData();
    form.set("csrf", says.csrf);
    form.set("foto", new Blob([one.bytes], { type: "image/jpeg" }), one.name);
    const signal = AbortSignal.timeout?.(SEND_MS);
    return fetch(one.to, { method: "POST", body: form, credentials: "same-origin", redirect: "follow", signal });
  }

  async function sentence(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const told = page.querySelector("main [role=alert]") || page.querySelector("main p");
    return told?.textContent.trim() || String(answer.status);
  }

  // Returns where the photo `mine` can be seen, "" while it cannot.
  async function flush(mine) {
    if (busy) return "";
    busy = true;
    let seen = "";
    let sent = 0;
    try {
      for (let one; (one = (await kept()).find((each) => !each.refused));) {
        const answer = await send(one);
        const at = new URL(answer.url).pathname;
        if (answer.status >= 500 || answer.status === 429 || at.startsWith("/masuk")) break;
        if (answer.ok) {
          await change((store) => store.delete(one.id));
          sent += 1;
          if (one.id === mine) seen = answer.url;
        } else {
          const refused = await sentence(answer);
          await change((store) => store.put({ ...one, refused }));
        }
        await draw();
      }
    } catch {
      // No link: they stay where they are.
    } finally {
      busy = false;
    }
    const left = (await draw()).filter((one) => !one.refused).length;
    if (left) say(says.queued.replace("{n}", left));
    else say(sent ? says.sent : "");
    return seen;
  }

  async function take(form) {
    const file = form.elements.foto.files[0];
    const bytes = await siagaPhotoMadeSmall(file);
    if (bytes.byteLength > LARGEST_BYTES) return say(says.big);
    const all = await kept();
    const whole = all.reduce((sum, one) => sum + one.bytes.byteLength, bytes.byteLength);
    if (all.length >= MOST || whole > ALL_BYTES) return say(says.full);
    let id = 0;
    await change((store) => {
      store.add({ to: form.action, name: file.name, bytes, refused: "" }).onsuccess = (event) => {
        id = event.target.result;
      };
    });
    form.reset();
    say(says.sending);
    await draw();
    const seen = await flush(id);
    if (seen) location.assign(seen);
  }

  for (const form of document.querySelectorAll("form[data-queue-photo]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const press = form.querySelector("button");
      press.disabled = true;
      try {
        await take(form);
      } catch {
        // The phone keeps nothing (a private window, a full disk): as without this program, if there is a link.
        if (navigator.onLine) form.submit();
        else say(says.full);
      } finally {
        press.disabled = false;
      }
    });
  }

  addEventListener("online", () => flush());
  setInterval(async () => {
    if ((await kept()).some((one) => !one.refused)) flush();
  }, AGAIN_MS);
  draw().then((all) => all.some((one) => !one.refused) && flush(), () => say(says.nowhere));
})();
