// The guided story of a first hold, beside the messages and never over them.

import { get } from "./api.js";
import { fill, h, icon, iconButton } from "./dom.js";

const KEY = "playground.tour";

export class Tour {
  // desk: { at() → {user, channel}, show({user, channel}), type(text) }
  constructor(root, button, desk) {
    this.root = root;
    this.button = button;
    this.desk = desk;
    this.kept = { since: null, shut: false, skipped: [], seen: [], over: false, ...recall() };
    button.addEventListener("click", () => (root.hidden ? this.begin() : this.shut()));
  }

  async start() {
    const told = await get("story", {});
    this.button.hidden = told.error === "changed"; // there is none for this workspace
    if (this.button.hidden || this.kept.shut) return;
    if (this.kept.since === null) await this.begin({ quietly: true });
    else await this.refresh();
  }

  async begin({ quietly = false } = {}) {
    const answer = await get("story", {});
    if (!answer.ok) return;
    const again = this.kept.since === null || this.kept.over;
    if (again) Object.assign(this.kept, { since: String(this.kept.since === null ? 0 : answer.now), skipped: [], seen: [], over: false });
    this.kept.shut = false;
    keep(this.kept);
    await this.refresh();
    if (!quietly) this.root.querySelector("button")?.focus();
  }

  shut() {
    this.kept.shut = true;
    keep(this.kept);
    this.root.hidden = true;
    this.button.focus();
  }

  async refresh() {
    if (this.kept.shut || this.kept.since === null) return;
    const answer = await get("story", { since: this.kept.since });
    if (!answer.ok) return;
    this.steps = answer.steps.map((step, index) => ({ ...step, done: this.isDone(step, index) }));
    this.after = answer.after;
    this.draw();
  }

  isDone(step, index) {
    const here = this.desk.at();
    if (step.done && (!step.looked || here.channel === step.channel) && !this.kept.seen.includes(index)) {
      this.kept.seen.push(index);
      keep(this.kept);
    }
    return this.kept.seen.includes(index) || this.kept.skipped.includes(index);
  }

  skip(index) {
    this.kept.skipped.push(index);
    keep(this.kept);
    this.refresh();
  }

  draw() {
    const at = this.steps.findIndex((step) => !step.done);
    this.kept.over = at < 0;
    keep(this.kept);
    const mark = `${at} ${this.steps[at]?.begun} ${this.desk.at().user} ${this.desk.at().channel}`;
    if (!this.root.hidden && mark === this.mark) return;
    this.mark = mark;
    this.root.hidden = false;
    fill(this.root, at < 0 ? this.ending() : this.step(this.steps[at], at));
  }

  step(step, index) {
    const here = this.desk.at();
    const there = here.user === step.user && here.channel === step.channel;
    const person = [...document.querySelectorAll("#user-switch option")].find((each) => each.value === step.user)?.textContent.split(" · ")[0] ?? "";
    return [
      h("ol", { class: "tour-dots", "aria-label": `Step ${index + 1} of ${this.steps.length}` }, this.steps.map((each, place) =>
        h("li", { class: each.done ? "done" : place === index ? "now" : "", "aria-current": place === index ? "step" : null }, each.done ? icon("check", 12) : String(place + 1)))),
      h("div", { class: "tour-words" }, h("h2", {}, step.title), h("p", {}, step.text)),
      h("div", { class: "tour-buttons" },
        there || step.begun ? null : this.go(`Be ${person.split(" ")[0]}`, step, "tour-go"),
        there && step.typed && !step.begun ? h("button", { type: "button", class: "button primary", "data-testid": "tour-type", onclick: () => this.desk.type(step.typed) }, "Type it for me") : null,
        step.also.map((place) => this.go(place.label, place, "tour-also", step.begun)),
        h("button", { type: "button", class: "link-button", "data-testid": "tour-skip", onclick: () => this.skip(index) }, "Skip this step")),
      this.close(),
    ];
  }

  go(label, place, testid, first = false) {
    return h("button", { type: "button", class: first ? "button primary" : "button", "data-testid": testid, onclick: async () => { await this.desk.show(place); this.refresh(); } }, label);
  }

  ending() {
    return [
      h("span", { class: "tour-dots" }, icon("check", 18)),
      h("div", { class: "tour-words" }, h("h2", {}, "That is the whole story."), h("ul", {}, this.after.map((line) => h("li", {}, line)))),
      h("div", { class: "tour-buttons" }, h("button", { type: "button", class: "button", "data-testid": "tour-again", onclick: () => this.begin() }, "Once more")),
      this.close(),
    ];
  }

  close() {
    return iconButton("close", "Close the guided story", { "data-testid": "tour-close", onclick: () => this.shut() });
  }
}

function recall() {
  try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
}

function keep(what) {
  try { localStorage.setItem(KEY, JSON.stringify(what)); } catch { /* Storage may be switched off: then it begins anew. */ }
}
