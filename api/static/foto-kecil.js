// A photo as small as the desk keeps it, made so on the phone: takes a File, resolves to an ArrayBuffer.
"use strict";
const siagaPhotoMadeSmall = (() => {
  const SIDE_PX = 1600;
  const QUALITY = 0.85;
  const AS_IT_IS_BYTES = 400 * 1024;

  // The camera's words about time and place, which a drawn picture has lost and the desk compares with the case. The
  // picture is drawn upright, so that the words are told it lies as it should.
  function cameraWords(bytes) {
    const view = new DataView(bytes);
    if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
    for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff;) {
      const kind = view.getUint8(at + 1);
      const end = at + 2 + view.getUint16(at + 2);
      if (kind === 0xda || end > view.byteLength) return null;
      if (kind === 0xe1 && view.getUint32(at + 4) === 0x45786966) return upright(bytes.slice(at, end));
      at = end;
    }
    return null;
  }

  function upright(words) {
    const view = new DataView(words);
    const TIFF = 10;
    try {
      const little = view.getUint16(TIFF) === 0x4949;
      const first = TIFF + view.getUint32(TIFF + 4, little);
      for (let n = 0; n < view.getUint16(first, little); n += 1) {
        const entry = first + 2 + 12 * n;
        if (view.getUint16(entry, little) === 0x0112) view.setUint16(entry + 8, 1, little);
      }
    } catch (wrong) {
      if (wrong instanceof RangeError) return null;
      throw wrong;
    }
    return words;
  }

  return async (file) => {
    const raw = await file.arrayBuffer();
    if (raw.byteLength <= AS_IT_IS_BYTES) return raw;
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return raw; // What the browser cannot open, the desk may, or says why not.
    }
    const scale = Math.min(1, SIDE_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!drawn || drawn.size >= raw.byteLength) return raw;
    const words = cameraWords(raw);
    return words ? new Blob([drawn.slice(0, 2), words, drawn.slice(2)]).arrayBuffer() : drawn.arrayBuffer();
  };
})();
