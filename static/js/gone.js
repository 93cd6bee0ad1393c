// Answers to elements that a live change has removed meanwhile. htmx looks for the way to swap on
// the element that asked; one that is gone has lost its panel and would nest the answer inside it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig.elt.isConnected) return;
  const panel = findAgain(requestConfig.target);
  if (!panel) {
    event.detail.shouldSwap = false;
  } else if (xhr.status < 400) {
    event.detail.target = panel;
    event.detail.swapOverride = "outerHTML";
  } else if (xhr.getResponseHeader("HX-Retarget")) {
    event.detail.target = panel.querySelector("[data-refusal]") ?? panel;
    event.detail.swapOverride = event.detail.target === panel ? "afterbegin" : "innerHTML";
  }
});

function findAgain(target) {
  if (target?.isConnected) return target;
  return target?.id ? document.getElementById(target.id) : null;
}
