// One searchable list for every select of Block Kit: static, external (typeahead), people, channels, single and multi.

import { fill, freshId, h, icon } from "./dom.js";

const PAUSE_MS = 150;

// groups: [{label, options: [{value, label, description}]}]. `load(typed)` returns groups, or {shown} when the app failed.
export function combobox({ label, placeholder, groups, load, minimum = 0, multi, maximum, chosen = [], onChange }) {
  const box = new Combobox({ label, placeholder, groups, load, minimum, multi, maximum, onChange });
  box.chosen = [...chosen];
  box.showChosen();
  return box.root;
}

class Combobox {
  constructor(settings) {
    Object.assign(this, settings);
    this.active = -1;
    this.asked = 0;
    this.listId = freshId("list");
    this.list = h("ul", { class: "combo-list", role: "listbox", id: this.listId, hidden: true, "aria-label": this.label });
    if (this.multi) this.list.setAttribute("aria-multiselectable", "true");
    this.input = this.makeInput();
    this.tokens = h("span", { class: "combo-tokens" });
    this.field = h("div", { class: "combo-field", onmousedown: (event) => this.pressField(event) },
      this.tokens, this.input, h("span", { class: "combo-arrow" }, icon("down", 16)));
    this.root = h("div", { class: "combo", onfocusout: (event) => this.leave(event) }, this.field, this.list);
  }

  makeInput() {
    return h("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", class: "combo-input",
      "aria-expanded": "false", "aria-controls": this.listId, "aria-autocomplete": "list", "aria-label": this.label,
      placeholder: this.placeholder, onfocus: () => this.input.select(), oninput: () => this.typed(), onkeydown: (event) => this.key(event),
    });
  }

  pressField(event) {
    if (event.target === this.input) {
      if (this.list.hidden) this.open();
      return;
    }
    event.preventDefault();
    this.input.focus();
    if (this.list.hidden) this.open();
  }

  leave(event) {
    if (this.root.contains(event.relatedTarget)) return;
    this.close();
    this.showChosen();
  }

  open() {
    this.refresh(this.multi || !this.chosen.length ? this.input.value : "");
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  typed() {
    clearTimeout(this.timer);
    if (!this.load) this.refresh(this.input.value);
    else this.timer = setTimeout(() => this.refresh(this.input.value), PAUSE_MS);
  }

  async refresh(typed) {
    if (!this.load) return this.show(matching(this.groups, typed));
    if (typed.trim().length < this.minimum) return this.say(`Type ${this.minimum} or more characters to search`);
    const turn = (this.asked += 1);
    if (this.list.hidden) this.say("Loading…");
    const found = await this.load(typed);
    if (turn !== this.asked) return undefined;
    return found.shown ? this.say(found.shown, "combo-error") : this.show(found);
  }

  say(words, kind = "combo-note") {
    this.options = [];
    this.reveal([h("li", { class: kind, role: kind === "combo-error" ? "alert" : "presentation" }, words)]);
  }

  show(groups) {
    this.options = groups.flatMap((group) => group.options);
    if (!this.options.length) return this.say("No results");
    let index = 0;
    const rows = groups.flatMap((group) => [
      group.label ? h("li", { class: "combo-group", role: "presentation" }, group.label) : null,
      ...group.options.map((option) => this.row(option, index++)),
    ]);
    this.reveal(rows);
    const current = this.options.findIndex((option) => this.has(option));
    return this.activate(this.multi ? 0 : Math.max(current, 0));
  }

  row(option, index) {
    const chosen = this.has(option);
    return h("li", {
      class: "combo-option", role: "option", id: `${this.listId}-${index}`, "aria-selected": String(chosen), "data-value": option.value,
      onmousedown: (event) => event.preventDefault(), onclick: () => this.pick(option), onmousemove: () => this.activate(index),
    }, h("span", { class: "combo-tick" }, chosen ? icon("check", 15) : null),
    h("span", { class: "combo-words" }, h("span", {}, option.label), option.description ? h("small", {}, option.description) : null));
  }

  reveal(rows) {
    fill(this.list, rows);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.place();
  }

  // Fixed to the window, so that a scrolling modal does not cut the list off.
  place() {
    const at = this.field.getBoundingClientRect();
    const below = window.innerHeight - at.bottom;
    const up = below < 220 && at.top > below;
    const style = this.list.style;
    style.left = `${at.left}px`;
    style.width = `${at.width}px`;
    style.top = up ? "auto" : `${at.bottom + 4}px`;
    style.bottom = up ? `${window.innerHeight - at.top + 4}px` : "auto";
    style.maxHeight = `${Math.min(280, (up ? at.top : below) - 12)}px`;
  }

  activate(index) {
    this.active = index;
    const rows = [...this.list.querySelectorAll("[role=option]")];
    rows.forEach((row, at) => row.classList.toggle("active", at === index));
    this.input.setAttribute("aria-activedescendant", rows[index]?.id ?? "");
    rows[index]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const act = this[`key${event.key}`];
    if (act) act.call(this, event);
  }

  keyArrowDown(event) {
    this.step(event, 1);
  }

  keyArrowUp(event) {
    this.step(event, -1);
  }

  step(event, by) {
    event.preventDefault();
    if (this.list.hidden) this.open();
    else if (this.options.length) this.activate((this.active + by + this.options.length) % this.options.length);
  }

  // Enter chooses or opens; it never sends the form around it.
  keyEnter(event) {
    event.preventDefault();
    if (this.list.hidden) this.open();
    else if (this.options[this.active]) this.pick(this.options[this.active]);
  }

  keyEscape(event) {
    if (this.list.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
    this.showChosen();
  }

  keyBackspace() {
    if (this.multi && !this.input.value && this.chosen.length) this.drop(this.chosen.at(-1));
  }

  has(option) {
    return this.chosen.some((one) => one.value === option.value);
  }

  pick(option) {
    if (!this.multi) return this.settle([option]);
    if (this.has(option)) return this.drop(option);
    if (this.maximum && this.chosen.length >= this.maximum) return this.say(`You can choose ${this.maximum} at most`);
    this.input.value = "";
    return this.settle([...this.chosen, option]);
  }

  drop(option) {
    this.settle(this.chosen.filter((one) => one.value !== option.value));
  }

  settle(chosen) {
    this.chosen = chosen;
    this.showChosen();
    if (this.multi && !this.list.hidden) this.open();
    else this.close();
    this.onChange(chosen);
  }

  showChosen() {
    if (this.multi) fill(this.tokens, this.chosen.map((option) => this.token(option)));
    else this.input.value = this.chosen[0]?.label ?? "";
    this.input.placeholder = this.multi && this.chosen.length ? "" : (this.placeholder ?? "");
  }

  token(option) {
    const remove = h("button", { type: "button", tabIndex: -1, "aria-label": `Remove ${option.label}`, onclick: () => this.drop(option) }, icon("close", 12));
    return h("span", { class: "combo-token", "data-value": option.value }, h("span", {}, option.label), remove);
  }
}

function matching(groups, typed) {
  const wanted = typed.trim().toLowerCase();
  const fits = (option) => option.label.toLowerCase().includes(wanted);
  return groups.map((group) => ({ ...group, options: group.options.filter(fits) })).filter((group) => group.options.length);
}
