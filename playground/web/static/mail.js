// The e-mail tray: what went out by e-mail. The HTML of a mail is shown in a sandboxed frame that may run and load nothing.

import { fullTime, clock, dayName } from "./dates.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { get } from "./api.js";
import { noMail } from "./empty.js";

export class MailTray {
  constructor(root) {
    this.root = root;
    this.chosen = null;
    this.mails = [];
    this.count = h("span", { class: "count", hidden: true });
    this.button = h("button", { type: "button", class: "tray-button", "aria-label": "E-mail", "aria-expanded": "false", "data-testid": "email-tray-button", onclick: () => this.toggle() },
      icon("mail"), h("span", { class: "wide" }, "E-mail"), this.count);
    this.panel = h("section", { class: "tray-panel", hidden: true, "aria-label": "E-mail tray" });
    root.append(this.button, this.panel);
    root.addEventListener("keydown", (event) => { if (event.key === "Escape" && !this.panel.hidden) this.toggle(); });
    this.seen = null;
  }

  async refresh() {
    const answer = await get("mails");
    if (!answer.ok) return;
    this.mails = answer.mails;
    this.seen ??= this.mails.length;
    if (!this.panel.hidden) this.seen = this.mails.length;
    const fresh = this.mails.length - this.seen;
    this.count.hidden = fresh <= 0;
    fill(this.count, String(fresh));
    this.button.setAttribute("aria-label", fresh > 0 ? `E-mail, ${fresh} new` : "E-mail");
    if (!this.panel.hidden) this.draw();
  }

  toggle() {
    this.panel.hidden = !this.panel.hidden;
    this.button.setAttribute("aria-expanded", String(!this.panel.hidden));
    if (this.panel.hidden) this.button.focus();
    else this.refresh();
  }

  draw() {
    const mail = this.mails.find((one) => one.id === this.chosen) ?? null;
    if (mail && this.frameOf === mail.id && this.panel.querySelector(".mail")) return;
    this.frameOf = mail?.id ?? null;
    fill(this.panel, h("header", {}, mail ? iconButton("back", "Back to the list", { "data-testid": "mail-back", onclick: () => this.choose(null) }) : icon("mail"),
      h("h2", {}, mail ? mail.subject : "E-mail tray"), iconButton("close", "Close", { "data-testid": "email-tray-close", onclick: () => this.toggle() })),
    mail ? this.reading(mail) : this.list());
  }

  choose(id) {
    this.chosen = id;
    this.draw();
  }

  list() {
    if (!this.mails.length) return noMail();
    return h("ol", { class: "mail-list" }, this.mails.map((mail) => h("li", {},
      h("button", { type: "button", class: "mail-item", "data-mail-id": mail.id, onclick: () => this.choose(mail.id) },
        h("span", { class: "mail-to" }, mail.to.join(", ")), h("time", { title: fullTime(mail.at) }, `${dayName(mail.at)} ${clock(mail.at)}`),
        h("b", {}, mail.subject), h("span", { class: "mail-start" }, mail.text.slice(0, 140))))));
  }

  reading(mail) {
    const body = h("div", { class: "mail-body" });
    const tabs = h("div", { class: "tabs", role: "tablist" });
    const show = (name) => {
      [...tabs.children].forEach((tab) => tab.setAttribute("aria-selected", String(tab.dataset.testid === `mail-${name}`)));
      fill(body, name === "text" ? h("pre", { class: "mail-text", "data-testid": "mail-plain" }, mail.text) : frame(mail));
    };
    for (const name of mail.has_html ? ["html", "text"] : ["text"]) {
      tabs.append(h("button", { type: "button", role: "tab", "data-testid": `mail-${name}`, onclick: () => show(name) }, name === "html" ? "As sent" : "Plain text"));
    }
    show(mail.has_html ? "html" : "text");
    const row = (label, value) => (value ? [h("dt", {}, label), h("dd", {}, value)] : []);
    return h("div", { class: "mail" }, h("dl", {}, row("From", mail.from), row("To", mail.to.join(", ")), row("Cc", mail.cc.join(", ")),
      row("Reply to", mail.reply_to.join(", ")), row("Sent", fullTime(mail.at))), tabs, body);
  }
}

function frame(mail) {
  return h("iframe", { class: "mail-frame", sandbox: "", title: `E-mail: ${mail.subject}`, src: `/playground/mails/${encodeURIComponent(mail.id)}/html` });
}
