// Keeps the status page of strangers new: server-sent events say when to fetch it. Where they do
// not come through, it says so and asks now and then, more rarely as nothing changes.
const SOONEST = 5000;
const RAREST = 60_000;
const SPREAD = 400;
// A stream speaks as soon as it is open, and ends after 15 s: longer silence is a lost one.
const OPENS_WITHIN = 5000;
const SPEAKS_WITHIN = 20_000;

const address = document.body.dataset.events;
const badge = document.querySelector("[data-live-state]");
let stream = null;
let known = "";
let wait = SOONEST;
let timer = null;
let watchdog = null;
let hasEnded = false;
let isLost = false;

function say(state, words) {
  if (!badge) return;
  badge.hidden = false;
  badge.dataset.state = state;
  badge.textContent = words;
}

// The browser's own cache asks with the ETag it has; an unchanged page costs a few bytes.
async function refresh() {
  const answer = await fetch(location.pathname, {
    cache: "no-cache",
    credentials: "same-origin",
    signal: AbortSignal.timeout(SPEAKS_WITHIN),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [old, next] = [document, fresh].map((one) => one.getElementById("status"));
  if (!next || old.outerHTML === next.outerHTML) return false;
  Idiomorph.morph(old, next, { morphStyle: "outerHTML" });
  document.dispatchEvent(new Event("htmx:afterSettle"));
  return true;
}

// Each question opens the stream anew, so that a dead one is not waited for, nor tried all the time.
function poll() {
  timer = setTimeout(async () => {
    const isNew = await refresh().catch(() => null);
    if (!isLost) return;
    wait = isNew ? SOONEST : Math.min(RAREST, wait * 1.5);
    const [state, words] = isNew === null ? ["offline", "offline, asking"] : ["delayed", "asking"];
    say(state, `${words} every ${Math.round(wait / 1000)} s`);
    listen();
    poll();
  }, wait);
}

function lost() {
  if (isLost) return;
  isLost = true;
  clearTimeout(watchdog);
  say("reconnecting", "reconnecting");
  poll();
}

function expectWord(within) {
  clearTimeout(watchdog);
  watchdog = setTimeout(lost, within);
}

function heard(event) {
  isLost = hasEnded = false;
  wait = SOONEST;
  clearTimeout(timer);
  expectWord(SPEAKS_WITHIN);
  say("live", "live");
  if (event.data === known) return;
  setTimeout(() => {
    refresh().then(() => {
      known = event.data;
    }, lost);
  }, Math.random() * SPREAD);
}

// A stream that has ended opens again by itself, in half a second; the second failure in a row, and
// a refusal, mean that nobody is there.
function ended() {
  if (isLost) stream.close();
  else if (hasEnded || stream.readyState === EventSource.CLOSED) lost();
  else {
    hasEnded = true;
    expectWord(OPENS_WITHIN);
  }
}

function listen() {
  if (!window.EventSource) return lost();
  stream?.close();
  stream = new EventSource(address);
  stream.addEventListener("page", heard);
  stream.addEventListener("error", ended);
  if (!isLost) expectWord(OPENS_WITHIN);
}

function pause() {
  clearTimeout(timer);
  clearTimeout(watchdog);
  stream?.close();
  stream = null;
  isLost = hasEnded = false;
}

if (address) {
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? pause() : stream ?? listen()));
}
