// Buttons and forms: copying, asking before what cannot be taken back, refusals, the theme.
document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy], [data-copy-of]");
  if (copy) {
    const { copy: words, copyOf } = copy.dataset;
    await navigator.clipboard.writeText(words ?? document.getElementById(copyOf).textContent);
    copy.classList.add("was-changed");
    setTimeout(() => copy.classList.remove("was-changed"), 1600);
  }
  if (event.target.closest("[data-theme-button]")) switchTheme();
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-help-button]")) document.getElementById("keys").showModal();
});

function switchTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

// A form with data-confirm asks first. Its question becomes the title, data-confirm-do the verb on
// the button; data-confirm-bad marks what cannot be taken back: red, and Enter alone does nothing.
document.addEventListener("htmx:confirm", (event) => {
  const asked = event.detail.elt.dataset;
  if (!asked?.confirm) return;
  event.preventDefault();
  const dialog = document.getElementById("confirm");
  word(asked.confirm, asked.confirmDo, asked.confirmBad !== undefined);
  dialog.addEventListener(
    "close",
    () => dialog.returnValue === "yes" && event.detail.issueRequest(true),
    { once: true },
  );
  dialog.returnValue = "no";
  dialog.showModal();
});

function word(words, verb, isBad) {
  const end = words.indexOf("? ") + 1 || words.length;
  const yes = document.getElementById("confirm-yes");
  document.getElementById("confirm-title").textContent = words.slice(0, end);
  document.getElementById("confirm-words").textContent = words.slice(end).trim();
  yes.textContent = verb;
  yes.classList.toggle("button-bad", isBad);
  yes.classList.toggle("button-main", !isBad);
  document.getElementById("confirm-no").autofocus = isBad;
}

// A refusal is an answer to be shown; a session that ended leads to the sign-in page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname === "/sign-in/") {
    event.detail.shouldSwap = false;
    location.reload();
  } else if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.detail.target.dataset.shownAt = Date.now();
  } else if (xhr.status >= 400) {
    say(event.detail.requestConfig.elt, answers[xhr.status] ?? "Something failed on our side. Try again.");
  }
});

const answers = {
  403: "This page is out of date: load it again, then repeat. Nothing was changed.",
  404: "This is not there any more. Load the page again.",
};

document.addEventListener("htmx:sendError", (event) => {
  say(event.detail.elt, "The server cannot be reached. Your words are still here: try again.");
});

function say(element, words) {
  const slot = element?.querySelector?.(":scope > [data-refusal]");
  if (!slot) return;
  const paragraph = document.createElement("span");
  paragraph.className = "refusal-words";
  paragraph.textContent = words;
  slot.replaceChildren(paragraph);
  slot.dataset.shownAt = Date.now();
}

// What was refused before is history as soon as the form is sent again; after success typed words
// are done with, so that the answer may empty the fields.
document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.elt.querySelector?.("[data-refusal]")?.replaceChildren();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  const { status } = event.detail.xhr;
  if (form.tagName === "FORM" && status < 400) {
    form.reset();
    form.closest("details")?.removeAttribute("open");
  }
});

// Menus close when the person turns elsewhere.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".menu[open], .inline-details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// Where a time zone is asked for, that of this browser is the likely answer.
for (const field of document.querySelectorAll("[data-time-zone]")) {
  if (field.value === "UTC") field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
}
