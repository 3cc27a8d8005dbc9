// The nearest area, and a browser that wants to be told itself. Neither the position nor anything else leaves the
// phone before "Ikuti" is pressed.
"use strict";
(() => {
  const PATIENCE_MS = 20000;
  const form = document.getElementById("ikuti");
  if (!form) return;
  const near = document.getElementById("dekat");
  const trouble = document.getElementById("gagal");
  const address = document.getElementById("alamat");

  function byPush() {
    return form.elements.saluran.value === "webpush";
  }

  function needsAddress() {
    return !["webpush", "telegram"].includes(form.elements.saluran.value);
  }

  // How far, good enough within a city: degrees of longitude are shorter away from the equator.
  function away(option, here) {
    const north = option.dataset.lat - here.latitude;
    const east = (option.dataset.lon - here.longitude) * Math.cos(here.latitude * Math.PI / 180);
    return north * north + east * east;
  }

  if (navigator.geolocation) {
    near.hidden = false;
    const button = near.querySelector("button");
    const status = near.querySelector("[role=status]");
    button.addEventListener("click", () => navigator.geolocation.getCurrentPosition((found) => {
      const areas = [...form.elements.tempat.options].filter((one) => one.value.startsWith("r:") && one.dataset.lat);
      if (!areas.length) return;
      const best = areas.reduce((one, other) => away(other, found.coords) < away(one, found.coords) ? other : one);
      best.selected = true;
      status.textContent = button.dataset.found.replace("{name}", best.textContent);
    }, () => { status.textContent = button.dataset.failed; }, { timeout: 15000, maximumAge: 60000 }));
  }

  function show() {
    address.closest(".field").hidden = !needsAddress();
    address.required = needsAddress();
    if (trouble) trouble.hidden = true;
  }
  form.addEventListener("change", show);
  show();

  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (one) => one.charCodeAt(0));
  }

  function say(text) {
    trouble.textContent = text;
    trouble.hidden = false;
    trouble.scrollIntoView({ block: "center" });
  }

  async function subscribed() {
    const worker = await navigator.serviceWorker.register("/sw.js");
    await navigator.serviceWorker.ready;
    const key = bytes(form.dataset.key);
    const known = await worker.pushManager.getSubscription();
    if (known) {
      const same = known.options.applicationServerKey && String(new Uint8Array(known.options.applicationServerKey)) === String(key);
      if (same) return known;
      await known.unsubscribe();
    }
    // A browser whose push service cannot be reached waits for ever.
    return Promise.race([
      worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }),
      new Promise((_, give) => { setTimeout(give, PATIENCE_MS, new Error("push service")); }),
    ]);
  }

  form.addEventListener("submit", async (event) => {
    if (!byPush()) return;
    event.preventDefault();
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
      say(form.dataset.missing);
      return;
    }
    try {
      if (await Notification.requestPermission() !== "granted") { say(form.dataset.denied); return; }
      const { endpoint, keys } = (await subscribed()).toJSON();
      address.value = JSON.stringify({ endpoint, keys });
    } catch (error) {
      say(form.dataset.failed);
      return;
    }
    form.submit();
  });
})();
