// Slack's mrkdwn as DOM nodes. Text reaches the page as text nodes only; links are of a few known kinds.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { formatted } from "./dates.js";
import { channelName, isMe, personName, followLink } from "./names.js";

// Links, mentions and code are lifted out first, each standing as one private-use character, so that
// a "_" or "*" inside an address is never taken for style.
const FIRST_SLOT = 0xe000;
const SLOTS = 0x1900;
const SLOT = /[\uE000-\uF8FF]/gu;

const FENCE = /```([\s\S]+?)```/;
const LIFTED = /`([^`\n]+)`|<([^<>\n]+)>/g;
const URL_IN_TEXT = /\bhttps?:\/\/[^\s<>|\uE000-\uF8FF]+[^\s<>|.,;:!?)\]}'"*_~\uE000-\uF8FF]/g;
const PING_IN_TEXT = /(?<![\p{L}\p{N}@.])@(here|channel|everyone)\b/gu;
const LEFT = "(?<![\\p{L}\\p{N}])";
const RIGHT = "(?![\\p{L}\\p{N}])";
const STYLED = new RegExp(
  [...["\\*", "_", "~"].map((mark) => `${LEFT}${mark}(?!\\s)([^${mark}\\n]*[^${mark}\\n\\s])${mark}${RIGHT}`),
    ":([a-z0-9_+-]+):", "([\\uE000-\\uF8FF])"].join("|"), "gu");
const LINK = /^(https?|mailto|tel|slack):/i;
const TAGS = ["strong", "em", "s"];

export function mrkdwn(text, { verbatim = false } = {}) {
  const parts = String(text ?? "").split(FENCE);
  return parts.flatMap((part, index) => {
    if (index % 2) return [h("pre", {}, unescaped(part.replace(/^\n|\n$/g, "")))];
    const after = index ? part.replace(/^\n/, "") : part;
    return quoted(index < parts.length - 1 ? after.replace(/\n$/, "") : after, verbatim);
  });
}

function quoted(text, verbatim) {
  const nodes = [];
  for (const run of runsOfLines(text)) {
    const content = inline(run.lines.join("\n"), verbatim);
    if (run.quote) nodes.push(h("blockquote", {}, content));
    else nodes.push(...content);
  }
  return nodes;
}

function runsOfLines(text) {
  const runs = [];
  if (!text) return runs;
  for (const line of text.split("\n")) {
    const match = /^(?:>|&gt;)\s?(.*)$/.exec(line);
    const last = runs.at(-1);
    if (last && last.quote === Boolean(match)) last.lines.push(match ? match[1] : line);
    else runs.push({ quote: Boolean(match), lines: [match ? match[1] : line] });
  }
  return runs;
}

function inline(text, verbatim) {
  const slots = [];
  const keep = (node) => (slots.length < SLOTS ? String.fromCharCode(FIRST_SLOT + slots.push(node) - 1) : "");
  let bare = text.replace(SLOT, "\uFFFD").replace(LIFTED, (_, code, token) =>
    keep(code === undefined ? lifted(token) : h("code", {}, unescaped(code))));
  if (!verbatim) {
    bare = bare.replace(URL_IN_TEXT, (url) => keep(link(unescaped(url), [unescaped(url)])));
    bare = bare.replace(PING_IN_TEXT, (_, name) => keep(special(name, "")));
  }
  return styled(bare, slots);
}

function styled(text, slots) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(STYLED)) {
    nodes.push(...plainLines(text.slice(end, match.index)), ...found(match, slots));
    end = match.index + match[0].length;
  }
  return [...nodes, ...plainLines(text.slice(end))];
}

function found(match, slots) {
  const [whole, ...groups] = match;
  const [shortcode, slot] = groups.slice(3);
  if (slot) return [slots[slot.charCodeAt(0) - FIRST_SLOT]];
  if (shortcode) return emoji(shortcode) ? [h("span", { class: "emoji", title: whole }, emoji(shortcode))] : [whole];
  const kind = groups.findIndex((group) => group !== undefined);
  return [h(TAGS[kind], {}, styled(groups[kind], slots))];
}

export function plainLines(text) {
  return unescaped(text).split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line])).filter((part) => part !== "");
}

// The three entities Slack knows, each once.
export function unescaped(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

function lifted(token) {
  const [target, ...labels] = token.split("|");
  const label = labels.join("|");
  const kind = { "@": person, "#": channel, "!": special }[target[0]];
  if (kind) return kind(target.slice(1), label);
  const url = unescaped(target);
  if (!LINK.test(url)) return document.createTextNode(unescaped(`<${token}>`));
  return link(url, label ? styled(label, []) : [url.replace(/^mailto:/, "")]);
}

export function person(id, label) {
  return h("span", { class: isMe(id) ? "mention me" : "mention", "data-user": id }, `@${personName(id) ?? (label || id)}`);
}

export function channel(id, label) {
  const name = channelName(id) ?? (label || id);
  return h("a", { class: "mention", href: `?channel=${encodeURIComponent(id)}`, onclick: followLink }, `#${name}`);
}

function special(target, label) {
  const [name, ...rest] = target.split("^");
  if (name === "date") return date(rest, label);
  if (name === "subteam") return h("span", { class: "mention broadcast" }, unescaped(label || `@${rest[0] ?? "group"}`));
  if (["here", "channel", "everyone"].includes(name)) return h("span", { class: "mention broadcast", "data-ping": name }, `@${name}`);
  return h("span", {}, unescaped(label || `<!${target}>`));
}

function date([seconds, format, url], fallback) {
  const words = formatted(Number(seconds), unescaped(format ?? "")) ?? unescaped(fallback);
  const node = h("time", { title: unescaped(fallback) }, words);
  return url ? link(unescaped(url), [node]) : node;
}

export function link(url, content) {
  if (!LINK.test(url)) return h("span", {}, content);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick: followLink }, content);
}
