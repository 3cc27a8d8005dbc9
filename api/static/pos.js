// The keeper's page works without this. With it the keys write without a round trip, and a form is sent once.
(() => {
  "use strict";
  const figure = document.getElementById("angka");
  for (const key of document.querySelectorAll(".keys button")) {
    key.addEventListener("click", (event) => {
      event.preventDefault();
      figure.value = key.value === "hapus" ? figure.value.slice(0, -1) : (figure.value + key.value).slice(0, figure.maxLength);
    });
  }
  // Not by disabling the button: a phone that comes back to this page must find it alive.
  for (const form of document.querySelectorAll("form[data-once]")) {
    let sent_ms = 0;
    form.addEventListener("submit", (event) => {
      const now_ms = Date.now();
      if (now_ms - sent_ms < 5000) event.preventDefault();
      else sent_ms = now_ms;
    });
  }
})();
