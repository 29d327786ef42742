// Channels, direct messages and the app, with what is unread.

import { avatar } from "./messages.js";
import { fill, h, icon } from "./dom.js";

export function drawSidebar(root, state, view, open) {
  const at = document.activeElement?.dataset?.testid;
  fill(root,
    group("Channels", state.channels.map((channel) => entry({
      id: channel.id, testid: `channel-${channel.id}`, face: icon(channel.private ? "lock" : "hash", 16), name: channel.name,
      unread: channel.unread, badge: channel.mentions, current: view === channel.id, open,
    }))),
    group("Direct messages", state.dms.map((dm) => entry({
      id: dm.id, testid: `channel-${dm.id}`, face: avatar(dm.with), name: dm.name, tag: dm.with === state.app.user ? "APP" : null,
      unread: dm.unread, badge: dm.unread, current: view === dm.id, open,
    }))),
    group("Apps", [entry({
      id: "home", testid: "channel-home", face: avatar(state.app.user), name: state.app.name, current: view === "home", open,
    })]));
  if (at) root.querySelector(`[data-testid="${CSS.escape(at)}"]`)?.focus();
}

function group(title, entries) {
  return h("section", {}, h("h2", {}, title), h("ul", {}, entries.map((one) => h("li", {}, one))));
}

function entry({ id, testid, face, name, tag, unread, badge, current, open }) {
  const kind = ["entry", unread && "unread", current && "current"].filter(Boolean).join(" ");
  return h("button", { type: "button", class: kind, "data-testid": testid, "aria-current": current ? "page" : null, onclick: () => open(id) },
    face, h("span", { class: "entry-name" }, name), tag ? h("span", { class: "badge" }, tag) : null,
    badge ? h("span", { class: "count", "aria-label": `${badge} unread` }, String(badge)) : null);
}
