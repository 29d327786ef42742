// One exchange in full: what strictness said, the time it took, its signature, and both bodies.

import { h, icon } from "./dom.js";

const VERIFY = `printf '%s' "$BASE_STRING" | openssl dgst -sha256 -hmac "$SLACK_SIGNING_SECRET"`;

export function details(one, ways) {
  const inbound = one.way === "to_app";
  const [asker, answerer] = inbound ? ["Slack", "the app"] : ["the app", one.way === "mail" ? "the mail service" : "Slack"];
  return [
    h("h3", {}, one.name),
    h("p", { class: "quiet" }, `${new Date(one.at * 1000).toLocaleTimeString()} · ${ways[one.way]} · ${one.transport}${one.url ? ` · ${one.url}` : ""}`),
    verdict(one), timing(one), signature(one),
    part(`What ${asker} sent`, one.sent),
    Object.keys(one.headers).length ? part("Headers", one.headers, false) : null,
    part(`What ${answerer} answered`, one.answer === "" ? "(an empty body)" : one.answer),
    one.pages.length ? h("p", { class: "quiet", "data-testid": "pages" }, `In Slack’s documentation: ${one.pages.map((page) => `“${page}”`).join(", ")}.`) : null,
  ].filter(Boolean);
}

function verdict(one) {
  if (one.ok) return h("p", { class: "verdict good" }, icon("check", 16), " Nothing to object to.");
  return h("div", { "data-testid": "verdict" },
    h("p", { class: "verdict bad" }, icon("warn", 16), h("b", {}, `${one.said || one.status}.`), one.rule ? h("span", {}, one.rule) : null),
    one.where.length ? h("ul", { class: "where" }, one.where.map((line) => h("li", {}, h("code", {}, line)))) : null);
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
      h("dt", {}, "Base string: v0, the timestamp and the body as it came ", copyButton(base)), h("dd", {}, h("code", {}, base)),
      h("dt", {}, "By hand ", copyButton(VERIFY)), h("dd", {}, h("code", {}, VERIFY))));
}

function part(title, value, open = true) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return h("details", { class: "part", open }, h("summary", {}, title), copyButton(text), typeof value === "string" ? h("pre", {}, value) : h("div", { class: "tree" }, tree(value)));
}

function copyButton(text) {
  const copy = h("button", { type: "button", class: "link-button", "data-testid": "copy", onclick: () => navigator.clipboard?.writeText(text).then(() => { copy.textContent = "Copied"; }) }, "Copy");
  return copy;
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
