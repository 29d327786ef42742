// What is seen: the huge answer, what earlier scans of a burst came to, and the last ten.

import { byId, element } from "./dom.js";
import { MOST_SHOWN } from "./scans.js";

// Words and a sign stand beside each colour.
const LOOKS = {
  none: ["", "Scan an order"],
  asking: ["…", "Wait"],
  yes: ["✓", "MAY SHIP"],
  no: ["✕", "DO NOT SHIP"],
  unanswered: ["?", "NO ANSWER: do not ship"],
  old: ["↻", "Scan again"],
};

export function showAnswer(scan, look = scan?.look ?? "none", words = "") {
  const place = byId("answer");
  const [sign, verdict] = LOOKS[look];
  place.dataset.look = look;
  place.replaceChildren(
    element("p", { class: "verdict" }, element("span", { class: "sign", "aria-hidden": "true" }, sign), verdict),
    ...(scan ? [element("p", { class: "number" }, scan.answer?.order ?? scan.order)] : []),
    ...details(scan, look, words),
  );
  document.title = scan && look !== "old" ? `${verdict} · ${scan.order}` : "Ship gate";
}

function details(scan, look, words) {
  if (look === "unanswered") {
    return [element("p", {}, words || scan.problem)];
  }
  if (look === "old") {
    return [element("p", {}, "The answer is more than a minute old.")];
  }
  if (look !== "yes" && look !== "no") {
    return [];
  }
  const { why, notes, blocks } = scan.answer;
  return [
    ...(why ? [element("p", { class: "why" }, why)] : []),
    ...notes.map((note) => element("p", { class: "note" }, note)),
    ...(blocks.length > 0 ? [element("ul", {}, ...blocks.map(block))] : []),
  ];
}

const block = ({ id, label, since, who }) =>
  element(
    "li",
    {},
    element("b", {}, `${label} (${id})`),
    element("span", {}, `Since ${moment(new Date(since))}`),
    element("span", {}, `Who can act: ${who}`),
  );

// Only those of the same burst: scans that were overtaken before anybody could read their answer.
export function showEarlier(scans) {
  const missed = scans.filter((scan) => scan.overtaken && scan.look !== "yes" && scan.look !== "asking");
  byId("earlier").replaceChildren(
    ...(missed.length > 0 ? [element("p", {}, `Also do not ship: ${missed.map((scan) => scan.order).join(", ")}`)] : []),
  );
}

export function showHistory(scans) {
  byId("history").replaceChildren(...scans.slice(0, MOST_SHOWN).map(line));
}

function line(scan) {
  const [sign, verdict] = LOOKS[scan.look];
  return element(
    "li",
    { "data-look": scan.look },
    element("span", { class: "sign", "aria-hidden": "true" }, sign),
    element("b", {}, scan.answer?.order ?? scan.order),
    element("span", { class: "said" }, verdict),
    element("time", { datetime: scan.at.toISOString() }, scan.at.toLocaleTimeString()),
  );
}

function moment(when) {
  const today = when.toDateString() === new Date().toDateString();
  const time = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return today ? time : `${when.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" })}, ${time}`;
}
