// The inspector: what went between the workspace and the app. Closed until somebody wants to know.

import { get } from "./api.js";
import { fill, h, icon, iconButton } from "./dom.js";

const EVERY = 1500;
const WAYS = { to_app: "to the app", from_app: "from the app", mail: "e-mail" };
const ARROWS = { to_app: "→", from_app: "←", mail: "✉" };

export class Inspector {
  constructor(root, button) {
    this.root = root;
    this.button = button;
    this.rows = [];
    this.chosen = null;
    this.follow = true;
    this.cleared = 0;
    this.way = h("select", { "aria-label": "Which exchanges", "data-testid": "inspector-filter", onchange: () => this.draw() },
      h("option", { value: "" }, "Everything"), ...Object.entries(WAYS).map(([value, name]) => h("option", { value }, name)));
    this.problems = h("input", { type: "checkbox", "data-testid": "inspector-problems", onchange: () => this.draw() });
    this.following = h("input", { type: "checkbox", checked: true, "data-testid": "inspector-follow", onchange: () => { this.follow = this.following.checked; } });
    this.list = h("ol", { class: "exchanges", tabindex: 0, "aria-label": "Exchanges, the newest first" });
    this.detail = h("div", { class: "exchange", "data-testid": "inspector-detail", tabindex: 0, role: "region", "aria-label": "The chosen exchange" });
    fill(root,
      h("header", { class: "pane-head" }, h("h2", {}, "Inspector"), this.way,
        h("label", { class: "check" }, this.problems, "only problems"), h("label", { class: "check" }, this.following, "follow"),
        h("button", { type: "button", class: "button", "data-testid": "inspector-clear", onclick: () => this.clear() }, "Clear"),
        iconButton("close", "Close the inspector", { "data-testid": "inspector-close", onclick: () => this.toggle(false) })),
      h("div", { class: "inspector-body" }, this.list, this.detail));
    button.addEventListener("click", () => this.toggle(root.hidden));
    root.addEventListener("keydown", (event) => this.keys(event));
    if (recall("inspector") === "open") this.toggle(true, { quietly: true });
  }

  toggle(open, { quietly = false } = {}) {
    this.root.hidden = !open;
    document.body.classList.toggle("with-inspector", open);
    this.button.setAttribute("aria-expanded", String(open));
    keepNote("inspector", open ? "open" : "");
    clearInterval(this.timer);
    if (open) {
      this.timer = setInterval(() => this.refresh(), EVERY);
      this.refresh();
    }
    if (!quietly) (open ? this.list : this.button).focus();
  }

  keys(event) {
    if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); this.toggle(false); return; }
    if (event.target !== this.list || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const shown = this.shown();
    const at = shown.findIndex((row) => row.id === this.chosen);
    const next = shown[Math.max(0, Math.min(shown.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))];
    if (next) this.choose(next.id);
  }

  async refresh() {
    if (this.root.hidden || this.reading) return;
    this.reading = true;
    const answer = await get("exchanges");
    this.reading = false;
    if (!answer.ok) return;
    const newest = answer.exchanges[0]?.id;
    const news = newest !== this.rows[0]?.id;
    this.rows = answer.exchanges;
    if (news) this.draw();
    if (news && this.follow) this.list.scrollTop = 0;
  }

  shown() {
    return this.rows.filter((row) => row.at > this.cleared && (!this.way.value || row.way === this.way.value) && (!this.problems.checked || !row.ok));
  }

  clear() {
    this.cleared = this.rows[0]?.at ?? 0;
    this.chosen = null;
    fill(this.detail);
    this.draw();
  }

  draw() {
    const rows = this.shown();
    fill(this.list, rows.length ? rows.map((row) => this.row(row)) : h("li", { class: "nothing" }, "Nothing yet. Type a command, or press a button on a card."));
  }

  row(row) {
    const kind = ["row", `way-${row.way}`, row.ok ? "" : "wrong", row.id === this.chosen ? "chosen" : ""].filter(Boolean).join(" ");
    return h("li", {}, h("button", { type: "button", class: kind, "data-testid": "exchange", "data-way": row.way, "data-ok": String(row.ok), tabindex: -1, "aria-pressed": String(row.id === this.chosen), onclick: () => this.choose(row.id) },
      h("span", { class: "way", title: WAYS[row.way] }, ARROWS[row.way]), h("span", { class: "name" }, row.name),
      h("span", { class: "said" }, row.said || row.status), h("span", { class: "ms" }, `${row.ms} ms`)));
  }

  async choose(id) {
    this.chosen = id;
    this.draw();
    this.list.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
    const answer = await get("exchange", { id });
    if (id !== this.chosen) return;
    if (!answer.ok) fill(this.detail, h("p", { class: "quiet" }, "This exchange is no longer kept."));
    else this.show(answer.exchange);
  }

  show(one) {
    const inbound = one.way === "to_app";
    fill(this.detail,
      h("h3", {}, one.name),
      h("p", { class: "quiet" }, `${new Date(one.at * 1000).toLocaleTimeString()} · ${WAYS[one.way]} · ${one.transport}${one.url ? ` · ${one.url}` : ""}`),
      verdict(one), timing(one), signature(one),
      part(inbound ? "What Slack sent" : "What the app sent", one.sent),
      Object.keys(one.headers).length ? part("Headers", one.headers, false) : null,
      part(inbound ? "What the app answered" : "What Slack answered", one.answer === "" ? "(an empty body)" : one.answer));
  }
}

function verdict(one) {
  if (one.ok) return h("p", { class: "verdict good" }, icon("check", 16), " Nothing to object to.");
  return h("p", { class: "verdict bad", "data-testid": "verdict" }, icon("warn", 16), h("b", {}, ` ${one.said || one.status}. `), one.rule && one.rule !== one.said ? one.rule : "");
}

function timing(one) {
  if (!one.budget_ms) return h("p", { class: "timing" }, `Took ${one.ms} ms.`);
  const share = Math.min(100, Math.round((100 * one.ms) / one.budget_ms));
  return h("p", { class: "timing" }, `Answered after ${one.ms} ms of the ${one.budget_ms / 1000} s that Slack waits. `,
    h("progress", { max: 100, value: share, "aria-label": "Share of the time that Slack waits" }));
}

function signature(one) {
  if (one.way !== "to_app") return null;
  if (!one.signature) return h("p", { class: "signature" }, "No signature: this came through a socket that was opened with the app token.");
  const { valid, base, timestamp, given } = one.signature;
  return h("details", { class: "signature", "data-testid": "signature" },
    h("summary", {}, valid ? "Signature is right" : "Signature is wrong", h("span", { class: "quiet" }, " · how to check it")),
    h("p", {}, "HMAC-SHA256 of the base string with the app’s signing secret, in hex after “v0=”, equals the header. Refuse what is older than five minutes."),
    h("dl", {}, h("dt", {}, "X-Slack-Request-Timestamp"), h("dd", {}, timestamp), h("dt", {}, "X-Slack-Signature"), h("dd", {}, given),
      h("dt", {}, "Base string"), h("dd", {}, h("code", {}, base))));
}

function part(title, value, open = true) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const copy = h("button", { type: "button", class: "link-button", onclick: () => navigator.clipboard?.writeText(text).then(() => { copy.textContent = "Copied"; }) }, "Copy");
  return h("details", { class: "part", open }, h("summary", {}, title), copy, typeof value === "string" ? h("pre", {}, value) : h("div", { class: "tree" }, tree(value)));
}

// JSON as a tree that folds: long parts closed, so that the shape is seen first.
function tree(value, key = null, depth = 0) {
  const label = key === null ? "" : `${key}: `;
  if (value === null || typeof value !== "object") return h("div", { class: "leaf" }, h("span", { class: "key" }, label), h("span", { class: `value ${typeof value}` }, JSON.stringify(value)));
  const entries = Array.isArray(value) ? value.map((each, index) => [index, each]) : Object.entries(value);
  const shape = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  if (!entries.length) return h("div", { class: "leaf" }, h("span", { class: "key" }, label), Array.isArray(value) ? "[]" : "{}");
  return h("details", { open: depth < 2 && entries.length <= 30 }, h("summary", {}, h("span", { class: "key" }, label), h("span", { class: "quiet" }, shape)),
    entries.map(([name, each]) => tree(each, name, depth + 1)));
}

function recall(name) {
  try { return localStorage.getItem(`playground.${name}`); } catch { return null; }
}

function keepNote(name, value) {
  try { localStorage.setItem(`playground.${name}`, value); } catch { /* Storage may be switched off: then it is forgotten. */ }
}
