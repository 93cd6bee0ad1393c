// Sets the chosen theme before the first paint. Without a choice the system's preference holds.
const chosen = localStorage.getItem("theme");
if (chosen === "light" || chosen === "dark") {
  document.documentElement.dataset.theme = chosen;
}
document.documentElement.classList.add("has-script");
