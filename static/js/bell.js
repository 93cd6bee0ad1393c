// The bell and the title: how much waits for this person, counted without loading the page again.
const LOOK_EVERY = 60_000;
const WANTED = "browser-notices";
const title = document.title;
const bell = () => document.getElementById("bell");
let newest = Number(bell()?.dataset.newest ?? 0);

function showCount() {
  const waiting = [...document.querySelectorAll(".bar [data-waiting]")];
  const count = waiting.reduce((sum, each) => sum + Number(each.dataset.waiting), 0);
  document.title = count ? `(${count}) ${title}` : title;
}

function isWanted() {
  return (
    window.Notification?.permission === "granted" && localStorage.getItem(WANTED) === "yes"
  );
}

// Some phones have the permission and yet no such notices; the bell and the title stay.
function showOutside({ newest: number, subject, link }) {
  try {
    const shown = new Notification(subject, { tag: `notice-${number}` });
    shown.addEventListener("click", () => {
      window.focus();
      location.assign(link.startsWith("/") && !link.startsWith("//") ? link : "/notifications/");
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function hear() {
  showCount();
  const { dataset } = bell();
  if (Number(dataset.newest) <= newest) return;
  newest = Number(dataset.newest);
  document.querySelector("[data-bell-spoken]").textContent = dataset.subject;
  if (document.hidden && isWanted()) showOutside(dataset);
}

// Pages with a socket hear of what is new; the others ask.
function look() {
  if (document.body.dataset.socket) return;
  for (const each of document.querySelectorAll(".bar [data-waiting]")) {
    each.dispatchEvent(new CustomEvent("changed", { bubbles: false }));
  }
}

if (bell()) {
  showCount();
  document.addEventListener("htmx:afterSettle", hear);
  setInterval(look, LOOK_EVERY);
}

// The one place where the browser is asked for its permission, by a button alone.
const settings = document.querySelector("[data-browser-notices]");

function describe() {
  const permission = window.Notification?.permission;
  const words = {
    undefined: "This browser has no notices, or not on this address.",
    denied: "You have forbidden notices in this browser. Allow them in its settings of this page.",
  };
  const state = isWanted() ? "On in this browser." : "Off in this browser.";
  settings.querySelector("[data-state]").textContent = words[permission] ?? state;
  const button = settings.querySelector("button");
  button.hidden = permission in words;
  button.textContent = isWanted() ? "Switch off" : "Switch on";
}

async function turn() {
  if (isWanted()) localStorage.removeItem(WANTED);
  else if ((await Notification.requestPermission()) === "granted") {
    localStorage.setItem(WANTED, "yes");
  }
  describe();
}

if (settings) {
  settings.hidden = false;
  settings.querySelector("button").addEventListener("click", turn);
  describe();
}
