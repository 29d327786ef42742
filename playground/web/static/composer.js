// The message field: Enter sends, Shift+Enter breaks the line, "/" lists commands, "@" people, "#" channels.

import { fill, freshId, h, icon, iconButton } from "./dom.js";
import { menuButton } from "./popups.js";
import { allChannels, allPeople } from "./names.js";

const MOST = 8;

// sends: async (text) => true when the field may be emptied. attaches: async (file) shares one file. commands() and shortcuts() give today's lists.
export class Composer {
  constructor({ testid, placeholder, sends, attaches, commands = () => [], shortcuts = null, runShortcut }) {
    this.sends = sends;
    this.attaches = attaches;
    this.commands = commands;
    this.listId = freshId("completions");
    this.list = h("div", { class: "completions", role: "listbox", id: this.listId, hidden: true, "aria-label": "Suggestions" });
    this.field = h("textarea", {
      rows: 1, class: "composer-field", "data-testid": testid, placeholder, "aria-label": placeholder, "aria-controls": this.listId,
      "aria-autocomplete": "list", onpaste: (event) => this.pasted(event), oninput: () => this.typed(), onkeydown: (event) => this.key(event), onblur: () => this.hide(),
    });
    this.button = h("button", { type: "button", class: "send", "data-testid": testid === "composer" ? "send" : "send-reply", "aria-label": "Send", title: "Send", onclick: () => this.send() }, icon("send"));
    this.picker = h("input", { type: "file", multiple: true, hidden: true, "data-testid": `${testid}-file`, onchange: () => this.attach(this.picker.files) });
    this.root = h("div", { class: "composer", ondragover: (event) => event.preventDefault(), ondrop: (event) => this.dropped(event) }, this.list, this.field, this.picker, h("div", { class: "composer-bar" },
      iconButton("clip", "Attach a file", { "data-testid": `${testid}-attach`, onclick: () => this.picker.click() }),
      shortcuts ? shortcutMenu(shortcuts, runShortcut) : null,
      h("span", { class: "composer-hint" }, h("kbd", {}, "Enter"), " sends · ", h("kbd", {}, "/"), " commands · ", h("kbd", {}, "Shift Enter"), " new line"),
      this.button));
    this.ready();
  }

  dropped(event) {
    event.preventDefault();
    this.attach(event.dataTransfer.files);
  }

  pasted(event) {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    this.attach(event.clipboardData.files);
  }

  // One after the other, so that they stand in the order in which they were chosen.
  async attach(files) {
    const chosen = [...files];
    this.root.setAttribute("aria-busy", "true");
    for (const file of chosen) await this.attaches(file);
    this.root.removeAttribute("aria-busy");
    this.picker.value = "";
    this.field.focus();
  }

  rename(placeholder) {
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
  }

  begin(text) {
    this.field.value = text;
    this.field.focus();
    this.typed();
  }

  put(text) {
    this.field.value = text;
    this.field.focus();
    this.typed();
    this.hide();
  }

  typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
    this.ready();
    this.show(this.completions());
  }

  ready() {
    this.button.disabled = !this.field.value.trim();
  }

  completions() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const command = /^\/(\S*)$/.exec(before);
    if (command) return this.commands().filter((one) => one.name.startsWith(before)).map((one) => completeCommand(one));
    const word = /(?:^|\s)([@#])([^@#\n]{0,30})$/.exec(before);
    return word ? names(word[1], word[2].toLowerCase()) : [];
  }

  show(choices) {
    this.choices = choices.slice(0, MOST);
    if (!this.choices.length) return this.hide();
    fill(this.list, this.choices.map((choice, index) => h("div", {
      class: "completion", role: "option", id: `${this.listId}-${index}`, "data-completion": choice.text.trim(), "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); this.take(choice); },
    }, h("b", {}, choice.label), choice.hint ? h("code", {}, choice.hint) : null, choice.about ? h("small", {}, choice.about) : null)));
    this.list.hidden = false;
    return this.point(0);
  }

  hide() {
    this.list.hidden = true;
    this.choices = [];
    this.field.removeAttribute("aria-activedescendant");
  }

  point(index) {
    this.at = (index + this.choices.length) % this.choices.length;
    [...this.list.children].forEach((row, place) => {
      row.classList.toggle("active", place === this.at);
      row.setAttribute("aria-selected", String(place === this.at));
    });
    this.field.setAttribute("aria-activedescendant", `${this.listId}-${this.at}`);
  }

  take(choice) {
    const at = this.field.selectionStart;
    const kept = this.field.value.slice(0, at).replace(choice.replaces, "");
    this.field.value = kept + choice.text + this.field.value.slice(at);
    this.field.selectionStart = this.field.selectionEnd = kept.length + choice.text.length;
    this.hide();
    this.ready();
    this.field.focus();
  }

  key(event) {
    if (event.isComposing) return;
    if (!this.list.hidden && this.keyInList(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
  }

  keyInList(event) {
    const choice = this.choices[this.at];
    const whole = choice && this.field.value.trim() === choice.text.trim();
    const act = {
      ArrowDown: () => this.point(this.at + 1),
      ArrowUp: () => this.point(this.at - 1),
      Escape: () => this.hide(),
      Tab: () => this.take(choice),
      Enter: whole ? null : () => this.take(choice),
    }[event.key];
    act?.();
    return Boolean(act);
  }

  // The field is free at once, as in Slack; the words come back only when they could not be sent at all.
  // A space before a slash stays: with it the words are no command.
  async send() {
    const text = this.field.value.replace(/^\s+(?!\/|\s)/, "").trimEnd();
    if (!text) return;
    this.hide();
    this.empty();
    const sent = await this.sends(text);
    if (sent || this.field.value) return;
    this.field.value = text;
    this.typed();
  }

  empty() {
    this.field.value = "";
    this.field.style.height = "auto";
    this.ready();
  }
}

function completeCommand(one) {
  return { label: one.name, hint: one.usage, about: one.description, text: `${one.name} `, replaces: /\/\S*$/ };
}

function names(mark, typed) {
  const all = mark === "@"
    ? allPeople().map((one) => ({ label: one.name, about: one.role }))
    : allChannels().filter((one) => !one.with).map((one) => ({ label: one.name }));
  return all.filter((one) => one.label.toLowerCase().startsWith(typed))
    .map((one) => ({ label: `${mark}${one.label}`, about: one.about, text: `${mark}${one.label} `, replaces: /[@#][^@#\n]*$/ }));
}

function shortcutMenu(shortcuts, run) {
  const choices = () => shortcuts().map((one) => ({ label: one.name, hook: { "data-shortcut": one.callback_id }, run: () => run(one.callback_id) }));
  return menuButton("Shortcuts", choices, { "data-testid": "shortcuts" }, icon("bolt"));
}
