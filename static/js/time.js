// Times that tick. Everything counts from the server's clock; the page only keeps the difference.
const SOON = 15 * 60 * 1000;
let offset = 0;

export function setServerTime(at) {
  offset = at - Date.now();
  tick();
}

function face(milliseconds) {
  const whole = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(whole / 86400);
  const hours = Math.floor((whole % 86400) / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (days) return `${days} d ${two(hours)}:${two(minutes)}`;
  if (hours) return `${hours}:${two(minutes)}:${two(whole % 60)}`;
  return `${minutes}:${two(whole % 60)}`;
}

// With units, so that nobody reads it as a time of day; `pages.py` says the same.
function span(milliseconds) {
  const whole = Math.floor(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(whole / 86400);
  const hours = Math.floor((whole % 86400) / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${two(minutes)} min`;
  if (minutes >= 10) return `${minutes} min`;
  return minutes ? `${minutes} min ${two(whole % 60)} s` : `${whole} s`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  const now = Date.now() + offset;
  for (const element of document.querySelectorAll("[data-elapsed-since]")) {
    write(element, face(now - Date.parse(element.dataset.elapsedSince)));
  }
  for (const element of document.querySelectorAll("[data-countdown-to]")) {
    const left = Date.parse(element.dataset.countdownTo) - now;
    if (element.dataset.calm !== undefined) {
      write(element, left >= 0 ? `in ${span(left)}` : "any moment");
      continue;
    }
    write(element, left >= 0 ? `in ${span(left)}` : `${span(-left)} overdue`);
    element.classList.toggle("is-late", left < 0);
    element.classList.toggle("is-soon", left >= 0 && left < SOON);
  }
  for (const element of document.querySelectorAll("[data-rail-since]")) {
    const share = (now - Date.parse(element.dataset.railSince)) / 10 / element.dataset.railSpan;
    element.setAttribute("width", `${Math.min(100, Math.max(0, share)).toFixed(2)}%`);
  }
}

// Hovering a time shows UTC and the reader's own time.
document.addEventListener("pointerover", (event) => {
  const element = event.target.closest?.("time[datetime]");
  if (!element) return;
  const at = new Date(element.dateTime);
  const utc = at.toISOString().slice(0, 19).replace("T", " ");
  element.title = `${utc} UTC\n${at.toLocaleString()} here`;
});

document.addEventListener("visibilitychange", tick);
document.addEventListener("htmx:afterSettle", tick);
setInterval(tick, 1000);
tick();
