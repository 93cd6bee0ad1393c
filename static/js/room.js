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

function find(words) {
  const wanted = words.trim().toLowerCase();
  for (const row of document.querySelectorAll("[data-row]")) {
    row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
  }
}

if (room) {
  show(room.dataset.view);
  const search = document.querySelector("[data-step-search]");
  search?.addEventListener("input", () => find(search.value));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (button) show(button.dataset.show);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    markChosen();
    if (search?.value) find(search.value);
    const isChoice = event.detail.requestConfig?.elt?.matches?.(".step-link, [data-next]");
    if (isChoice && narrow.matches) {
      show("step");
      scrollTo(0, 0);
    }
  });
}
