// Scans are asked one after the other, each exactly once, in the order in which they came.

import { NoAnswer, ask } from "./server.js";

export const MOST_SHOWN = 10;

export class Scans {
  // `changed(scan)` is called whenever a scan was added or answered; `signedOut()` when the key is good no more.
  constructor(changed, signedOut) {
    this.changed = changed;
    this.signedOut = signedOut;
    this.all = [];
    this.waiting = [];
    this.running = false;
  }

  get newest() {
    return this.all[0];
  }

  add(order) {
    const scan = { order, look: "asking", at: new Date(), answer: null, problem: "" };
    this.all = [scan, ...this.all].slice(0, Math.max(MOST_SHOWN, this.waiting.length + 2));
    this.waiting.push(scan);
    this.changed(scan);
    this.work();
  }

  async work() {
    if (this.running) {
      return;
    }
    this.running = true;
    while (this.waiting.length > 0) {
      await this.answer(this.waiting[0]);
      this.waiting.shift();
    }
    this.running = false;
  }

  async answer(scan) {
    try {
      scan.answer = await ask(scan.order);
      scan.look = scan.answer.may_ship === true ? "yes" : "no";
    } catch (problem) {
      scan.look = "unanswered";
      scan.problem = problem instanceof NoAnswer ? problem.message : "Something went wrong on this page.";
      if (problem.status === 401 || problem.status === 403) {
        this.signedOut(problem.message);
      }
    }
    scan.at = new Date();
    this.changed(scan);
  }

  forget() {
    this.all = [];
    this.waiting = [];
  }
}
