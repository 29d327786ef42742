// Block Kit's text objects.

import { mrkdwn } from "./mrkdwn.js";
import { withEmoji } from "./emoji.js";
import { h } from "./dom.js";

// One line, for buttons, labels and titles.
export function words(text) {
  if (!text) return "";
  return text.type === "plain_text" && text.emoji !== false ? withEmoji(text.text) : text.text;
}

export function textNodes(text) {
  if (text.type === "mrkdwn") return mrkdwn(text.text, { verbatim: Boolean(text.verbatim) });
  return words(text).split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}
