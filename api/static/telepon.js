// A telephone call: as soon as the place is chosen, what is known near it is offered; Ctrl and Enter send the form.
"use strict";
(() => {
  const form = document.getElementById("lapor");
  const near = document.getElementById("dekat");
  if (!form || !near) return;
  let asked = 0;
  form.elements.tempat.addEventListener("change", async () => {
    const mine = ++asked;
    const place = new URLSearchParams({ wilayah: form.elements.tempat.value.replace(/^r:/, ""), lang: document.documentElement.lang });
    let found = null;
    try {
      const answer = await fetch(`/lapor?${place}`, { signal: AbortSignal.timeout(5000) });
      if (answer.ok) found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("dekat");
    } catch {
      found = null;
    }
    if (mine !== asked) return;
    if (found) near.replaceChildren(...found.childNodes);
    else near.textContent = near.dataset.failed;
  });
  form.elements.cerita.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
})();
