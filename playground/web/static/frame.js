// What belongs to the frame of the page: its regions and its colours.

import { fill, icon } from "./dom.js";

// F6 goes round the regions of the page, as in Slack. fields: where the focus goes in a region, by its id.
export function nextRegion(fields, back) {
  const regions = ["topbar", "sidebar", "main", "thread"].map((id) => document.getElementById(id)).filter((one) => one.checkVisibility());
  const here = regions.findIndex((one) => one.contains(document.activeElement));
  const next = regions[(here + (back ? -1 : 1) + regions.length) % regions.length];
  const wanted = fields[next.id] ?? next.querySelector("[aria-current=page]");
  (wanted?.checkVisibility() ? wanted : next.querySelector("button, select, [tabindex='0']"))?.focus();
}

const isDark = () => document.documentElement.dataset.theme === "dark";

export function themeButton(button) {
  const draw = () => {
    const words = isDark() ? "Switch to light colours" : "Switch to dark colours";
    button.setAttribute("aria-label", words);
    button.title = words;
    fill(button, icon(isDark() ? "sun" : "moon"));
  };
  button.addEventListener("click", () => {
    document.dispatchEvent(new CustomEvent("choose-theme", { detail: isDark() ? "light" : "dark" }));
  });
  document.addEventListener("theme", draw);
  draw();
}
