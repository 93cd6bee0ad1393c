// Output of runs. Lines are numbered and arrive as text; what is already there is never touched.
const KEPT_LINES = 2000;
const LOOKS_BAD = /\b(error|failed|failure(?! threshold)|fatal|denied|refused|traceback|exception)\b/i;
const HEADS_TABLE = /^[A-Z][A-Z0-9_]*( {2,}[A-Z][A-Z0-9_]*)+ *$|^[┌+][─-]/;

function linesOf(terminal) {
  return terminal.querySelector("[data-lines]");
}

function isAtEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 24;
}

function look(text) {
  if (HEADS_TABLE.test(text)) return "line line-head";
  return LOOKS_BAD.test(text) ? "line line-bad" : "line";
}

// Tables are not wrapped, unless a person says so.
function leaveTablesWide(terminal) {
  if (terminal.dataset.wrapChosen !== undefined || !terminal.querySelector(".line-head")) return;
  terminal.classList.add("is-unwrapped");
  terminal.querySelector("[data-terminal-wrap]")?.setAttribute("aria-pressed", "false");
}

function draw(number, text) {
  const line = document.createElement("div");
  line.className = look(text);
  line.dataset.line = number;
  line.textContent = text;
  return line;
}

// Adds lines whose numbers are new; returns the last number now shown.
export function append(terminal, first, texts) {
  const box = linesOf(terminal);
  const last = Number(terminal.dataset.last);
  const fresh = texts.map((text, place) => [first + place, text]).filter(([n]) => n > last);
  if (!fresh.length) return last;
  const follows = isAtEnd(box);
  box.append(...fresh.map(([number, text]) => draw(number, text)));
  terminal.dataset.last = fresh.at(-1)[0];
  trim(terminal, box);
  leaveTablesWide(terminal);
  if (follows) box.scrollTop = box.scrollHeight;
  else terminal.querySelector("[data-terminal-new]").hidden = false;
  return Number(terminal.dataset.last);
}

function trim(terminal, box) {
  const surplus = box.childElementCount - KEPT_LINES;
  if (surplus <= 0) return;
  for (let count = 0; count < surplus; count += 1) box.firstElementChild.remove();
  const earlier = terminal.querySelector(".terminal-earlier");
  if (!earlier) return;
  const address = new URL(earlier.href);
  address.searchParams.set("before", box.firstElementChild.dataset.line);
  earlier.href = address.href;
  earlier.hidden = false;
}

// A panel fetched again may know lines that this page has missed.
export function addNewLines(terminal, fresh) {
  const lines = [...fresh.querySelectorAll(".line")];
  if (!lines.length) return;
  append(terminal, Number(lines[0].dataset.line), lines.map((line) => line.textContent));
}

function prepare(scope) {
  for (const box of scope.querySelectorAll("[data-lines]")) {
    for (const line of box.querySelectorAll(":scope > .line:not(.line-found)")) {
      line.className = look(line.textContent);
    }
    leaveTablesWide(box.closest(".terminal"));
    if (box.dataset.seen === undefined) box.scrollTop = box.scrollHeight;
    box.dataset.seen = "";
  }
}

function seek(terminal, words) {
  const wanted = words.toLowerCase();
  let found = null;
  for (const line of linesOf(terminal).children) {
    const isFound = wanted !== "" && line.textContent.toLowerCase().includes(wanted);
    line.classList.toggle("line-found", isFound);
    found ??= isFound ? line : null;
  }
  found?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const terminal = event.target.closest?.("[data-terminal]");
  if (!terminal) return;
  const box = linesOf(terminal);
  const wrap = event.target.closest("[data-terminal-wrap]");
  if (wrap) {
    const isUnwrapped = terminal.classList.toggle("is-unwrapped");
    terminal.dataset.wrapChosen = "";
    wrap.setAttribute("aria-pressed", String(!isUnwrapped));
  }
  if (event.target.closest("[data-terminal-error]")) {
    terminal.querySelector(".line-bad")?.scrollIntoView({ block: "center" });
  }
  if (event.target.closest("[data-terminal-new]")) box.scrollTop = box.scrollHeight;
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-terminal-search]")) {
    seek(event.target.closest("[data-terminal]"), event.target.value);
  }
});

document.addEventListener(
  "scroll",
  (event) => {
    if (!event.target.matches?.("[data-terminal] [data-lines]") || !isAtEnd(event.target)) return;
    event.target.closest("[data-terminal]").querySelector("[data-terminal-new]").hidden = true;
  },
  true,
);

document.addEventListener("htmx:afterSettle", () => prepare(document));
prepare(document);
