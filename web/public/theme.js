// Before the first paint: the theme that the person chose, else the system's. No flash, and no inline script.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("pellucid.theme");
  } catch {
    // Storage may be forbidden; the system's choice stands.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
