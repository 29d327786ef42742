// Small things that open over the page: menus, the confirm dialog, toasts.

import { fill, freshId, h, icon, iconButton } from "./dom.js";
import { textNodes, words } from "./text.js";

// choices: [{label, hook, run}], or a function that returns them when the menu opens.
export function menuButton(label, choices, props = {}, face = icon("more")) {
  const id = freshId("menu");
  const list = h("div", { class: "menu", role: "menu", id, hidden: true, "aria-label": label });
  const button = h("button", {
    type: "button", class: "icon-button", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-controls": id, onclick: () => (list.hidden ? open() : close()), ...props,
  }, face);
  const root = h("span", { class: "menu-root", onfocusout: (event) => { if (!root.contains(event.relatedTarget)) close(); }, onkeydown: keys }, button, list);

  function open() {
    const items = typeof choices === "function" ? choices() : choices;
    fill(list, items.map((choice) => h("button", {
      type: "button", role: "menuitem", tabIndex: -1, ...choice.hook,
      onclick: () => { close(); button.focus(); choice.run(); },
    }, choice.label)));
    list.hidden = false;
    root.classList.add("open");
    button.setAttribute("aria-expanded", "true");
    keepInside(list, button);
    list.firstChild?.focus({ preventScroll: true });
  }

  function close() {
    list.hidden = true;
    root.classList.remove("open");
    button.setAttribute("aria-expanded", "false");
  }

  function keys(event) {
    const items = [...list.children];
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !list.hidden) {
      event.preventDefault();
      items[(at + step + items.length) % items.length].focus();
    }
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
      button.focus();
    }
  }
  return root;
}

// Fixed to the window: a scrolling list around it must not cut it off.
function keepInside(list, button) {
  const at = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const top = at.bottom + height + 8 > window.innerHeight ? at.top - height - 4 : at.bottom + 4;
  list.style.left = `${Math.max(8, Math.min(at.right - width, window.innerWidth - width - 8))}px`;
  list.style.top = `${Math.max(8, top)}px`;
}

export function confirmed(confirm) {
  return new Promise((resolve) => {
    const answer = (yes) => { dialog.close(); dialog.remove(); resolve(yes); };  // closing gives the focus back
    const title = freshId("confirm");
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = h("dialog", { class: "confirm", "data-testid": "confirm", "aria-labelledby": title, oncancel: (event) => { event.preventDefault(); answer(false); } },
      h("h2", { id: title }, words(confirm.title)), h("div", { class: "confirm-text" }, textNodes(confirm.text)),
      h("div", { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", "data-testid": "confirm-deny", onclick: () => answer(false) }, words(confirm.deny) || "Cancel"),
        h("button", { type: "button", class: `button ${style}`, "data-testid": "confirm-yes", onclick: () => answer(true) }, words(confirm.confirm) || "Yes")));
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[data-testid=confirm-yes]").focus();
  });
}

const TOAST_MS = 8000;

// What is said already is not said once more.
export function toast(message, { error = false } = {}) {
  if ([...document.querySelectorAll("#toasts .toast span")].some((each) => each.textContent === message)) return;
  const node = h("div", { class: error ? "toast error" : "toast", role: error ? "alert" : "status" },
    error ? icon("warn") : null, h("span", {}, message), iconButton("close", "Dismiss", { onclick: () => node.remove() }));
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), TOAST_MS);
}
