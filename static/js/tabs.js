// Tabs by the book: arrow keys move, one panel shows. Without script every panel is visible.
function select(list, tab) {
  for (const other of list.querySelectorAll("[role=tab]")) {
    const isChosen = other === tab;
    other.setAttribute("aria-selected", String(isChosen));
    other.tabIndex = isChosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !isChosen;
  }
}

export function openTab(id) {
  const tab = document.getElementById(id);
  if (tab) select(tab.closest("[role=tablist]"), tab);
}

// The tab whose panel holds what the address names.
function namedTab(tabs) {
  const named = location.hash && document.getElementById(location.hash.slice(1));
  const panel = named && named.closest("[role=tabpanel]");
  return tabs.find((tab) => tab.getAttribute("aria-controls") === panel?.id);
}

for (const list of document.querySelectorAll("[role=tablist]")) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  select(list, namedTab(tabs) ?? tabs[0]);
  addEventListener("hashchange", () => {
    const tab = namedTab(tabs);
    if (tab) select(list, tab);
  });
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) select(list, tab);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs.at((tabs.indexOf(document.activeElement) + step) % tabs.length);
    select(list, next);
    next.focus();
  });
}
