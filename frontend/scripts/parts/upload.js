// Pictures from camera or album: shrunk to 1600 px on the device, which also turns them upright and
// leaves out where they were taken; sent one by one with progress, and again where it failed.
import { all, on } from "./on.js";
import { headers } from "./server.js";

const SIDE = 1600;

const decoded = async (file) => {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    const picture = new Image();
    picture.src = URL.createObjectURL(file);
    await picture.decode();
    return picture;
  }
};

const encoded = (canvas, type) => new Promise((done) => canvas.toBlob(done, type, 0.9));

/** Return the picture as a smaller file; as it is where the browser can't read it. */
const shrunk = async (file) => {
  try {
    const picture = await decoded(file);
    const width = picture.width || picture.naturalWidth;
    const height = picture.height || picture.naturalHeight;
    const scale = Math.min(1, SIDE / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const type = /png|webp|avif/.test(file.type) ? "image/webp" : "image/jpeg";
    const blob = await encoded(canvas, type);
    if (!blob) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + "." + blob.type.slice(6), { type: blob.type });
  } catch {
    return file;
  }
};

const send = (form, file, progress) =>
  new Promise((done, fail) => {
    const body = new FormData();
    body.append("pictures", file);
    body.append("action", "add");
    const request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("action"));
    request.timeout = 120000;
    for (const [name, value] of Object.entries({ ...headers(), "HX-Request": "true" })) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total;
    };
    request.onload = () => ([200, 422].includes(request.status) ? done(request.responseText) : fail());
    request.onerror = request.ontimeout = fail;
    request.send(body);
  });

/** Put the answered part in place; lines of what is on its way move over. */
const replace = (html) => {
  const old = document.getElementById("pictures");
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("pictures");
  if (!old || !fresh) return;
  const lines = [...old.querySelector("[data-upload-list]").children];
  old.replaceWith(fresh);
  fresh.querySelector("[data-upload-list]").append(...lines);
  window.htmx?.process(fresh);
};

const line = (list, name) => {
  const row = document.createElement("li");
  row.className = "flex flex-wrap items-center gap-2";
  const progress = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  progress.className = "progress grow";
  progress.setAttribute("aria-label", `${list.dataset.saySending} ${name}`);
  row.append(Object.assign(document.createElement("span"), { textContent: name, className: "break" }), progress);
  list.append(row);
  return { row, progress };
};

const upload = async (form, file) => {
  const list = form.querySelector("[data-upload-list]");
  const { sayFailed, sayAgain } = list.dataset;
  const { row, progress } = line(list, file.name);
  try {
    const html = await send(form, await shrunk(file), progress);
    row.remove();
    replace(html);
  } catch {
    const again = Object.assign(document.createElement("button"), { type: "button", textContent: sayAgain });
    again.className = "btn btn-sm";
    again.addEventListener("click", () => {
      row.remove();
      upload(document.querySelector("#pictures form"), file);
    });
    progress.replaceWith(Object.assign(document.createElement("span"), { className: "f-err", textContent: sayFailed }), again);
  }
};

on("change", "input[data-upload]", async (input) => {
  const files = [...input.files];
  input.value = "";
  for (const file of files) await upload(document.querySelector("#pictures form"), file);
});

// a picture that goes with its form
on("change", "input[data-shrink]", async (input) => {
  const chosen = [...input.files];
  const small = new DataTransfer();
  for (const file of chosen) small.items.add(await shrunk(file));
  if ([...input.files].every((file, i) => file === chosen[i])) input.files = small.files;
});
