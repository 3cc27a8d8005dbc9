// Shows what the city sends, and tells the city that this phone has it. It keeps nothing and answers no page.
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function read(event) {
  try {
    const told = event.data.json();
    return told && typeof told === "object" ? told : {};
  } catch {
    return {};
  }
}

// Only our own addresses: what a message names is not believed further than that.
function ours(address, otherwise) {
  try {
    const found = new URL(address || otherwise, self.location.origin);
    return found.origin === self.location.origin ? found.href : new URL(otherwise, self.location.origin).href;
  } catch {
    return new URL(otherwise, self.location.origin).href;
  }
}

self.addEventListener("push", (event) => {
  const told = read(event);
  const shown = self.registration.showNotification(told.title || "Siaga", {
    body: told.text || "",
    tag: told.tag || undefined,
    renotify: Boolean(told.tag),
    requireInteraction: true,
    icon: "/static/favicon.svg",
    data: { link: ours(told.link, "/siaran") },
  });
  // What was shown counts as delivered, and nothing else does.
  const receipt = told.receipt ? ours(told.receipt, "") : "";
  const answered = receipt.includes("/api/v1/receipts/");
  event.waitUntil(shown.then(() => answered ? fetch(receipt, { method: "POST", credentials: "omit" }).catch(() => {}) : undefined));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.link));
});
