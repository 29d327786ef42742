// The inspector: what went between the workspace and the app. Closed until somebody wants to know.

import { get } from "./api.js";
import { fill, h, iconButton } from "./dom.js";
import { details } from "./exchange.js";

const WAYS = { to_app: "to the app", from_app: "from the app", mail: "e-mail" };
const ARROWS = { to_app: "→", from_app: "←", mail: "✉" };
const KINDS = { command: "slash commands", interactive: "interactions", options: "options", event: "events", method: "Web API", response_url: "response_url" };

export class Inspector {
  constructor(root, button) {
    this.root = root;
    this.button = button;
    this.rows = [];
    this.chosen = null;
    this.follow = true;
    this.cleared = new Set();
    const options = (named) => Object.entries(named).map(([value, name]) => h("option", { value }, name));
    this.wanted = h("select", { "aria-label": "Which exchanges", "data-testid": "inspector-filter", onchange: () => this.draw() },
      h("option", { value: "" }, "Everything"), h("optgroup", { label: "Direction" }, options(WAYS)), h("optgroup", { label: "Kind" }, options(KINDS)));
    this.problems = h("input", { type: "checkbox", "data-testid": "inspector-problems", onchange: () => this.draw() });
    this.following = h("input", { type: "checkbox", checked: true, "data-testid": "inspector-follow", onchange: () => this.setFollow() });
    this.list = h("ol", { class: "exchanges", tabindex: 0, "aria-label": "Exchanges, the newest first" });
    this.detail = h("div", { class: "exchange", "data-testid": "inspector-detail", tabindex: 0, role: "region", "aria-label": "The chosen exchange" }, hint());
    fill(root,
      h("header", { class: "pane-head" }, h("h2", {}, "Inspector"), this.wanted,
        h("label", { class: "check" }, this.problems, "only problems"), h("label", { class: "check" }, this.following, "follow"),
        h("button", { type: "button", class: "button", "data-testid": "inspector-clear", onclick: () => this.clear() }, "Clear"),
        iconButton("close", "Close the inspector", { "data-testid": "inspector-close", onclick: () => this.toggle(false) })),
      h("div", { class: "inspector-body" }, this.list, this.detail));
    button.addEventListener("click", () => this.toggle(root.hidden));
    button.setAttribute("aria-keyshortcuts", "Alt+I");
    root.addEventListener("keydown", (event) => this.keys(event));
    document.addEventListener("keydown", (event) => this.shortcut(event));
    if (recall("inspector") === "open") this.toggle(true, { quietly: true });
  }

  toggle(open, { quietly = false } = {}) {
    this.root.hidden = !open;
    document.body.classList.toggle("with-inspector", open);
    this.button.setAttribute("aria-expanded", String(open));
    keepNote("inspector", open ? "open" : "");
    if (open) this.refresh();
    if (!quietly) (open ? this.list : this.button).focus();
  }

  shortcut(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyI" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.toggle(this.root.hidden);
  }

  keys(event) {
    if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); this.toggle(false); return; }
    if (!this.list.contains(event.target) || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const shown = this.shown();
    const at = shown.findIndex((row) => row.id === this.chosen);
    const next = shown[Math.max(0, Math.min(shown.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))];
    if (next) this.choose(next.id);
  }

  // Told by the page's event stream of each exchange; what comes during a reading is read after it.
  async refresh() {
    if (this.root.hidden) return;
    this.again = true;
    if (this.reading) return;
    this.reading = true;
    while (this.again) {
      this.again = false;
      this.take(await get("exchanges"));
    }
    this.reading = false;
  }

  take(answer) {
    if (!answer.ok || JSON.stringify(answer.exchanges) === JSON.stringify(this.rows)) return;
    this.rows = answer.exchanges;
    this.draw();
  }

  shown() {
    const wanted = this.wanted.value;
    return this.rows.filter((row) => !this.cleared.has(row.id) && (!wanted || row.way === wanted || row.kind === wanted) && (!this.problems.checked || !row.ok));
  }

  clear() {
    this.cleared = new Set(this.rows.map((row) => row.id));
    this.chosen = null;
    fill(this.detail, hint());
    this.draw();
  }

  setFollow() {
    this.follow = this.following.checked;
    this.draw();
  }

  // New ones come in at the top: whoever follows sees them, for others the list stays where it is.
  draw() {
    const rows = this.shown();
    const within = this.list.contains(document.activeElement);
    const fromEnd = this.list.scrollHeight - this.list.scrollTop;
    fill(this.list, rows.length ? rows.map((row) => this.row(row)) : h("li", { class: "nothing" }, "Nothing yet. Type a command, or press a button on a card."));
    this.list.scrollTop = this.follow ? 0 : this.list.scrollHeight - fromEnd;
    if (within) this.list.focus({ preventScroll: true });
  }

  row(row) {
    const kind = ["row", `way-${row.way}`, row.ok ? "" : "wrong", row.id === this.chosen ? "chosen" : ""].filter(Boolean).join(" ");
    return h("li", {}, h("button", { type: "button", class: kind, "data-testid": "exchange", "data-way": row.way, "data-kind": row.kind, "data-ok": String(row.ok), tabindex: -1, "aria-pressed": String(row.id === this.chosen), onclick: () => this.choose(row.id) },
      h("span", { class: "way", title: WAYS[row.way] }, ARROWS[row.way]), h("span", { class: "name" }, row.name),
      h("span", { class: "said" }, row.said || row.status), h("span", { class: "ms" }, `${row.ms} ms`)));
  }

  async choose(id) {
    this.chosen = id;
    this.draw();
    this.list.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
    const answer = await get("exchange", { id });
    if (id !== this.chosen) return;
    fill(this.detail, ...(answer.ok ? details(answer.exchange, WAYS) : [h("p", { class: "quiet" }, answer.error === "changed" ? "This exchange is no longer kept." : answer.shown)]));
    this.detail.scrollTop = 0;
  }
}

const hint = () => h("p", { class: "quiet" }, "Choose an exchange to see what was sent, what came back, how long it took and how it was signed.");

function recall(name) {
  try { return localStorage.getItem(`playground.${name}`); } catch { return null; }
}

function keepNote(name, value) {
  try { localStorage.setItem(`playground.${name}`, value); } catch { /* Storage may be switched off: then it is forgotten. */ }
}
