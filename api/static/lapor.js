// What a category asks beside place and words; and where somebody stands, if they say so: it goes into the form, and
// nowhere before that is sent.
"use strict";
(() => {
  const form = document.getElementById("lapor");
  if (!form) return;
  const asked = () => form.querySelectorAll("fieldset[data-jenis]").forEach((one) => {
    one.hidden = one.disabled = one.dataset.jenis !== form.elements.jenis.value;
  });
  form.elements.jenis.addEventListener("change", asked);
  addEventListener("pageshow", asked);
})();
(() => {
  const form = document.getElementById("lapor");
  const here = document.getElementById("di-sini");
  if (!form || !here || !navigator.geolocation) return;
  const button = here.querySelector("button");
  const status = here.querySelector("[role=status]");
  here.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition((found) => {
    form.elements.lat.value = found.coords.latitude.toFixed(5);
    form.elements.lon.value = found.coords.longitude.toFixed(5);
    status.textContent = button.dataset.found.replace("{m}", Math.round(found.coords.accuracy));
  }, () => { status.textContent = button.dataset.failed; }, { enableHighAccuracy: true, timeout: 15000 }));
  form.elements.tempat.addEventListener("change", () => { form.elements.lat.value = form.elements.lon.value = ""; });
})();
