// Keeps the status page of strangers new: server-sent events say when to fetch it. Where they do
// not come through, it asks now and then, more rarely as nothing changes.
const SOONEST = 5000;
const RAREST = 60_000;
const SPREAD = 400;

const address = document.body.dataset.events;
const badge = document.querySelector("[data-live-state]");
let stream = null;
let known = "";
let wait = SOONEST;
let timer = null;

function say(state, words) {
  if (!badge) return;
  badge.hidden = false;
  badge.dataset.state = state;
  badge.textContent = words;
}

// The browser's own cache asks with the ETag it has; an unchanged page costs a few bytes.
async function refresh() {
  const answer = await fetch(location.pathname, { cache: "no-cache", credentials: "same-origin" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [old, next] = [document, fresh].map((one) => one.getElementById("status"));
  if (!next || old.outerHTML === next.outerHTML) return false;
  Idiomorph.morph(old, next, { morphStyle: "outerHTML" });
  document.dispatchEvent(new Event("htmx:afterSettle"));
  return true;
}

function poll() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const isNew = await refresh().catch(() => false);
    wait = isNew ? SOONEST : Math.min(RAREST, wait * 1.5);
    say("offline", `asking every ${Math.round(wait / 1000)} s`);
    poll();
  }, wait);
}

function listen() {
  stream = new EventSource(address);
  stream.addEventListener("page", (event) => {
    say("live", "live");
    clearTimeout(timer);
    if (event.data === known) return;
    setTimeout(() => {
      refresh().then(() => {
        known = event.data;
      }, poll);
    }, Math.random() * SPREAD);
  });
  // A stream that has ended opens again by itself; one that is refused never does.
  stream.addEventListener("error", () => {
    if (stream?.readyState === EventSource.CLOSED) poll();
  });
}

function pause() {
  clearTimeout(timer);
  stream?.close();
  stream = null;
}

if (address && window.EventSource) {
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? pause() : stream ?? listen()));
} else if (address) poll();
