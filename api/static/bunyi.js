// A tone while an alarm waits for an answer. The page reads and answers without it.
"use strict";
(() => {
  const box = document.getElementById("bunyi");
  const Audio = window.AudioContext || window.webkitAudioContext;
  const EVERY_MS = 4000;
  let sound = null;
  let waiting = 0;
  let shown = document.getElementById("kini")?.dataset.alarm;

  function beep() {
    if (!sound || sound.state !== "running") return;
    for (const [after, hertz] of [[0, 660], [.25, 880], [.5, 660], [.75, 880]]) {
      const tone = sound.createOscillator();
      const loud = sound.createGain();
      tone.frequency.value = hertz;
      loud.gain.value = .3;
      tone.connect(loud).connect(sound.destination);
      tone.start(sound.currentTime + after);
      tone.stop(sound.currentTime + after + .2);
    }
  }

  function say() {
    const running = sound && sound.state === "running";
    box.querySelector("button").hidden = running;
    box.querySelector("span").textContent = running ? (waiting ? box.dataset.ringing : box.dataset.on) : (waiting ? box.dataset.mute : "");
    box.dataset.waiting = String(waiting);
    box.classList.toggle("mute", Boolean(waiting) && !running);
  }

  async function look() {
    try {
      const answer = await fetch(box.dataset.sound, { headers: { "Siaga-Refresh": "1" }, cache: "no-store", credentials: "same-origin" });
      if (answer.ok) waiting = (await answer.json()).waiting;
    } catch {
      // What waited when the server was last heard still waits.
    }
    say();
    if (waiting) beep();
  }

  // The clock of the next rung, and another alarm than the one whose buttons stand here.
  function tick() {
    for (const one of document.querySelectorAll("[data-until]")) {
      const left = Math.max(0, Math.ceil((Number(one.dataset.until) - Date.now()) / 1000));
      const time = `${Math.floor(left / 60)}.${String(left % 60).padStart(2, "0")}`;
      one.textContent = one.dataset.word.replace("{time}", time).replace("{who}", one.dataset.who);
    }
    const now = document.getElementById("kini")?.dataset.alarm;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName || "");
    if (now !== undefined && now !== shown && !typing) { shown = now; location.reload(); }
  }

  if (box && Audio) {
    box.hidden = false;
    sound = new Audio();
    sound.onstatechange = say;
    const allow = () => sound.resume().then(say, say);
    box.querySelector("button").addEventListener("click", () => { allow().then(beep); });
    // Not sooner: what moves while a finger is down makes it miss what it was pressing.
    for (const kind of ["click", "keydown"]) document.addEventListener(kind, allow, { once: true });
    look();
    setInterval(look, EVERY_MS);
  }
  setInterval(tick, 1000);
})();
