// Block Kit as DOM nodes, for messages, modals and App Home alike.

import { element, picture } from "./elements.js";
import { richText } from "./richtext.js";
import { mrkdwn } from "./mrkdwn.js";
import { fill, h, settle } from "./dom.js";
import { textNodes, words } from "./text.js";

export function blocks(list, surface) {
  return (list ?? []).map((block) => {
    const draw = DRAW[block.type] ?? unsupported;
    const node = draw(block, surface);
    if (block.block_id) node.dataset.blockId = block.block_id;
    return node;
  });
}

const drawn = new WeakMap();

// Draws a view again, block by block: what did not change stays, with the list somebody has open in it.
export function redraw(root, list, surface) {
  const before = drawn.get(root) ?? new Map();
  const after = new Map();
  const nodes = list.map((block) => {
    const print = JSON.stringify(block);
    const node = before.get(print) ?? blocks([block], surface)[0];
    after.set(print, node);
    return node;
  });
  drawn.set(root, after);
  settle(root, nodes);
}

const unsupported = (block) => h("div", { class: "unsupported" }, `Unsupported block: ${block.type}`);

function section(block, surface) {
  return h("div", { class: "block section" },
    h("div", { class: "section-main" },
      block.text ? h("div", { class: "text" }, textNodes(block.text)) : null,
      block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, textNodes(field)))) : null),
    block.accessory ? h("div", { class: "accessory" }, element(block.accessory, block, surface)) : null);
}

function context(block) {
  const part = (item) => (item.type === "image" ? picture(item) : h("span", {}, textNodes(item)));
  return h("div", { class: "block context" }, block.elements.map(part));
}

function input(block, surface) {
  const label = h("label", { class: "label", htmlFor: surface.fieldId(block) }, words(block.label),
    block.optional ? h("span", { class: "optional" }, " (optional)") : null);
  const error = h("div", { class: "field-error", "data-error-for": block.block_id, role: "alert", hidden: true });
  const body = element(block.element, block, surface);
  return h("div", { class: "block input" }, label, body, error, block.hint ? h("div", { class: "hint" }, words(block.hint)) : null);
}

function image(block) {
  return h("figure", { class: "block image" }, block.title ? h("figcaption", {}, words(block.title)) : null, picture(block));
}

function table(block) {
  const cell = (tag, item, index) => {
    const align = block.column_settings?.[index]?.align ?? "left";
    return h(tag, { class: `align-${align}` }, item.type === "rich_text" ? richText(item) : [words({ type: "plain_text", ...item })]);
  };
  const [head, ...rows] = block.rows.map((row, at) => h("tr", {}, row.map((item, index) => cell(at ? "td" : "th", item, index))));
  return h("div", { class: "block table-frame" }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows)));
}

const DRAW = {
  header: (block) => h("h2", { class: "block header" }, words(block.text)),
  section,
  context,
  input,
  image,
  table,
  divider: () => h("hr", { class: "block" }),
  actions: (block, surface) => h("div", { class: "block actions" }, block.elements.map((item) => element(item, block, surface))),
  rich_text: (block) => h("div", { class: "block text" }, richText(block)),
  markdown: (block) => h("div", { class: "block text" }, mrkdwn(block.text.replace(/\*\*(.+?)\*\*/g, "*$1*"))),
};

// errors: {block_id: words}. Returns the errors for which no field stands on the surface.
export function showErrors(root, errors) {
  for (const place of root.querySelectorAll("[data-error-for]")) {
    const message = errors[place.dataset.errorFor];
    place.hidden = !message;
    place.closest(".block").classList.toggle("wrong", Boolean(message));
    fill(place, message ?? "");
  }
  const first = root.querySelector(".block.wrong input, .block.wrong textarea");
  first?.focus();
  return Object.entries(errors).filter(([block]) => !root.querySelector(`[data-error-for="${CSS.escape(block)}"]`));
}
