// Light or dark, before the first paint: what was chosen here, or else what the system prefers.
// The only script that is not a module, because a module would run after the page was shown.

(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };
  const apply = (wanted = null) => {
    document.documentElement.dataset.theme = wanted ?? chosen() ?? (system.matches ? "dark" : "light");
    document.dispatchEvent(new CustomEvent("theme"));
  };
  system.addEventListener("change", () => apply());
  window.addEventListener("storage", (event) => event.key === "theme" && apply());
  document.addEventListener("choose-theme", (event) => {
    try {
      localStorage.setItem("theme", event.detail);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    apply(event.detail);
  });
  apply();
})();
