// The stack of open views. Only the top one is seen, as in Slack.

import { redraw, showErrors } from "./blocks.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { words } from "./text.js";
import { Values } from "./values.js";

// desk: {submit(view, values), close(view, all), act(view, item, block, state, values), suggest(view, item, block, typed)}
export class Modals {
  constructor(desk) {
    this.desk = desk;
    this.values = new Map();
    this.shown = null;
    this.dialog = h("dialog", { class: "modal", "data-testid": "modal", oncancel: (event) => { event.preventDefault(); this.close(); } });
    document.body.append(this.dialog);
  }

  show(stack) {
    this.stack = stack;
    const top = stack.at(-1) ?? null;
    for (const id of this.values.keys()) if (!stack.some((view) => view.id === id)) this.values.delete(id);
    if (!top) return this.hide();
    if (this.shown?.id === top.id && this.shown.hash === top.hash) return undefined;
    return this.draw(top);
  }

  hide() {
    this.shown = null;
    if (this.dialog.open) this.dialog.close();
    this.dialog.replaceChildren();
  }

  draw(view) {
    const sameView = this.shown?.id === view.id;
    const focused = sameView ? focusOf(this.dialog) : null;
    const body = sameView ? this.dialog.querySelector(".modal-body") : h("div", { class: "modal-body", tabIndex: -1 });
    this.shown = view;
    this.values.set(view.id, this.values.get(view.id) ?? new Values(view.values));
    this.values.get(view.id).keepOnly(view.blocks);
    this.dialog.dataset.viewId = view.id;
    this.dialog.dataset.callbackId = view.callback_id ?? "";
    this.dialog.setAttribute("aria-label", words(view.title));
    redraw(body, view.blocks, this.surface(view));
    if (sameView) this.reframe(view);
    else fill(this.dialog, this.form(view, body));
    if (!this.dialog.open) this.dialog.showModal();
    if (!sameView || !this.dialog.contains(document.activeElement)) this.focus(focused);
  }

  focus(selector) {
    const again = selector && this.dialog.querySelector(selector);
    const first = this.dialog.querySelector("[data-focus]")
      ?? this.dialog.querySelector(".modal-body .block.input :is(input:not([type=checkbox], [type=radio]), textarea)")
      ?? this.dialog.querySelector(".modal-body :is(input:not([type=checkbox], [type=radio]), textarea)");
    const target = again ?? first ?? this.dialog.querySelector("[data-testid=modal-close]");
    target?.focus({ preventScroll: Boolean(again) });
  }

  // The same view with other words or buttons: its body stays.
  reframe(view) {
    const fresh = this.form(view, h("div"));
    for (const part of [".modal-head", ".banner", ".dialog-buttons"]) {
      this.dialog.querySelector(part).replaceWith(fresh.querySelector(part));
    }
    showErrors(this.dialog, {});
  }

  form(view, body) {
    const submits = (event) => { event.preventDefault(); this.submit(this.shown); };
    return h("form", { class: "modal-form", novalidate: true, onsubmit: submits },
      h("header", { class: "modal-head" },
        this.stack.length > 1 ? iconButton("back", "Back", { onclick: () => this.close() }) : h("span", { class: "avatar app small" }, icon("tag", 16)),
        h("h2", {}, words(view.title)), iconButton("close", "Close", { "data-testid": "modal-x", onclick: () => this.close(true) })),
      h("div", { class: "banner", role: "alert", hidden: true }),
      body,
      h("footer", { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", "data-testid": "modal-close", onclick: () => this.close() }, words(view.close) || (this.stack.length > 1 ? "Back" : "Close")),
        view.submit ? h("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, words(view.submit)) : null));
  }

  surface(view) {
    const values = this.values.get(view.id);
    return {
      values,
      fieldId: (block) => `field-${view.id}-${block.block_id}`,
      act: async (item, block, state) => this.told(await this.desk.act(view, item, block, state, values.blocks)),
      suggest: (item, block, typed) => this.desk.suggest(view, item, block, typed, values.blocks),
    };
  }

  told(answer) {
    const banner = this.dialog.querySelector(".banner");
    if (!banner) return;
    banner.hidden = answer.ok;
    fill(banner, answer.ok ? null : icon("warn", 16), answer.ok ? null : answer.shown);
  }

  async submit(view) {
    if (this.busy) return;
    this.working(true);
    const answer = await this.desk.submit(view, this.values.get(view.id).blocks);
    this.working(false);
    if (this.shown?.id !== view.id) return;
    const errors = answer.errors ?? {};
    const homeless = showErrors(this.dialog, errors);
    const shown = homeless.length ? homeless.map(([block, message]) => `${block}: ${message}`).join(" · ") : answer.shown;
    this.told({ ok: !shown, shown });
  }

  working(busy) {
    this.busy = busy;
    const button = this.dialog.querySelector("[data-testid=modal-submit]");
    if (button) button.toggleAttribute("aria-busy", busy);
    this.dialog.toggleAttribute("aria-busy", busy);
  }

  async close(all = false) {
    const view = this.shown;
    if (view) await this.desk.close(view, all);
  }
}

function focusOf(root) {
  const at = document.activeElement;
  if (!root.contains(at)) return null;
  const block = at.closest("[data-block-id]");
  const action = at.closest("[data-action-id]");
  if (!action) return at.dataset.testid ? `[data-testid="${at.dataset.testid}"]` : null;
  const inside = at === action ? "" : " input";
  return `${block ? `[data-block-id="${CSS.escape(block.dataset.blockId)}"] ` : ""}[data-action-id="${CSS.escape(action.dataset.actionId)}"]${inside}`;
}
