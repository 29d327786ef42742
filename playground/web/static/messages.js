// The messages of a channel or a thread: one node each, redrawn only when its message changed.

import { blocks } from "./blocks.js";
import { clock, dayKey, dayName, fullTime, since } from "./dates.js";
import { h, icon, iconButton, settle } from "./dom.js";
import { menuButton } from "./popups.js";
import { mrkdwn } from "./mrkdwn.js";
import { fileAddress } from "./api.js";
import { isMe, me, personOf } from "./names.js";
import { Values } from "./values.js";

const SAME_BREATH = 300;  // seconds between two messages of one author that share one name line

// desk: {act, suggest, openThread, shortcuts, runShortcut, dismiss, inThread}
export class MessageList {
  constructor(root, desk) {
    this.root = root;
    this.desk = desk;
    this.nodes = new Map();
    this.values = new Map();
    this.atEnd = true;
    root.addEventListener("scroll", () => this.scrolled());
    root.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.keepEnd()).observe(root);
  }

  // Who reads the newest goes on reading the newest, when the list grows or the window shrinks.
  keepEnd() {
    if (this.atEnd) this.root.scrollTop = this.root.scrollHeight;
  }

  scrolled() {
    this.atEnd = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 80;
    if (this.root.scrollTop < 400 && this.more) this.more();
  }

  // Arrow keys go from message to message; T opens the thread, as in Slack.
  key(event) {
    const at = document.activeElement;
    if (at !== this.root && !at.matches("article.message")) return;
    const all = [...this.root.querySelectorAll("article.message")];
    const index = all.indexOf(at);
    const steps = { ArrowDown: index + 1, ArrowUp: index < 0 ? all.length - 1 : index - 1, Home: 0, End: all.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      all[Math.min(Math.max(steps[event.key], 0), all.length - 1)]?.focus();
    } else if (event.key === "t" && index >= 0 && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      at.querySelector("[data-testid=reply-in-thread]")?.click();
    }
  }

  clear() {
    this.nodes.clear();
    this.values.clear();
    this.atEnd = true;
    this.more = null;
    this.root.replaceChildren(h("div", { class: "loading" }, "Loading…"));
  }

  // What somebody reads stays where it is, whatever comes above it.
  anchor() {
    const edge = this.root.getBoundingClientRect().top;
    const seen = [...this.nodes.values()].find((node) => node.getBoundingClientRect().bottom > edge);
    return { seen, top: seen?.getBoundingClientRect().top };
  }

  hold({ seen, top }) {
    if (seen?.isConnected) this.root.scrollTop += seen.getBoundingClientRect().top - top;
  }

  // `more` brings earlier messages; `readTo` is how far this person had read when coming here.
  show(messages, { top = null, more = null, readTo = null } = {}) {
    const atEnd = this.atEnd;
    const anchor = atEnd ? {} : this.anchor();
    const wanted = this.desk.inThread ? threadRows(messages) : rows(messages, readTo);
    const fresh = new Map(wanted.map((row) => [row.key, this.node(row)]));
    const focused = this.root.contains(document.activeElement) ? document.activeElement.closest("[data-ts]") : null;
    settle(this.root, [top, ...fresh.values()].filter(Boolean));
    this.nodes = fresh;
    if (focused && !focused.isConnected) fresh.get(`message ${focused.dataset.ts}`)?.focus();
    this.atEnd = atEnd;
    this.more = more;
    if (atEnd) this.keepEnd();
    else this.hold(anchor);
  }

  node(row) {
    const before = this.nodes.get(row.key);
    const print = JSON.stringify(row);
    if (before?.dataset.print === digest(print)) return before;
    const node = row.message ? this.message(row) : LINES[row.line](row);
    node.dataset.print = digest(print);
    return node;
  }

  reveal(ts) {
    const node = this.nodes.get(`message ${ts}`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("pointed-at");
    node?.focus({ preventScroll: true });
  }

  message({ message, compact }) {
    const kind = ["message", compact && "compact", message.ephemeral && "ephemeral", message.failure && "failure"].filter(Boolean).join(" ");
    return h("article", {
      class: kind, "data-ts": message.ts, "data-channel": message.channel, "data-from": message.user, tabIndex: -1,
      "data-thread-ts": message.thread_ts,
      "aria-label": `${authorName(message)}, ${clock(message.ts)}`,
    }, this.gutter(message, compact), h("div", { class: "message-main" },
      message.ephemeral ? h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you") : null,
      compact ? null : nameLine(message),
      message.broadcast && message.thread_ts ? this.broadcastLine(message) : null,
      this.content(message),
      h("div", { class: "app-error", role: "alert", hidden: true }),
      this.footer(message)), this.tools(message));
  }

  gutter(message, compact) {
    const time = h("time", { class: "gutter-time", title: fullTime(message.ts) }, clock(message.ts).replace(/ [AP]M$/, ""));
    return h("div", { class: "gutter" }, compact ? time : avatar(message.user, message.username));
  }

  content(message) {
    const body = h("div", { class: "content" });
    if (message.blocks?.length) body.append(...blocks(message.blocks, this.surface(message)));
    else if (message.text) body.append(h("div", { class: "text" }, mrkdwn(message.text)));
    body.append(...(message.attachments ?? []).map((one) => this.attachment(one, message)));
    body.append(...(message.files ?? []).map(fileNode));
    if (message.edited) body.append(h("span", { class: "edited" }, "(edited)"));
    return body;
  }

  attachment(one, message) {
    const node = h("div", { class: "attachment" }, one.blocks ? blocks(one.blocks, this.surface(message)) : mrkdwn(one.text ?? one.fallback));
    if (/^#?[0-9a-f]{6}$/i.test(one.color ?? "")) node.style.borderColor = `#${one.color.replace("#", "")}`;
    return node;
  }

  surface(message) {
    const values = this.values.get(message.ts) ?? new Values();
    this.values.set(message.ts, values);
    return {
      values,
      fieldId: (block) => `field-${message.ts}-${block.block_id}`,
      act: async (item, block, state) => this.told(message, await this.desk.act(message, item, block, state, values.blocks)),
      suggest: (item, block, typed) => this.desk.suggest(message, item, block, typed),
    };
  }

  // What Slack shows beside a card whose app did not answer well.
  told(message, answer) {
    const place = this.nodes.get(`message ${message.ts}`)?.querySelector(".app-error");
    if (!place) return;
    place.hidden = answer.ok;
    place.replaceChildren(...(answer.ok ? [] : [icon("warn", 15), answer.shown]));
    this.keepEnd();
  }

  footer(message) {
    if (this.desk.inThread || message.ephemeral || !message.reply_count) return this.dismissal(message);
    const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
    return h("button", { type: "button", class: "thread-line", "data-testid": "open-thread", onclick: () => this.desk.openThread(message.ts) },
      h("span", { class: "faces" }, (message.reply_users ?? []).slice(0, 3).map((user) => avatar(user))), h("b", {}, words),
      h("span", { class: "quiet" }, `Last reply ${since(message.latest_reply)}`));
  }

  dismissal(message) {
    if (!message.ephemeral) return null;
    return h("button", { type: "button", class: "link-button", onclick: () => this.desk.dismiss(message) }, "Dismiss message");
  }

  broadcastLine(message) {
    if (this.desk.inThread) return h("span", { class: "quiet" }, "Also sent to the channel");
    return h("button", { type: "button", class: "link-button", "data-testid": "open-thread", onclick: () => this.desk.openThread(message.thread_ts) },
      "replied to a thread");
  }

  tools(message) {
    if (message.ephemeral) return null;
    const thread = this.desk.inThread ? null : iconButton("thread", "Reply in thread",
      { "data-testid": "reply-in-thread", onclick: () => this.desk.openThread(message.thread_ts ?? message.ts) });
    const choices = () => this.desk.shortcuts().map((shortcut) => ({
      label: `${shortcut.name}…`, hook: { "data-shortcut": shortcut.callback_id },
      run: async () => this.told(message, await this.desk.runShortcut(shortcut.callback_id, message)),
    }));
    return h("div", { class: "tools" }, thread, menuButton("More actions", choices, { "data-testid": "message-menu" }));
  }
}

function rows(messages, readTo = null) {
  const list = [];
  const unread = readTo && messages.find((message) => Number(message.ts) > Number(readTo) && !isMe(message.user) && !message.ephemeral);
  let last = null;
  for (const message of messages) {
    const day = dayKey(message.ts);
    if (!last || dayKey(last.ts) !== day) list.push({ key: `day ${day}`, line: "day", ts: message.ts });
    if (message === unread) list.push({ key: "new", line: "fresh" });
    list.push({ key: `message ${message.ts}`, message, compact: message !== unread && follows(message, last) });
    last = message;
  }
  return list;
}

// The message that began the thread, how many answered, then the answers.
function threadRows(messages) {
  const list = rows(messages).filter((row) => row.message);
  const replies = messages.filter((message) => !message.ephemeral).length - 1;
  const line = replies > 0 ? [{ key: "replies", line: "replies", replies }] : [];
  return [...list.slice(0, 1), ...line, ...list.slice(1)];
}

const LINES = {
  day: ({ ts }) => h("div", { class: "day-line", role: "separator" }, h("span", {}, dayName(ts))),
  fresh: () => h("div", { class: "new-line", role: "separator", "data-testid": "new-line" }, h("span", {}, "New")),
  replies: ({ replies }) => h("div", { class: "replies-line", role: "separator" }, replies === 1 ? "1 reply" : `${replies} replies`),
};

function fileNode(file) {
  const address = fileAddress(file, me());
  if (/^image\/(gif|jpeg|png|webp)$/.test(file.mimetype)) {
    return h("figure", { class: "file-picture" }, h("figcaption", {}, file.title),
      h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, h("img", { src: address, alt: file.alt_txt || file.title })));
  }
  return h("a", { class: "file-chip", href: address, download: file.title, "data-file-id": file.id },
    icon("file", 26), h("span", {}, h("b", {}, file.title), h("small", {}, `${size(file.size)} · Download`)));
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function follows(message, last) {
  return Boolean(last) && last.user === message.user && !last.ephemeral && !message.ephemeral && !message.broadcast && !message.blocks?.length
    && dayKey(last.ts) === dayKey(message.ts) && Number(message.ts) - Number(last.ts) < SAME_BREATH;
}

// A short fingerprint (FNV-1a): enough to see that one message changed, and light on the page.
function digest(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${text.length}.${hash >>> 0}`;
}

function authorName(message) {
  return message.username ?? personOf(message.user)?.name ?? message.user ?? "Unknown";
}

function nameLine(message) {
  const person = personOf(message.user);
  const isApp = message.from_bot || person?.kind === "bot";
  return h("div", { class: "name-line" }, h("b", {}, authorName(message)), isApp ? h("span", { class: "badge" }, "APP") : null,
    h("time", { title: fullTime(message.ts) }, clock(message.ts)));
}

export function avatar(user, username) {
  const person = personOf(user);
  if (person?.kind === "bot") return h("span", { class: "avatar app", "aria-hidden": "true" }, icon("tag", 20));
  const name = person?.name ?? username ?? "?";
  const initials = name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("");
  const hue = [...(user ?? "")].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  const face = h("span", { class: "avatar", "aria-hidden": "true" }, initials);
  face.style.setProperty("--hue", hue);
  return face;
}
