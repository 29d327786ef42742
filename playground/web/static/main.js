// The page: who is looking, at what, and what to read again when something changed.

import { get, listen, post, upload } from "./api.js";
import { Composer } from "./composer.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { beginning, noReplies } from "./empty.js";
import { nextRegion, themeButton } from "./frame.js";
import { Home } from "./home.js";
import { MailTray } from "./mail.js";
import { avatar, MessageList } from "./messages.js";
import { Modals } from "./modal.js";
import { learn } from "./names.js";
import { dismiss, noteFailure, withPrivate } from "./private.js";
import { optionGroups } from "./elements.js";
import { remembered, remember } from "./address.js";
import { jumper, jumps } from "./places.js";
import { drawSidebar } from "./sidebar.js";
import { toast } from "./popups.js";
import { Inspector } from "./inspector.js";
import { Tour } from "./tour.js";

const at = (id) => document.getElementById(id);
const page = { user: null, view: null, thread: null, state: null, limits: new Map(), readTo: null, lastRead: null };

// One reading of a kind at a time; a change during it means once more after it.
const reading = new Map();
function read(kind) {
  const running = reading.get(kind);
  if (running) {
    running.again = true;
    return running.done;
  }
  const job = { again: true };
  reading.set(kind, job);
  job.done = untilSettled(kind, job).finally(() => reading.delete(kind));
  return job.done;
}

async function untilSettled(kind, job) {
  while (job.again) {
    job.again = false;
    await READERS[kind]();
  }
}

const READERS = { state: readState, messages: readMessages, thread: readThread, views: readViews, home: readHome, mail: () => mail.refresh(), tour: () => tour.refresh() };
const AFTER = {
  all: ["state", "messages", "thread", "views", "home", "mail"],
  messages: ["state"], views: ["views"], home: ["home"], mail: ["mail"],
};

function changed(change) {
  const kinds = [...(AFTER[change.kind] ?? [])];
  if (change.kind === "messages" && (!change.channel || change.channel === page.view)) kinds.push("messages", "thread");
  for (const kind of kinds) read(kind);
  read("tour");
  inspector.refresh();
}

// What the banner says already is not said again.
function sayProblem(answer) {
  if (answer.error !== "playground_unreachable" || at("offline").hidden) toast(answer.shown, { error: true });
}

async function readState() {
  const user = page.user;
  const state = await get("state", { user });
  if (!state.ok) return sayProblem(state);
  if (user !== page.user) return undefined;
  page.state = state;
  learn(state, go);
  at("workspace-name").textContent = state.workspace.name;
  drawSidebar(at("sidebar"), state, page.view, (id) => go({ channel: id }));
  drawWho();
  document.title = `${unreadMark()}${viewName()} · ${state.workspace.name}`;
  return undefined;
}

const unreadMark = () => ([...page.state.channels, ...page.state.dms].some((one) => one.mentions) ? "! " : "");
const viewEntry = () => [...page.state.channels, ...page.state.dms].find((one) => one.id === page.view);
const viewName = () => (page.view === "home" ? page.state.app.name : `${viewEntry()?.with ? "" : "#"}${viewEntry()?.name ?? ""}`);

function drawWho() {
  const select = at("user-switch");
  const wanted = page.state.people.filter((person) => person.switchable);
  if (select.childElementCount !== wanted.length) {
    fill(select, wanted.map((person) => h("option", { value: person.id }, person.role ? `${person.name} · ${person.role}` : person.name)));
  }
  select.value = page.user;
  fill(at("who-face"), avatar(page.user));
}

async function readMessages() {
  const channel = page.view;
  if (!channel || channel === "home") return;
  const user = page.user;
  const fresh = await get("messages", { user, channel, limit: page.limits.get(channel) });
  if (channel !== page.view || user !== page.user) return;
  const answer = fresh.ok ? fresh : page.lastRead;
  if (!fresh.ok) sayProblem(fresh);
  if (!answer) return;
  page.lastRead = answer;
  page.readTo ??= answer.read_to;
  const more = answer.more ? () => earlier(answer.limit) : null;
  const top = more ? earlierButton(more) : beginning(viewEntry(), page.state, (text) => composer.begin(text));
  list.show(withPrivate(answer, { user, channel }), { top, more, readTo: page.readTo });
  const last = answer.messages.at(-1);
  if (last && document.visibilityState === "visible" && viewEntry()?.unread) {
    await post("read", { user, channel, ts: last.ts });
    read("state");
  }
}

const PAGE = 200;
function earlier(limit) {
  page.limits.set(page.view, limit + PAGE);
  return read("messages");
}

const earlierButton = (more) => h("button", { type: "button", class: "button earlier", "data-testid": "earlier", onclick: more }, "Show earlier messages");

async function readThread() {
  if (!page.thread) return;
  const { thread, view, user } = page;
  const answer = await get("thread", { user, channel: view, thread_ts: thread });
  if (thread !== page.thread || user !== page.user) return;
  if (!answer.ok) {
    sayProblem(answer);
    return;
  }
  const said = withPrivate(answer, { user, channel: view, thread });
  threadList.show(said);
  at("thread-empty").replaceChildren(...(said.length > 1 ? [] : [noReplies()]));
}

async function readViews() {
  const user = page.user;
  const answer = await get("views", { user });
  if (answer.ok && user === page.user) modals.show(answer.views);
}

async function readHome() {
  if (page.view !== "home") return;
  const user = page.user;
  const answer = await get("home", { user });
  if (user === page.user && page.view === "home") home.show(answer);
}

function failed(thread, words) {
  noteFailure({ user: page.user, channel: page.view, thread, words });
  read(thread ? "thread" : "messages");
}

async function send(text, thread = null) {
  if (text.startsWith("/") && thread) {
    failed(thread, `${text.split(" ")[0]} is not supported in threads. Sorry!`);
    return true;
  }
  const command = text.startsWith("/");
  const body = { user: page.user, channel: page.view, text, thread_ts: thread };
  const answer = await post(command ? "command" : "say", body);
  if (!answer.ok) failed(thread, answer.shown);
  changed({ kind: "messages", channel: page.view });
  return answer.error !== "playground_unreachable";
}

async function share(file, thread = null) {
  const answer = await upload(file, { user: page.user, channel: page.view, thread });
  if (!answer.ok) toast(`${file.name} was not uploaded. ${answer.shown}`, { error: true });
  changed({ kind: "messages", channel: page.view });
}

const desk = {
  shortcuts: () => page.state.message_shortcuts,
  openThread,
  dismiss: (message) => { dismiss(message); read("messages"); read("thread"); },
  act: (message, item, block, state, values) => post("click", {
    user: page.user, channel: message.channel, ts: message.ts, block_id: block.block_id, action_id: item.action_id, state, values,
  }),
  suggest: (message, item, block, typed) => suggestions({ channel: message.channel, ts: message.ts, block_id: block.block_id, action_id: item.action_id, typed }),
  runShortcut: (callback, message) => post("shortcut", { user: page.user, callback_id: callback, channel: message.channel, ts: message.ts }),
};

async function suggestions(body) {
  const answer = await post("suggest", { user: page.user, ...body });
  return answer.ok ? optionGroups(answer) : { shown: answer.shown };
}

const viewDesk = {
  act: (view, item, block, state, values) => post("act", {
    user: page.user, view_id: view.id, block_id: block.block_id, action_id: item.action_id, state, values,
  }),
  suggest: (view, item, block, typed, values) => suggestions({ view_id: view.id, block_id: block.block_id, action_id: item.action_id, typed, values }),
  submit: async (view, values) => {
    const answer = await post("submit", { user: page.user, view_id: view.id, values });
    await read("views");
    return answer;
  },
  close: async (view, all) => {
    const answer = await post("close", { user: page.user, view_id: view.id, all });
    if (!answer.ok) toast(answer.shown, { error: true });
    await read("views");
  },
};

async function globalShortcut(callback) {
  const answer = await post("shortcut", { user: page.user, callback_id: callback });
  if (!answer.ok) toast(answer.shown, { error: true });
}

const list = new MessageList(at("messages"), desk);
const threadList = new MessageList(at("thread-messages"), { ...desk, inThread: true });
const modals = new Modals(viewDesk);
const home = new Home(at("home"), viewDesk);
const mail = new MailTray(at("mail"));
const lists = { commands: () => page.state?.commands ?? [], shortcuts: () => page.state?.global_shortcuts ?? [], runShortcut: globalShortcut };
const composer = new Composer({ testid: "composer", placeholder: "Message", sends: (text) => send(text), attaches: (file) => share(file), ...lists });
const threadComposer = new Composer({ testid: "thread-composer", placeholder: "Reply…", sends: (text) => send(text, page.thread), attaches: (file) => share(file, page.thread) });

async function go({ channel, ts = null, step = true }) {
  drawer(false);
  hideThread();
  page.limits.clear();
  page.readTo = page.lastRead = null;
  page.view = channel;
  remember(page, { step });
  list.clear();
  home.clear();
  await show();
  if (ts) list.reveal(ts);
}

async function show() {
  const isHome = page.view === "home";
  at("messages").hidden = isHome;
  at("composer").hidden = isHome;
  at("home").hidden = !isHome;
  drawHead();
  drawSidebar(at("sidebar"), page.state, page.view, (id) => go({ channel: id }));
  composer.rename(`Message ${viewName()}`);
  if (isHome) await post("home", { user: page.user }).then((answer) => !answer.ok && toast(answer.shown, { error: true }));
  await read(isHome ? "home" : "messages");
  tour.refresh();
}

function drawHead() {
  const entry = viewEntry();
  const app = page.state.dms.find((dm) => dm.with === page.state.app.user);
  const withApp = page.view === "home" || (entry && entry === app);
  const tab = (id, name) => h("button", { type: "button", role: "tab", "aria-selected": String(page.view === id), "data-testid": `tab-${name.toLowerCase()}`, onclick: () => go({ channel: id }) }, name);
  const face = withApp ? avatar(page.state.app.user) : entry?.with ? avatar(entry.with) : icon(entry?.private ? "lock" : "hash");
  fill(at("pane-head"), h("h1", {}, face, withApp ? page.state.app.name : entry?.name ?? page.view),
    withApp ? h("div", { class: "tabs", role: "tablist" }, tab("home", "Home"), app ? tab(app.id, "Messages") : null) : h("span", { class: "quiet" }, entry?.topic ?? ""));
}

let threadOpener = null;
async function openThread(ts, { step = true } = {}) {
  threadOpener = document.activeElement;
  page.thread = ts;
  remember(page, { step });
  threadList.clear();
  at("thread").hidden = false;
  document.body.classList.add("with-thread");
  fill(at("thread-head"), h("h1", {}, "Thread"), h("span", { class: "quiet" }, viewName()),
    iconButton("close", "Close thread", { "data-testid": "close-thread", onclick: closeThread }));
  await read("thread");
  if (matchMedia("(hover: hover)").matches) threadComposer.field.focus();
}

// The focus goes back to where the thread was opened.
function closeThread() {
  const inside = at("thread").contains(document.activeElement);
  const ts = page.thread;
  hideThread();
  remember(page, { step: Boolean(ts) });
  if (!inside) return;
  const line = document.querySelector(`main [data-ts="${CSS.escape(ts)}"]`);
  (threadOpener?.isConnected ? threadOpener : line ?? composer.field).focus();
}

function hideThread() {
  page.thread = null;
  at("thread").hidden = true;
  document.body.classList.remove("with-thread");
}

function drawer(open) {
  document.body.classList.toggle("with-drawer", open);
  at("shade").hidden = !open;
  at("drawer").setAttribute("aria-expanded", String(open));
}

let stopListening = () => {};
async function become(user, { view = null, thread = null, step = false } = {}) {
  stopListening();
  page.user = user;
  page.thread = null;
  modals.show([]);
  list.clear();
  home.clear();
  hideThread();
  page.limits.clear();
  page.readTo = page.lastRead = null;
  await readState();
  if (!page.state) return;
  const known = [...page.state.channels, ...page.state.dms].some((entry) => entry.id === view) || view === "home";
  page.view = known ? view : page.state.channels[0]?.id ?? "home";
  remember(page, { step });
  stopListening = listen(user, changed, (up) => { at("offline").hidden = up; });
  await show();
  read("views");
  read("mail");
  if (thread) openThread(thread, { step: false });
}

// The browser's back and forward buttons.
async function travelled() {
  const { user, view, thread } = remembered();
  if (user !== page.user) return become(user, { view, thread });
  if (view !== page.view) await go({ channel: view, step: false });
  else hideThread();
  if (thread) await openThread(thread, { step: false });
  else remember(page);
  return undefined;
}

// Somebody who looks at the app's messages goes on looking at it, in the other person's own.
async function switchTo(user) {
  const withApp = viewEntry()?.with === page.state.app.user;
  const next = withApp ? await get("state", { user }) : null;
  const own = next?.ok ? next.dms.find((dm) => dm.with === next.app.user)?.id : page.view;
  await become(user, { view: own, step: true });
}

const jump = jumper(() => jumps(page.state, (id) => go({ channel: id }).then(() => composer.field.focus()), switchTo));
function keys(event) {
  if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    jump();
  }
  if (event.key === "F6" && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    nextRegion({ main: composer.field, thread: threadComposer.field }, event.shiftKey);
  }
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const wasOpen = document.body.classList.contains("with-drawer");
  drawer(false);
  if (wasOpen) at("drawer").focus();
  else if (page.thread) closeThread();
}

// The guided story leads to a person and a place, and fills in what to type.
const tour = new Tour(at("tour"), at("tour-button"), {
  at: () => ({ user: page.user, channel: page.view }),
  show: ({ user, channel }) => (user === page.user ? go({ channel }) : become(user, { view: channel })),
  type: (text) => composer.put(text),
});
const inspector = new Inspector(at("inspector"), at("inspector-button"));

async function start() {
  fill(at("drawer"), icon("menu"));
  fill(at("tour-button"), icon("compass"));
  fill(at("inspector-button"), icon("code"));
  fill(at("jump"), icon("search", 15), h("span", { class: "wide" }, "Jump to… "), h("kbd", { class: "wide" }, "Ctrl K"));
  at("jump").setAttribute("aria-label", "Jump to a channel or person");
  at("jump").addEventListener("click", jump);
  themeButton(at("theme"));
  window.addEventListener("popstate", travelled);
  at("composer").append(composer.root);
  at("thread-composer").append(threadComposer.root);
  at("drawer").addEventListener("click", () => drawer(!document.body.classList.contains("with-drawer")));
  at("shade").addEventListener("click", () => drawer(false));
  at("user-switch").addEventListener("change", (event) => switchTo(event.target.value));
  document.addEventListener("keydown", keys);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && changed({ kind: "messages" }));
  const before = remembered();
  const first = await get("state", { user: before.user });
  if (!first.ok && !before.user) return toast(first.shown, { error: true });
  const user = first.ok ? first.me : (await get("state")).me;
  await become(user, before);
  return tour.start();
}

start();
