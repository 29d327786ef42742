// Ctrl+K (Cmd+K): jump to a channel, a direct message, the app, or sit down as somebody else.

import { combobox } from "./combobox.js";
import { h } from "./dom.js";

// choices(): groups of options whose `run` does it.
export function jumper(choices) {
  let dialog = null;
  return function open() {
    if (dialog || document.querySelector("dialog[open]")) return;
    const back = document.activeElement;
    const leave = () => { dialog.close(); dialog.remove(); dialog = null; };
    const list = combobox({
      label: "Jump to", placeholder: "Jump to a channel or person…", groups: choices(),
      onChange: ([chosen]) => { leave(); chosen.run(); },
    });
    dialog = h("dialog", {
      class: "jumper", "aria-label": "Jump to", "data-testid": "jumper",
      onclick: (event) => { if (event.target === dialog) leave(); },
    }, list);
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      leave();
      back?.focus?.();
    }, { capture: true });
    document.body.append(dialog);
    dialog.showModal();
    const field = list.querySelector("input");
    field.focus();
    field.dispatchEvent(new Event("input"));
  };
}

// go(channel id) and sit(user id) are what the page does with a choice.
export function jumps({ channels, dms, people, app, me }, go, sit) {
  const to = (id, label, description) => ({ value: id, label, description, run: () => go(id) });
  const as = (person) => ({ value: person.id, label: person.name, description: `Be ${person.name} · ${person.role}`, run: () => sit(person.id) });
  return [
    { label: "Channels", options: channels.map((one) => to(one.id, `#${one.name}`, one.topic)) },
    { label: "Messages and apps", options: [...dms.map((one) => to(one.id, one.name, "Direct messages")), to("home", `${app.name} Home`, "App")] },
    { label: "People", options: people.filter((one) => one.switchable && one.id !== me).map(as) },
  ];
}
