// A resident's report on a poor link: kept on the phone with its photos until it has arrived, and sent again with the same
// key, by which the desk knows a report that it has. What the desk refuses comes back into the form with its reason; what
// was written hours ago is sent only when its writer says that it is still so. Nothing but its writer throws it away.
"use strict";
(() => {
  const form = document.getElementById("lapor");
  const box = document.getElementById("antre-lapor");
  if (!form || !box || !window.indexedDB) return;
  const list = box.querySelector("ul");
  const note = box.querySelector("[role=status]");
  const says = box.dataset;
  const PHOTOS_MOST = 3;
  const MOST = 10;
  const ALL_BYTES = 40 * 1024 * 1024;
  const FRESH_MS = 6 * 3600 * 1000;
  const AGAIN_MS = 15000;
  const SEND_MS = 180000;
  const { change, kept: stored } = siagaOnPhone("siaga-lapor", "lapor", { keyPath: "key" });
  let busy = false;
  let notBefore = 0;

  async function kept() {
    return (await stored()).sort((one, other) => one.at - other.at);
  }

  function bytesOf(one) {
    return one.photos.reduce((sum, photo) => sum + photo.bytes.byteLength, 0);
  }

  function waits(one) {
    return !one.seen && !one.refused;
  }

  function due(one) {
    return waits(one) && (one.still || Date.now() - one.at < FRESH_MS);
  }

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

  function written(one) {
    return new Date(one.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  }

  function stateOf(one) {
    if (one.seen) return says.arrived;
    if (one.refused) return `${says.refused} ${one.refused}`;
    return due(one) ? says.waits : says.old;
  }

  function row(one) {
    const made = document.createElement("li");
    const about = [one.about, says.written.replace("{time}", written(one))];
    if (one.photos.length) {
      const kilobytes = Math.max(1, Math.round(bytesOf(one) / 1000));
      about.push(says.photos.replace("{n}", one.photos.length).replace("{kb}", kilobytes));
    }
    made.append(`${about.join(" · ")} · ${stateOf(one)} `);
    if (one.seen) {
      const link = document.createElement("a");
      link.href = one.seen;
      link.textContent = says.look;
      made.append(link, " ");
    } else if (one.refused) made.append(button(says.mend, () => backIntoForm(one)), " ");
    else if (!due(one)) made.append(button(says.send, () => stillSo(one)), " ");
    made.append(button(one.seen ? says.forget : says.discard, () => discard(one)));
    return made;
  }

  async function draw() {
    const all = await kept();
    list.replaceChildren(...all.map(row));
    list.hidden = !all.length;
    box.hidden = !all.length && note.hidden;
    return all;
  }

  async function stillSo(one) {
    await change((store) => store.put({ ...one, still: true }));
    await flush();
  }

  async function discard(one) {
    await change((store) => store.delete(one.key));
    say("");
    await draw();
  }

  async function backIntoForm(one) {
    form.reset();
    form.elements.kunci.value = one.key;
    // The category first: it says which questions there are.
    for (const [name, value] of [...one.fields].sort(([name]) => (name === "jenis" ? -1 : 0))) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]:enabled`)) {
        if (field.type !== "checkbox") field.value = value;
        else if (field.value === value) field.checked = true;
      }
      if (name === "jenis") form.elements.jenis.dispatchEvent(new Event("change"));
    }
    const files = new DataTransfer();
    for (const photo of one.photos) files.items.add(new File([photo.bytes], photo.name, { type: "image/jpeg" }));
    form.elements.foto.files = files.files;
    await change((store) => store.delete(one.key));
    say(one.refused);
    await draw();
    box.scrollIntoView({ block: "nearest" });
  }

  function emptied() {
    form.reset();
    const key = crypto.getRandomValues(new Uint8Array(16));
    form.elements.kunci.value = Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
    form.elements.lat.value = form.elements.lon.value = "";
    form.elements.jenis.dispatchEvent(new Event("change"));
  }

  async function posted(one) {
    const sent = new FormData();
    sent.set("csrf", form.elements.csrf.value);
    for (const [name, value] of one.fields) sent.append(name, value);
    for (const photo of one.photos) sent.append("foto", new Blob([photo.bytes], { type: "image/jpeg" }), photo.name);
    const signal = AbortSignal.timeout?.(SEND_MS);
    return fetch(form.action, { method: "POST", body: sent, credentials: "same-origin", signal });
  }

  // The page's token may be from another day. Resolves to whether there is a new one, for a resident still.
  async function tokenAnew() {
    const answer = await fetch(form.action, { credentials: "same-origin", cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("#lapor [name=csrf]");
    if (!answer.ok || !token || !page.getElementById("antre-lapor")) return false;
    form.elements.csrf.value = token.value;
    return true;
  }

  async function sentence(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const told = page.querySelector("main [role=alert]") || page.querySelector("main p");
    return told?.textContent.trim() || String(answer.status);
  }

  async function tell(left) {
    const waiting = (await kept()).filter(due).length;
    say(waiting ? left.replace("{n}", waiting) : "");
    await draw();
  }

  // Resolves to the report `mine` as it stands then, undefined where it is not among those sent.
  async function flush(mine) {
    if (busy) return undefined;
    if (Date.now() < notBefore) return tell(says.later);
    busy = true;
    let now;
    let left = says.queued;
    try {
      for (let one; (one = (await kept()).find(due));) {
        let answer = await posted(one);
        if (answer.status === 403 && await tokenAnew()) answer = await posted(one);
        const at = new URL(answer.url).pathname;
        if (answer.status >= 500 || answer.status === 429 || at.startsWith("/masuk")) {
          notBefore = Date.now() + 1000 * Number(answer.headers.get("Retry-After") || 0);
          left = says.later;
          break;
        }
        const stands = answer.ok
          ? { ...one, seen: answer.url, fields: [], photos: [] }
          : { ...one, refused: await sentence(answer), still: false };
        await change((store) => store.put(stands));
        if (one.key === mine) now = stands;
      }
    } catch {
      // No link: they stay where they are.
    } finally {
      busy = false;
    }
    await tell(left);
    return now;
  }

  async function take() {
    const files = [...form.elements.foto.files];
    if (files.length > PHOTOS_MOST) return say(says.many);
    const photos = [];
    for (const file of files) photos.push({ name: file.name, bytes: await siagaPhotoMadeSmall(file) });
    const fields = [...new FormData(form)].filter(([name]) => name !== "csrf" && name !== "foto");
    const chosen = ["jenis", "tempat"].map((name) => form.elements[name]).filter((one) => one.value);
    const about = chosen.map((one) => one.selectedOptions[0].textContent).join(" · ");
    const one = { key: form.elements.kunci.value, at: Date.now(), about, fields, photos, seen: "", refused: "", still: false };
    const all = (await kept()).filter((other) => other.key !== one.key);
    const waiting = all.filter((other) => !other.seen);
    const whole = waiting.reduce((sum, other) => sum + bytesOf(other), bytesOf(one));
    if (waiting.length >= MOST || whole > ALL_BYTES) return say(says.full);
    const old = all.filter((other) => other.seen).slice(0, -MOST);
    await change((store) => {
      old.forEach((other) => store.delete(other.key));
      store.put(one);
    });
    emptied();
    say(says.sending);
    await draw();
    const now = await flush(one.key);
    if (now?.seen) location.assign(now.seen);
    else if (now?.refused) await backIntoForm(now);
    else box.scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const press = form.querySelector("button:not([type])");
    press.disabled = true;
    try {
      await take();
    } catch {
      // The phone keeps nothing (a private window, a full disk): as without this program, if there is a link.
      if (navigator.onLine) form.submit();
      else say(says.full);
    } finally {
      press.disabled = false;
      box.hidden = list.hidden && note.hidden;
    }
  });

  addEventListener("online", () => flush());
  setInterval(async () => {
    if ((await kept()).some(due)) flush();
  }, AGAIN_MS);
  draw().then((all) => all.some(due) && flush(), () => {});
})();
