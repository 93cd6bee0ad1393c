// The room's own manners: the chosen step is marked, steps can be found, a phone shows one part.
const room = document.querySelector(".room");
const narrow = matchMedia("(width <= 820px)");

export function chosenStep() {
  return document.getElementById("step-panel")?.dataset.step;
}

function markChosen() {
  for (const link of document.querySelectorAll(".step-link")) {
    if (link.id === `link-${chosenStep()}`) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
}

export function show(part) {
  if (!room) return;
  room.dataset.view = part;
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === part));
  }
}

// An address that names something beside the steps shows that part on a phone.
function showNamed() {
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named && named.closest(".room-side")) show("side");
}

function chosenFilter() {
  return document.querySelector("[data-step-filter][aria-pressed=true]")?.dataset.stepFilter ?? "";
}

// A row is shown when it fits the chosen filter and holds the words; a phase when a row of it is.
function find(words) {
  const wanted = words.trim().toLowerCase();
  const filter = chosenFilter();
  for (const row of document.querySelectorAll("[data-row]")) {
    const fits = filter === "" || row.matches(filter);
    row.hidden = !fits || (wanted !== "" && !row.textContent.toLowerCase().includes(wanted));
  }
  room.classList.toggle("is-filtered", filter !== "" || wanted !== "");
}

function count() {
  for (const button of document.querySelectorAll("[data-step-filter]")) {
    const figure = button.querySelector("[data-count]");
    if (!figure) continue;
    const found = document.querySelectorAll(`[data-row]${button.dataset.stepFilter}`).length;
    figure.textContent = String(found);
    button.classList.toggle("has-some", found > 0);
  }
}

function choose(button) {
  for (const each of document.querySelectorAll("[data-step-filter]")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
}

if (room) {
  show(room.dataset.view);
  showNamed();
  addEventListener("hashchange", showNamed);
  const search = document.querySelector("[data-step-search]");
  const findAgain = () => find(search?.value ?? "");
  search?.addEventListener("input", findAgain);
  count();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (button) show(button.dataset.show);
    const filter = event.target.closest("[data-step-filter]");
    if (filter) {
      choose(filter);
      findAgain();
    }
    if (event.target.closest("a[href='#resolve']")) {
      const form = document.getElementById("resolve");
      if (form) form.open = true;
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    markChosen();
    count();
    findAgain();
    const isChoice = event.detail.requestConfig?.elt?.matches?.(".step-link, [data-next]");
    if (isChoice && narrow.matches) {
      show("step");
      scrollTo(0, 0);
    }
  });
}
