// The console reads and works without this. It keeps the table fresh, adds keys, and says when the city is out of reach.
"use strict";
(() => {
  const LATE_BEATS = 2.5;
  const GRACE_MS = 5000;
  const AGAIN_MS = 5000;
  const SOON_MS = 250;
  const AFTER_SENDING_MS = 1000;
  const GIVE_UP_MS = 15000;
  const RENEW_MS = 60000;
  const PARTS = ["keadaan", "perlu", "daftar", "rincian", "ditahan"];
  const body = document.body;
  const beatMs = Number(body.dataset.beat) * 1000;
  const banner = document.getElementById("sambungan");
  const news = document.getElementById("berita");
  const byId = (id) => document.getElementById(id);
  const rows = () => [...document.querySelectorAll("#daftar tr[data-alarm]")];

  // ------------------------------------------------------------------ lost and found
  let heardAt = Date.now();
  let heardTime = banner.dataset.heard;
  let awaySince = null;
  let awayTime = "";
  let lost = false;
  let shownAt = heardAt;
  let shownTime = heardTime;
  let stale = false;

  function worst() {
    if (lost) return { since: heardAt, text: banner.dataset.lost, time: heardTime };
    if (awaySince !== null) return { since: awaySince, text: banner.dataset.away, time: awayTime };
    return stale ? { since: shownAt, text: banner.dataset.stale, time: shownTime } : null;
  }

  function say() {
    const now = worst();
    banner.hidden = now === null;
    body.classList.toggle("lost-server", now !== null);
    if (now === null) return;
    const text = now.text
      .replace("{time}", now.time)
      .replace("{minutes}", String(Math.floor((Date.now() - now.since) / 60000)));
    if (banner.textContent !== text) banner.textContent = text;
  }

  function heard(data) {
    heardAt = Date.now();
    heardTime = data.time;
    lost = false;
    if (data.fresh) awaySince = null;
    else if (awaySince === null) { awaySince = heardAt; awayTime = data.time; }
    say();
    if (Date.now() - shownAt > RENEW_MS) soon();  // ages and the health of the stages go on without any news
  }

  function missing() { lost = true; say(); }

  setInterval(() => {
    if (source && Date.now() - heardAt > LATE_BEATS * beatMs) { missing(); listen(); }
    else if (worst() !== null) say();
  }, 1000);

  // ------------------------------------------------------------------ what is told
  let source = null;
  let graced = null;
  let again = null;

  function listen() {
    quiet();
    source = new EventSource(body.dataset.console);
    const told = (event) => JSON.parse(event.data);
    source.addEventListener("hello", (event) => { clearTimeout(graced); graced = null; heard(told(event)); soon(); });
    source.addEventListener("beat", (event) => heard(told(event)));
    source.addEventListener("alarm", (event) => { announce(told(event)); soon(); });
    source.addEventListener("gone", soon);
    source.addEventListener("reset", soon);
    source.addEventListener("over", signInAgain);
    source.onerror = () => {
      graced ??= setTimeout(missing, GRACE_MS);
      if (source.readyState === EventSource.CLOSED) again = setTimeout(listen, AGAIN_MS);
    };
  }

  function quiet() {
    clearTimeout(again);
    source?.close();
    source = null;
  }

  // A browser opens six connections to one place: a tab that nobody looks at gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { clearTimeout(graced); graced = null; quiet(); }
    else { heardAt = Date.now(); listen(); }
  });

  const known = new Set(rows().map((row) => row.dataset.alarm));
  function announce(alarm) {
    if (known.has(alarm.id)) return;
    known.add(alarm.id);
    news.textContent = `${body.dataset.news}: ${alarm.level ?? ""} ${alarm.name}`;
  }

  // ------------------------------------------------------------------ fresh parts in the place of old ones
  let asking = null;
  let waiting = null;
  let sending = 0;
  let chosenByHand = false;

  function soon(delayMs = SOON_MS) {
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh(), typeof delayMs === "number" ? delayMs : SOON_MS);
  }

  async function get(url, stop, options = {}) {
    const timer = setTimeout(() => stop.abort(), GIVE_UP_MS);
    try {
      return await fetch(url, { ...options, signal: stop.signal, cache: "no-store", credentials: "same-origin", headers: { Accept: "text/html", ...options.headers } });
    } finally {
      clearTimeout(timer);
    }
  }

  // What somebody sends is never cut off by a fresh look, and is answered by a fresh table itself.
  async function send(form) {
    asking?.abort();
    asking = null;
    sending += 1;
    try {
      const answer = await get(form.action, new AbortController(), { method: "POST", body: new URLSearchParams(new FormData(form)) });
      return { ok: answer.ok, status: answer.status, html: await answer.text() };
    } finally {
      sending -= 1;
    }
  }

  async function refresh() {
    if (sending) { soon(AFTER_SENDING_MS); return; }
    asking?.abort();
    const stop = asking = new AbortController();
    const headers = chosenByHand ? {} : { "Siaga-Refresh": "1" };
    chosenByHand = false;
    let html = null;
    try {
      const answer = await get(address(), stop, { headers });
      if (answer.redirected && new URL(answer.url).pathname !== location.pathname) { signInAgain(); return; }
      html = answer.ok ? await answer.text() : null;
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    }
    if (asking !== stop) return;  // another look, or what somebody sends, has taken its place
    if (html !== null && swap(html)) return;
    stale = true;
    say();
    soon(AGAIN_MS);
  }

  // ------------------------------------------------------------------ what was written outlives a sign-in
  const DRAFT = "siaga-tulisan";
  const written = () => [...document.querySelectorAll("#rincian input[type=text],#rincian textarea")].filter((one) => one.id && one.value !== one.defaultValue);

  function keepDraft() {
    const fields = written().map((one) => [one.id, one.value]);
    const alarm = current()?.dataset.alarm;
    if (fields.length && alarm) sessionStorage.setItem(DRAFT, JSON.stringify({ who: body.dataset.who, alarm, fields }));
  }

  function signInAgain() {
    keepDraft();
    const url = address();
    if (sessionStorage.getItem(DRAFT) && current()) url.searchParams.set("pilih", current().dataset.alarm);
    location.replace(url);
  }

  function bringDraft() {
    const draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");
    if (draft?.who !== body.dataset.who || current()?.dataset.alarm !== draft.alarm) return;  // none, or not theirs
    sessionStorage.removeItem(DRAFT);
    for (const [id, value] of draft.fields) {
      const field = byId(id);
      if (!field) continue;
      field.value = value;
      const folded = field.closest("details");
      if (folded) folded.open = true;
    }
    tell(body.dataset.kept, true);
  }

  // Without what was done last: it is told once.
  function address() {
    const url = new URL(location.href);
    url.searchParams.delete("kabar");
    const now = current();
    if (now && (url.searchParams.has("pilih") || atWork())) url.searchParams.set("pilih", now.dataset.alarm);
    url.hash = "";
    return url;
  }

  // The first alarm of the table stays the chosen one for whoever has begun to do something about it.
  function atWork() {
    const part = byId("rincian");
    return !untouched(part) || part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
  }

  function untouched(part) {
    return [...part.querySelectorAll("input:not([type=hidden]),textarea,select")].every((one) =>
      one.type === "checkbox" ? one.checked === one.defaultChecked
        : one.tagName === "SELECT" ? [...one.options].every((o, i) => o.selected === (o.defaultSelected || (i === 0 && ![...one.options].some((p) => p.defaultSelected))))
          : one.value === one.defaultValue);
  }

  function place(part) {
    const at = document.activeElement;
    if (!part.contains(at)) return null;
    const index = part.id === "daftar" ? rows().findIndex((row) => row.contains(at)) : -1;
    return { id: at.id, key: at.closest("details")?.dataset.key, tag: at.tagName, index };
  }

  function restore(part, was) {
    if (!was) return;
    let to = was.id ? byId(was.id) : null;
    if (!to && was.index >= 0) to = rows()[Math.min(was.index, rows().length - 1)]?.querySelector("a");
    if (!to && was.key) to = part.querySelector(`details[data-key="${was.key}"] ${was.tag.toLowerCase()}`);
    (to ?? byId("judul"))?.focus({ preventScroll: true });
  }

  // As it reads, without the numbers that are drawn for each answer anew, and whatever somebody has unfolded.
  function plain(part) {
    const copy = part.cloneNode(true);
    for (const one of copy.querySelectorAll("input[name=nomor]")) one.removeAttribute("value");
    for (const one of copy.querySelectorAll("details")) one.removeAttribute("open");
    return copy.innerHTML;
  }

  function swap(html, force = false) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    if (!fresh.getElementById("daftar")) return false;
    for (const id of PARTS) {
      const old = byId(id), now = fresh.getElementById(id);
      if (!now || (force ? now.innerHTML === old.innerHTML : plain(now) === plain(old))) continue;
      const same = old.querySelector("form[data-act]")?.getAttribute("action") === now.querySelector("form[data-act]")?.getAttribute("action");
      if (id === "rincian" && same && !force && !untouched(old)) { held(old, now); continue; }
      const was = place(old);
      const open = id === "rincian" && same ? [...old.querySelectorAll("details[open]")].map((one) => one.querySelector("summary").textContent) : [];
      const top = old.scrollTop;
      old.replaceChildren(...now.childNodes);
      if (id === "rincian") {
        if (!force) for (const one of old.querySelectorAll("details")) if (open.includes(one.querySelector("summary").textContent)) one.open = true;
        if (same) old.scrollTop = top; else old.scrollTop = 0;
      }
      restore(old, was);
    }
    document.title = fresh.title;
    for (const row of rows()) known.add(row.dataset.alarm);
    stale = false;
    shownAt = Date.now();
    shownTime = fresh.getElementById("sambungan").dataset.heard;
    say();
    return true;
  }

  // Whoever is writing keeps what was written; that the alarm is another by now is said beside it.
  function held(old, now) {
    if (old.querySelector(".answers")?.textContent === now.querySelector(".answers")?.textContent
      && old.querySelector(".alarm-head")?.textContent === now.querySelector(".alarm-head")?.textContent) return;
    for (const part of [".alarm-head", ".answers"]) {
      const from = now.querySelector(part);
      if (from) old.querySelector(part)?.replaceWith(from);
    }
    news.textContent = body.dataset.held;
  }

  // ------------------------------------------------------------------ from alarm to alarm
  const current = () => document.querySelector("#daftar tr[aria-current]");

  function choose(row) {
    current()?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    row.querySelector("a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    const url = new URL(location.href);
    url.searchParams.set("pilih", row.dataset.alarm);
    url.searchParams.delete("kabar");
    url.hash = "";
    history.replaceState(null, "", url);
    byId("jawaban").replaceChildren();  // that was about another alarm
    asking?.abort();  // and an answer that still shows the other one as chosen comes too late
    asking = null;
    chosenByHand = true;
    soon(120);
  }

  let index = 0;
  function move(step) {
    const all = rows();
    if (!all.length) return;
    const on = all.indexOf(current());
    const focused = all.some((row) => row.contains(document.activeElement));
    if (on >= 0) index = on;
    // The first press only takes the keyboard to the table.
    const next = on >= 0 && !focused && on === index ? on : on < 0 ? Math.min(index, all.length - 1) : on + step;
    if (next >= all.length) {
      const further = document.querySelector("#daftar a[rel=next]");
      if (further) { sessionStorage.setItem("siaga-console", "1"); location.href = further.href; }
      return;
    }
    if (next < 0) return;
    index = next;
    choose(all[next]);
  }

  const narrow = matchMedia("(max-width: 1099px)");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#daftar tr[data-alarm] a");
    if (!link || narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    choose(link.closest("tr"));
  });

  // ------------------------------------------------------------------ what somebody does
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-act]")) return;
    event.preventDefault();
    const about = current()?.dataset.alarm;
    const on = rows().indexOf(current());
    if (on >= 0) index = on;
    try {
      const answer = await send(form);
      if (answer.status === 401) {
        keepDraft();
        tell(body.dataset.signIn, false, body.dataset.signInWord);
        return;
      }
      const fresh = new DOMParser().parseFromString(answer.html, "text/html");
      if (!fresh.getElementById("daftar")) { tell(whyNot(fresh, answer.status), false); return; }
      tell(fresh.getElementById("kabar")?.textContent ?? "", answer.ok);
      // Whoever has gone on to another alarm meanwhile stays there.
      if (current()?.dataset.alarm !== about) { soon(); return; }
      swap(answer.html, answer.ok);
      if (answer.ok) (current() ?? rows()[Math.min(index, rows().length - 1)])?.querySelector("a").focus({ preventScroll: true });
    } catch {
      tell(body.dataset.unsent, false);
    }
  });

  // A refusal in the city's own words; a fault of ours, or of what stands between, leaves open whether it arrived.
  function whyNot(page, status) {
    const text = page.querySelector("main .lead")?.textContent;
    return status < 500 && text ? `${page.querySelector("main h1").textContent}. ${text}` : body.dataset.unsent;
  }

  function tell(text, good, way = "") {
    const line = document.createElement("p");
    line.className = `said${good ? " good" : ""}`;
    line.id = "kabar";
    line.setAttribute("role", good ? "status" : "alert");
    line.textContent = text;
    if (way) {
      const link = document.createElement("a");
      const here = address();
      if (current()) here.searchParams.set("pilih", current().dataset.alarm);
      link.href = `/masuk?lanjut=${encodeURIComponent(here.pathname + here.search)}`;
      link.textContent = way;
      line.append(" ", link);
    }
    byId("jawaban").replaceChildren(line);
  }

  // ------------------------------------------------------------------ keys
  const switch_ = byId("tombol");
  switch_.checked = localStorage.getItem("siaga-tombol") !== "mati";
  switch_.addEventListener("change", () => localStorage.setItem("siaga-tombol", switch_.checked ? "hidup" : "mati"));

  function into(selector, details) {
    if (details) details.open = true;
    const to = (details ?? document).querySelector(selector);
    to?.focus();
    to?.scrollIntoView({ block: "nearest" });
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    a: () => document.querySelector("#rincian form[data-key=a]")?.requestSubmit(),
    t: () => into("select", document.querySelector("#rincian details[data-key=t]")),
    s: () => into("input[name=alasan]", document.querySelector("#rincian details[data-key=s]")),
    c: () => into("#teks"),
    e: () => into("#bukti"),
    l: () => byId("telepon")?.click(),
    "/": () => into("#cari"),
    "?": () => into("summary", byId("bantuan")),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const link = current()?.querySelector("a");
      if (link) { link.focus(); event.preventDefault(); }
      return;
    }
    if (!switch_.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key === "a") return;
    if (event.target.closest("input:not([type=checkbox]),textarea,select")) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  if (sessionStorage.getItem("siaga-console")) {
    sessionStorage.removeItem("siaga-console");
    current()?.querySelector("a").focus();
  }
  bringDraft();
  if (!document.hidden) listen();
})();
