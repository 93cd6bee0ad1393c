// The keyboard. Nothing here works while somebody types.
import { show } from "./room.js";
import { openTab } from "./tabs.js";

let isGoing = false;

function items() {
  const steps = [...document.querySelectorAll("[data-row]:not([hidden]) .step-link")];
  return steps.length ? steps : [...document.querySelectorAll("[data-item]")];
}

function move(by) {
  const all = items();
  if (!all.length) return;
  const here = all.indexOf(document.activeElement);
  const chosen = all.findIndex((each) => each.hasAttribute("aria-current"));
  const from = here >= 0 ? here : chosen;
  const next = all[Math.min(all.length - 1, Math.max(0, from + by))];
  next.focus();
  if (next.matches(".step-link")) next.click();
}

function press(selector) {
  const found = document.querySelector(selector);
  if (found) found.click();
}

function go(selector) {
  const found = document.querySelector(selector);
  if (!found) return;
  found.scrollIntoView({ block: "nearest" });
  found.focus();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  n: () => press("[data-next]"),
  x: () => press("#step-panel [data-tick]"),
  r: () => press("#step-panel [data-run-button]"),
  o: () => go("#step-panel [data-lines]"),
  a: () => go("[data-approve]"),
  u() {
    openTab("tab-updates");
    if (matchMedia("(width <= 820px)").matches) show("side");
    go("#update-text");
  },
  "/"() {
    if (matchMedia("(width <= 820px)").matches) show("steps");
    go("[data-step-search]");
  },
  "?": () => document.getElementById("keys").showModal(),
};

const places = { h: "/", a: "/approvals/", i: "/health/", n: "/notifications/", r: "/runbooks/", s: "/status/" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.closest?.("input, textarea, select, dialog[open]");
  if (typing) {
    if (event.key === "Escape" && typing.matches("input, textarea")) typing.blur();
    return;
  }
  if (isGoing) {
    isGoing = false;
    if (places[event.key]) location.assign(places[event.key]);
    return;
  }
  if (event.key === "g") {
    isGoing = true;
    setTimeout(() => (isGoing = false), 1200);
    return;
  }
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
