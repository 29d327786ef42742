// What stands where nothing is yet, and what somebody may try there.

import { h, icon } from "./dom.js";
import { avatar } from "./messages.js";
import { mrkdwn } from "./mrkdwn.js";

const TRY = {
  "order-desk": ["/hold ORD-123 credit waiting for the wire", "/order ORD-123", "/desk queue"],
  app: ["/desk help", "/order ORD-123"],
  other: ["/order ORD-123", "/desk queue"],
};

const ABOUT = {
  "order-desk": "Stop an order, ask for its release, or see whether it may ship.",
  floor: "The app says here when an order is stopped, and when it is clear to ship.",
  managers: "What waits too long comes here.",
  audit: "The app writes the seals of its records here.",
  random: "People talk here; the app is quiet.",
};

// entry: a channel or direct message of the sidebar. begin(text) puts it into the message field.
export function beginning(entry, state, begin) {
  const withApp = entry.with === state.app.user;
  const name = entry.with ? entry.name : `#${entry.name}`;
  const about = withApp
    ? `${name} writes to you here: what became of your requests, and what waits for you.`
    : `This is the very beginning of ${name}. ${ABOUT[entry.name] ?? "Cards that wait for this team’s signature appear here."} Commands work in any channel.`;
  return h("section", { class: "beginning", "data-testid": "beginning", "aria-label": `Beginning of ${name}` },
    entry.with ? avatar(entry.with) : h("span", { class: "big-mark" }, icon(entry.private ? "lock" : "hash", 26)),
    h("div", {}, h("p", { class: "beginning-name" }, name), h("p", {}, about), tries(commandsFor(entry, withApp), begin)));
}

const commandsFor = (entry, withApp) => TRY[withApp ? "app" : entry.name] ?? TRY.other;

function tries(commands, begin) {
  return h("p", { class: "tries" }, "Try: ",
    commands.map((text) => h("button", { type: "button", class: "try", "data-try": text, onclick: () => begin(text) }, h("code", {}, text))));
}

export const noMail = () => h("div", { class: "empty" }, h("span", { class: "big-mark" }, icon("mail", 26)), h("h2", {}, "No e-mail yet"),
  h("p", {}, mrkdwn("The bot’s e-mails land here instead of leaving this machine. Release a hold and sign for it: the floor gets one.")));

export const noReplies = () => h("p", { class: "no-replies", "data-testid": "no-replies" }, "No replies yet. Words here are only talk: an order is stopped or released by the buttons of its card.");

export const noHome = () => h("div", { class: "empty" }, h("span", { class: "avatar app large" }, icon("tag", 34)),
  h("h2", {}, "This is a work in progress"), h("p", {}, "The app has not published its Home tab for you yet. It does so when the bot runs and you open this tab; ", h("code", {}, "/desk queue"), " in any channel shows what waits."));
