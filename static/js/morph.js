// What a live change must not disturb: typed words, open details, chosen steps, read output,
// and a refusal that somebody has not read yet.
import { addNewLines } from "./terminal.js";

const KEPT_ATTRIBUTES = {
  open: (node) => node.tagName === "DETAILS" || node.tagName === "DIALOG",
  hidden: (node) => node.matches("[data-row], [role=tabpanel], [data-live-state]"),
  "aria-current": (node) => node.matches(".step-link, .bar-links a, .bell"),
  "aria-pressed": () => true,
  title: (node) => node.tagName === "TIME",
};
const REFUSAL_STAYS = 10_000;
const MARKED = "[data-row], .entry, .update, .level, .check, .card-waits";
const MARK_STAYS = 1600;
const changing = new WeakSet();

function isTyped(node) {
  if (node.matches("input[type=hidden], input[type=checkbox]")) return false;
  if (node.matches("input, textarea")) return node.value !== node.defaultValue;
  if (node.matches("select")) return node.dataset.touched !== undefined;
  return false;
}

function beforeNodeMorphed(old, fresh) {
  if (!(old instanceof Element) || !(fresh instanceof Element)) return true;
  if (old.matches("[data-keep]") && old.id === fresh.id) {
    if (old.matches("[data-terminal]")) addNewLines(old, fresh);
    return false;
  }
  if (old.matches("[data-refusal]") && old.childElementCount) {
    return Date.now() - Number(old.dataset.shownAt ?? 0) > REFUSAL_STAYS;
  }
  if (old === document.activeElement && old.matches("input, textarea, select")) return false;
  if (old.matches(MARKED) && words(old) !== words(fresh)) changing.add(old);
  return !isTyped(old);
}

function words(node) {
  return node.textContent.replace(/\s+/g, " ");
}

// What a live change altered is marked for a moment.
function mark(node) {
  node.classList.add("was-changed");
  setTimeout(() => node.classList.remove("was-changed"), MARK_STAYS);
}

function afterNodeMorphed(old) {
  if (changing.delete(old)) mark(old);
}

function afterNodeAdded(node) {
  if (node instanceof Element && node.matches(".entry, .update")) mark(node);
}

function beforeAttributeUpdated(name, node) {
  return !KEPT_ATTRIBUTES[name]?.(node);
}

if (window.Idiomorph) {
  Object.assign(Idiomorph.defaults, { restoreFocus: true });
  Object.assign(Idiomorph.defaults.callbacks, {
    beforeNodeMorphed,
    afterNodeMorphed,
    afterNodeAdded,
    beforeAttributeUpdated,
  });
}

document.addEventListener("change", (event) => {
  if (event.target.matches("select")) event.target.dataset.touched = "";
});
