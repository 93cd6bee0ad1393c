// The live page: one socket that says what changed and brings output; polling while it is away.
import { setServerTime } from "./time.js";
import { append } from "./terminal.js";

const PING_EVERY = 5000;
const SILENT_AFTER = 12_000;
const POLL_EVERY = 4000;
const OFFLINE_AFTER = 5000;
const LONGEST_WAIT = 15_000;
const LONGEST_FETCH = 30_000;
const LOOK_AT_RUNS_EVERY = 30_000;
const UNDER_WAY = ".state-planning, .state-queued, .state-running";

const address = document.body.dataset.socket;
const badge = document.querySelector("[data-live-state]");
const spoken = document.querySelector("[data-live-spoken]");
const followed = new Map();
let socket = null;
let tries = 0;
let heardAt = 0;
let downSince = 0;
let isDelayed = false;
let lag = null;
let waiting = new Set();
const fetching = new Map();
const again = new Set();

function say(state, words, number = "") {
  badge.hidden = false;
  if (badge.dataset.state !== state) spoken.textContent = words;
  badge.dataset.state = state;
  if (badge.textContent === words + number) return;
  const figure = document.createElement("span");
  figure.className = "lag";
  figure.textContent = number;
  badge.replaceChildren(words, figure);
}

function isOpen() {
  return socket?.readyState === WebSocket.OPEN;
}

function describe() {
  if (isOpen() && heardAt) {
    if (isDelayed) say("delayed", "live updates are delayed");
    else say("live", "live", lag === null ? "" : `· ${lag} ms`);
  } else if (Date.now() - downSince > OFFLINE_AFTER) say("offline", "offline, polling");
  else if (tries) say("reconnecting", "reconnecting");
}

// Changes are joined for a moment so that a burst fetches each panel once.
function refresh(elements) {
  if (!waiting.size) setTimeout(flush, 50);
  for (const element of elements) waiting.add(element);
}

function flush() {
  const elements = waiting;
  waiting = new Set();
  for (const each of elements) {
    const element = each.isConnected ? each : document.getElementById(each.id);
    if (!element) continue;
    if (Date.now() - fetching.get(element.id) < LONGEST_FETCH) again.add(element.id);
    else element.dispatchEvent(new CustomEvent("changed", { bubbles: false }));
  }
}

// htmx would queue a second fetch itself, and forgets it when the first answer alters an attribute
// of the panel.
function isOfPanel(event) {
  return event.detail.elt.matches("[data-live]") && event.detail.requestConfig.verb === "get";
}

function fetches(event) {
  if (isOfPanel(event)) fetching.set(event.detail.elt.id, Date.now());
}

function hasFetched(event) {
  if (!isOfPanel(event)) return;
  const { id } = event.detail.elt;
  const { status } = event.detail.xhr;
  fetching.delete(id);
  const panel = document.getElementById(id);
  if (again.delete(id) && panel) refresh([panel]);
  else if (status === 0 || status >= 500) setTimeout(fetchAgain, POLL_EVERY, id);
}

// What the server could not answer is asked for again; while the socket is away all of it is.
function fetchAgain(id) {
  const panel = document.getElementById(id);
  if (panel && isOpen()) refresh([panel]);
}

// A word that Redis lost would leave a run that ended under way on the page, until the next word.
function lookAtRuns() {
  const panel = document.getElementById("step-panel");
  if (isOpen() && !document.hidden && panel?.querySelector(UNDER_WAY)) refresh([panel]);
}

function refreshAll() {
  refresh(document.querySelectorAll("[data-live]"));
}

// "*" names every panel: the server could not tell which ones while Redis was away.
function refreshPanels(names) {
  if (names.includes("*")) {
    refreshAll();
    return;
  }
  const wanted = new Set(names);
  for (const element of document.querySelectorAll("[data-live]")) {
    if (element.dataset.live.split(" ").some((name) => wanted.has(name))) refresh([element]);
  }
}

function send(frame) {
  if (isOpen()) socket.send(JSON.stringify(frame));
}

// The page follows exactly the runs whose terminals it shows.
function followRuns() {
  const shown = new Map(
    [...document.querySelectorAll("[data-terminal]")].map((each) => [
      Number(each.dataset.terminal),
      each,
    ]),
  );
  for (const run of followed.keys()) {
    if (!shown.has(run)) {
      send({ type: "unfollow", run });
      followed.delete(run);
    }
  }
  for (const [run, terminal] of shown) {
    if (followed.get(run) === terminal || !isOpen()) continue;
    send({ type: "follow", run, after: Number(terminal.dataset.last) });
    followed.set(run, terminal);
  }
}

function showPeople(names) {
  const row = document.querySelector("[data-people]");
  row?.replaceChildren(
    ...names.slice(0, 8).map((name) => {
      const face = document.createElement("span");
      face.className = "avatar";
      face.title = `${name} is here`;
      face.textContent = name.split(/\s+/).slice(0, 2).map((word) => word[0]).join("").toUpperCase();
      return face;
    }),
  );
  const list = document.querySelector("[data-people-list]");
  list?.replaceChildren(
    ...names.map((name) => Object.assign(document.createElement("li"), { textContent: name })),
  );
}

const frames = {
  hello: (frame) => setServerTime(frame.at),
  changed: (frame) => refreshPanels(frame.panels),
  lines(frame) {
    const terminal = document.querySelector(`[data-terminal="${Number(frame.run)}"]`);
    if (terminal) append(terminal, frame.first, frame.lines);
  },
  source(frame) {
    isDelayed = !frame.live;
  },
  pong(frame) {
    lag = Math.round(performance.now() - frame.t);
  },
  people: (frame) => showPeople(frame.names),
};

// How old the page is at most: what changed since it was made is named to it.
function age() {
  const [loading] = performance.getEntriesByType("navigation");
  return `?age=${Math.ceil(performance.now() - (loading?.requestStart ?? 0))}`;
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opened = new WebSocket(`${scheme}://${location.host}${address}${tries ? "" : age()}`);
  socket = opened;
  opened.addEventListener("open", () => {
    followed.clear();
    followRuns();
    send({ type: "ping", t: performance.now() });
    if (tries) refreshAll();
    tries = 0;
  });
  opened.addEventListener("message", (event) => {
    heardAt = Date.now();
    const frame = JSON.parse(event.data);
    frames[frame.type]?.(frame);
    describe();
  });
  opened.addEventListener("close", () => {
    if (socket === opened) lost();
  });
}

function lost() {
  socket = null;
  lag = null;
  if (!tries) downSince = Date.now();
  tries += 1;
  describe();
  const wait = Math.min(LONGEST_WAIT, 400 * 2 ** Math.min(tries, 6));
  setTimeout(() => socket ?? connect(), wait * (0.5 + Math.random() / 2));
}

function watch() {
  if (isOpen() && heardAt && Date.now() - heardAt > SILENT_AFTER) {
    const silent = socket;
    lost();
    silent.close();
  }
  describe();
}

if (address && badge) {
  downSince = Date.now();
  connect();
  setInterval(() => send({ type: "ping", t: performance.now() }), PING_EVERY);
  setInterval(watch, 1000);
  setInterval(lookAtRuns, LOOK_AT_RUNS_EVERY);
  setInterval(() => {
    if (!isOpen() && Date.now() - downSince > OFFLINE_AFTER) refreshAll();
  }, POLL_EVERY);
  let lastBeat = Date.now();
  setInterval(() => {
    if (Date.now() - lastBeat > 10_000) refreshAll();
    lastBeat = Date.now();
  }, 2000);
  document.addEventListener("htmx:beforeSend", fetches);
  document.addEventListener("htmx:afterRequest", hasFetched);
  document.addEventListener("htmx:afterSettle", followRuns);
  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful, requestConfig } = event.detail;
    if (successful && requestConfig.verb === "post" && !isOpen()) refreshAll();
  });
}
