// The page: who is signed in, what was scanned, and how long an answer is good for.

import { byId } from "./dom.js";
import { Scans } from "./scans.js";
import * as server from "./server.js";
import { showAnswer, showEarlier, showHistory } from "./showing.js";
import { isOn, signal, switchSound } from "./signal.js";

const FRESH_MS = 60_000;
const OFFLINE = "This device is offline. Look at the network, then scan again.";
const field = byId("order");
let ageing = 0;

const scans = new Scans(changed, (words) => signedOut(words));

function changed(scan) {
  if (scan.look === "asking") {
    overtake(scan);
  } else {
    signal(scan.look);
  }
  if (scan === scans.newest) {
    showAnswer(scan);
    clearTimeout(ageing);
    ageing = scan.look === "yes" || scan.look === "no" ? setTimeout(grewOld, FRESH_MS) : 0;
  }
  showEarlier(scans.all);
  showHistory(scans.all);
}

// While nothing waits, a new scan begins a new burst: what came before has been on the screen.
function overtake(newest) {
  const burst = scans.waiting.length > 1;
  for (const scan of scans.all) {
    scan.overtaken = burst && scan !== newest && (scan.overtaken || scan.look === "asking");
  }
}

function grewOld() {
  const scan = scans.newest;
  if (scan?.answer && Date.now() - scan.at.getTime() >= FRESH_MS) {
    showAnswer(scan, "old");
  }
}

function scanned(event) {
  event.preventDefault();
  const order = field.value.trim();
  field.value = "";
  field.focus();
  if (order) {
    scans.add(order);
  }
}

// A scanner types wherever the focus is: letters and digits belong to the field, unless somebody writes elsewhere.
function toTheField(event) {
  const plain = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && !byId("gate").hidden && !(event.target instanceof HTMLInputElement)) {
    field.focus();
  }
}

function back() {
  if (!byId("gate").hidden && !document.activeElement?.matches("button, input")) {
    field.focus();
  }
}

function lostNetwork() {
  if (!byId("gate").hidden) {
    showAnswer(scans.newest, "unanswered", OFFLINE);
  }
}

async function signingIn(event) {
  event.preventDefault();
  const problem = byId("sign-in-problem");
  problem.textContent = "";
  try {
    await server.signIn(byId("key").value.trim());
    signedIn();
  } catch (found) {
    problem.textContent = found.message;
    byId("key").focus();
  }
}

async function signingOut() {
  try {
    await server.signOut();
    scans.forget();
    signedOut("");
  } catch (found) {
    showAnswer(scans.newest, "unanswered", `You are still signed in. ${found.message}`);
  }
}

function signedIn() {
  byId("key").value = "";
  show(true);
  showAnswer(scans.newest);
  showEarlier(scans.all);
  showHistory(scans.all);
  field.focus();
}

function signedOut(words) {
  clearTimeout(ageing);
  show(false);
  byId("sign-in-problem").textContent = words;
  byId("key").focus();
}

function show(inside) {
  byId("gate").hidden = byId("tools").hidden = !inside;
  byId("sign-in").hidden = inside;
}

function soundShown() {
  byId("sound").setAttribute("aria-pressed", String(isOn()));
  byId("sound").textContent = isOn() ? "Sound is on" : "Sound is off";
}

async function start() {
  try {
    await server.session();
    signedIn();
  } catch (found) {
    if (found.status === 401 || found.status === 403) {
      signedOut("");
    } else {
      signedIn();
      showAnswer(undefined, "unanswered", found.message);
    }
  }
}

byId("scan").addEventListener("submit", scanned);
byId("sign-in").addEventListener("submit", signingIn);
byId("sign-out").addEventListener("click", signingOut);
byId("sound").addEventListener("click", () => {
  switchSound(!isOn());
  soundShown();
});
document.addEventListener("keydown", toTheField);
document.addEventListener("click", back);
window.addEventListener("focus", back);
window.addEventListener("offline", lostNetwork);
// A phone that slept did not run its timers, and a page that comes back from history shows what it showed.
document.addEventListener("visibilitychange", grewOld);
window.addEventListener("pageshow", grewOld);
soundShown();
start();
