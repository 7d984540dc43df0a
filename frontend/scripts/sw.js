// A face of the shop without a network: files with a hash, an offline page, the last good pages.
// `self.FACE` stands before this text; see web/installable.py.
const { name, version, home, offline, files, kept, below, never, closing, patience, most } = self.FACE;
const FILES = `${name}-files-${version}`;
const PAGES = `${name}-pages-${version}`;
let wiped = 0; // what was under way when somebody left is not kept afterwards
const wipe = () => {
  wiped += 1;
  return caches.delete(PAGES);
};

addEventListener("install", (event) => {
  const filled = caches.open(FILES).then((cache) => cache.addAll([offline, ...files]));
  event.waitUntil(filled.then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  const old = (key) => key.startsWith(`${name}-`) && key !== FILES && key !== PAGES;
  const gone = caches.keys().then((keys) => Promise.all(keys.filter(old).map((key) => caches.delete(key))));
  event.waitUntil(gone.then(() => clients.claim()));
});

// the page says since when it may be wrong; scripts show it and disable what would act
const marked = async (answer) => {
  const headers = new Headers(answer.headers);
  for (const one of ["content-encoding", "content-length"]) headers.delete(one);
  const at = answer.headers.get("date") ?? "";
  return new Response((await answer.text()).replace("<html ", `<html data-stale="${at}" `), { headers });
};
const keep = async (request, answer) => {
  const cache = await caches.open(PAGES);
  await cache.delete(request);
  await cache.put(request, answer);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(keys.length - most, 0)).map((key) => cache.delete(key)));
};
const page = async (event, isKept) => {
  const { request } = event;
  const last = isKept && (await caches.match(request, { cacheName: PAGES, ignoreVary: true }));
  const before = wiped;
  const late = new Promise((_, refuse) => last && setTimeout(refuse, patience));
  try {
    const answer = await Promise.race([fetch(request), late]);
    if (isKept && answer.ok && wiped === before) event.waitUntil(keep(request, answer.clone()));
    return answer;
  } catch {
    return last ? marked(last) : caches.match(offline, { ignoreVary: true });
  }
};
const file = async (request) => {
  const found = await caches.match(request, { cacheName: FILES });
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(FILES)).put(request, answer.clone());
  return answer;
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== location.origin) return;
  if (closing.some((start) => pathname.startsWith(start))) event.waitUntil(wipe());
  if (request.method !== "GET" || never.some((start) => pathname.startsWith(start))) return;
  // a hash in the name: what it holds never changes
  if (/\.[0-9a-f]{12}\.\w+$/.test(pathname)) event.respondWith(file(request));
  else if (files.includes(pathname)) event.respondWith(fetch(request).catch(() => caches.match(request)));
  else if (request.mode === "navigate" && pathname.startsWith(home)) {
    const isKept = kept.includes(pathname + search) || below.some((start) => pathname.startsWith(start));
    event.respondWith(page(event, isKept));
  }
});
