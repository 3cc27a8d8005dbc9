// The pages read without this. It keeps them fresh, says when the city cannot be reached, and lets the map move.
"use strict";
(() => {
  const EVERY_MS = 4000;
  const GIVE_UP_MS = 8000;
  const body = document.body;
  const lost = document.getElementById("putus");
  let lastHeard = Date.now();
  let etag = null;
  let mapRefresh = () => {};

  function sayLost() {
    const minutes = Math.floor((Date.now() - lastHeard) / 60000);
    lost.textContent = lost.dataset.text.replace("{minutes}", String(minutes));
    lost.hidden = false;
    body.classList.add("lost-server");
  }

  function sayFound() {
    lastHeard = Date.now();
    lost.hidden = true;
    body.classList.remove("lost-server");
  }

  async function get(url, headers) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), GIVE_UP_MS);
    try {
      return await fetch(url, { headers: { "Siaga-Refresh": "1", ...headers }, signal: stop.signal, cache: "no-store", credentials: "same-origin" });
    } finally {
      clearTimeout(timer);
    }
  }

  // Puts the new page's live parts in the place of the old ones, open details and focus kept.
  function swap(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(old.id);
      if (!now || now.innerHTML === old.innerHTML && now.className === old.className) continue;
      if (old.contains(document.activeElement) && /^(INPUT|SELECT)$/.test(document.activeElement.tagName)) continue;
      const open = [...old.querySelectorAll("details")].map((one) => one.open);
      const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      old.className = now.className;
      old.replaceChildren(...now.childNodes);
      old.querySelectorAll("details").forEach((one, i) => { one.open = open[i] || false; });
      if (focused) [...old.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
    }
    document.title = fresh.title;
    const text = fresh.getElementById("putus")?.dataset.text;
    if (text) lost.dataset.text = text;
    offerPlace();
  }

  async function poll() {
    const asked = body.dataset.poll || location.href;
    try {
      const answer = await get(asked, etag ? { "If-None-Match": etag } : {});
      if (answer.status === 304) { sayFound(); return; }
      if (!answer.ok) { sayLost(); return; }
      if (body.dataset.poll) {
        const page = await get(location.href, {});
        if (!page.ok) { sayLost(); return; }
        swap(await page.text());
        mapRefresh();
      } else {
        swap(await answer.text());
      }
      etag = answer.headers.get("ETag");
      sayFound();
    } catch {
      sayLost();
    }
  }

  function keepFresh() {
    const again = () => setTimeout(async () => {
      if (!document.hidden) await poll();
      again();
    }, EVERY_MS);
    again();
    document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
  }

  // ------------------------------------------------------------------ map
  function load(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  const SIZES = { awas: 34, siaga: 30, waspada: 28, normal: 22, nodata: 24 };

  function pin(box, p) {
    const river = p.layer === "sungai";
    const size = river ? SIZES[p.css] : p.css === "down" ? 18 : p.layer === "laporan" ? 46 : 9;
    const name = p.css === "report" ? "report" : p.css;
    // Both values come from our own short lists, never from a person.
    const html = `<svg class="ic-${name}" viewBox="0 0 24 24" aria-hidden="true"><use href="${box.dataset.icons}#${name}"></use></svg>`;
    return L.divIcon({ html, className: `pin pin-${p.css} on-${p.layer}${p.hatched ? " hatched" : ""}`, iconSize: [size, size] });
  }

  function card(p) {
    const inside = document.createElement("div");
    const link = document.createElement("a");
    link.href = p.href;
    link.textContent = p.name;
    const word = document.createElement("b");
    word.textContent = p.word;
    inside.append(word, " ", document.createElement("br"), link, document.createElement("br"), p.text);
    return inside;
  }

  async function draw(box) {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = `${box.dataset.leaflet}leaflet.css`;
    document.head.prepend(style);
    await load(`${box.dataset.leaflet}leaflet.js`);
    const first = await (await get(box.dataset.geojson, {})).json();
    box.replaceChildren();
    const map = L.map(box, { attributionControl: false, zoomControl: false, zoomSnap: .25, scrollWheelZoom: false });
    L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
    map.getPane("overlayPane").setAttribute("aria-hidden", "true");  // cells and river lines: the pins say it all
    const cells = L.geoJSON(first.features.filter((f) => f.properties.layer === "wilayah"),
      { style: { className: "cell", color: null, fillColor: null }, interactive: false }).addTo(map);
    const layers = { laporan: L.layerGroup(), wifi: L.layerGroup(), keramaian: L.layerGroup(), sungai: L.layerGroup() };
    const on = () => new Set([...document.querySelectorAll("[data-layer][aria-current]")].map((a) => a.dataset.layer));
    const show = () => { const now = on(); for (const [name, group] of Object.entries(layers)) now.has(name) ? group.addTo(map) : group.remove(); };
    const order = { laporan: 0, wifi: 100, keramaian: 200, sungai: 1000 };
    const fill = (data) => {
      for (const group of Object.values(layers)) group.clearLayers();
      for (const f of data.features) {
        const p = f.properties;
        if (p.layer === "aliran") L.geoJSON(f, { style: { className: "river-path" }, interactive: false }).addTo(layers.sungai);
        if (!layers[p.layer]) continue;
        const [lon, lat] = f.geometry.coordinates;
        // A hundred points that work are no stops for a keyboard: what is wrong, rivers and reports are.
        const keyboard = p.layer === "sungai" || p.css === "down" || p.css === "report";
        L.marker([lat, lon], { icon: pin(box, p), keyboard, title: `${p.word}: ${p.name}`, alt: `${p.word}: ${p.name}`, zIndexOffset: order[p.layer] })
          .bindPopup(() => card(p)).addTo(layers[p.layer]);
      }
    };
    fill(first);
    show();
    const bounds = cells.getLayers().length ? cells.getBounds() : L.featureGroup(Object.values(layers)).getBounds();
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [4, 4], animate: false });
    mapRefresh = async () => {
      if (box.querySelector(".leaflet-popup")) return;
      const answer = await get(box.dataset.geojson, {});
      if (answer.ok) fill(await answer.json());
    };
    for (const link of document.querySelectorAll("[data-layer]")) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-pressed", String(link.hasAttribute("aria-current")));
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const turned = link.toggleAttribute("aria-current");
        link.setAttribute("aria-pressed", String(turned));
        show();
        const address = new URL(location.href);
        address.searchParams.set("lapisan", ["sungai", "wifi", "keramaian", "laporan"].filter((one) => on().has(one)).join(","));
        history.replaceState(null, "", address);
      });
      link.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); link.click(); } });
    }
  }

  // The map's script is heavier than the page: it is fetched only when the map comes near the screen.
  function whenSeen(box) {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      draw(box).catch(() => {});  // the drawn picture stays
    }, { rootMargin: "50px" });
    seen.observe(box);
  }

  function offerPlace() {
    const button = document.querySelector("[data-locate]");
    if (!button || !navigator.geolocation) return;
    button.hidden = false;
    button.onclick = () => navigator.geolocation.getCurrentPosition((found) => {
      const address = new URL(location.href);
      address.searchParams.set("lat", found.coords.latitude.toFixed(4));
      address.searchParams.set("lon", found.coords.longitude.toFixed(4));
      location.href = address;
    });
  }

  // What is shown once has to leave the page whole; on a phone nobody marks eighty letters without a mistake.
  function offerCopies() {
    for (const button of document.querySelectorAll("[data-copy]")) {
      if (!navigator.clipboard) continue;
      button.hidden = false;
      button.onclick = async () => {
        const from = document.getElementById(button.dataset.copy);
        from.select();
        await navigator.clipboard.writeText(from.value);
        button.nextElementSibling.textContent = button.dataset.done;
      };
    }
  }

  // A table may be pasted; where there is a script it may be chosen as a file, too.
  function offerFiles() {
    for (const chooser of document.querySelectorAll("[data-into]")) {
      chooser.closest("[hidden]").hidden = false;
      chooser.onchange = async () => {
        const [file] = chooser.files;
        if (file) document.getElementById(chooser.dataset.into).value = await file.text();
      };
    }
  }

  offerCopies();
  offerFiles();
  if (body.hasAttribute("data-poll")) keepFresh();
  const box = document.getElementById("peta");
  if (box && "IntersectionObserver" in window) whenSeen(box);
  offerPlace();
})();
