// What waits on the phone until it has arrived: `change` resolves when it is on the phone's disk, `kept` to all of it.
"use strict";
const siagaOnPhone = (database, name, keys) => {
  let opened = null;

  function asked(request) {
    return new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  }

  function store() {
    if (!opened) {
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(name, keys);
      opened = asked(request);
    }
    return opened;
  }

  return {
    async change(how) {
      const work = (await store()).transaction(name, "readwrite");
      how(work.objectStore(name));
      return new Promise((done, failed) => {
        work.oncomplete = done;
        work.onabort = work.onerror = () => failed(work.error);
      });
    },
    async kept() {
      return asked((await store()).transaction(name).objectStore(name).getAll());
    },
  };
};
