// rich_text blocks.

import { h } from "./dom.js";
import { channel, link, person } from "./mrkdwn.js";
import { emoji } from "./emoji.js";
import { formatted } from "./dates.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code" };

const LEAF = {
  text: (item) => item.text,
  link: (item) => link(item.url, [item.text ?? item.url]),
  user: (item) => person(item.user_id),
  channel: (item) => channel(item.channel_id),
  emoji: (item) => emoji(item.name) ?? `:${item.name}:`,
  broadcast: (item) => h("span", { class: "mention broadcast", "data-ping": item.range }, `@${item.range}`),
  usergroup: (item) => h("span", { class: "mention broadcast" }, `@${item.usergroup_id}`),
  date: (item) => formatted(item.timestamp, item.format) ?? item.fallback ?? "",
};

function leaf(item) {
  const inner = (LEAF[item.type] ?? (() => ""))(item);
  const wraps = Object.entries(STYLES).filter(([name]) => item.style?.[name]);
  return wraps.reduce((node, [, tag]) => h(tag, {}, node), inner);
}

// Newlines inside stand as they are: the style sheet keeps them (white-space: pre-wrap).
const PART = {
  rich_text_section: (part) => h("div", { class: "prewrap" }, part.elements.map(leaf)),
  rich_text_quote: (part) => h("blockquote", { class: "prewrap" }, part.elements.map(leaf)),
  rich_text_preformatted: (part) => h("pre", {}, part.elements.map(leaf)),
  rich_text_list: (part) => h(part.style === "ordered" ? "ol" : "ul", {},
    part.elements.map((item) => h("li", {}, item.elements.map(leaf)))),
};

export function richText(block) {
  return block.elements.map((part) => (PART[part.type] ?? (() => ""))(part));
}
