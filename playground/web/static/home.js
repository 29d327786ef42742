// The app's Home tab.

import { redraw } from "./blocks.js";
import { fill, h, icon, settle } from "./dom.js";
import { noHome } from "./empty.js";
import { Values } from "./values.js";

// desk: {act(view, item, block, state, values), suggest(view, item, block, typed, values)}
export class Home {
  constructor(root, desk) {
    this.root = root;
    this.desk = desk;
    this.values = new Values();
  }

  show(answer) {
    if (!answer.ok) return fill(this.root, problem(answer.shown));
    if (!answer.view) return fill(this.root, noHome());
    const print = JSON.stringify(answer.view);
    if (print === this.print && this.root.childElementCount) return undefined;
    this.print = print;
    this.values.keepOnly(answer.view.blocks);
    const body = this.root.querySelector(".home-body") ?? h("div", { class: "home-body" });
    redraw(body, answer.view.blocks, this.surface(answer.view));
    this.banner = problem("");
    this.banner.hidden = true;
    return settle(this.root, [this.banner, body]);
  }

  clear() {
    this.print = null;
    this.values = new Values();
    this.root.replaceChildren();
  }

  surface(view) {
    const told = (answer) => {
      this.banner.hidden = answer.ok;
      fill(this.banner, icon("warn", 16), answer.shown ?? "");
    };
    return {
      values: this.values,
      fieldId: (block) => `field-home-${block.block_id}`,
      act: async (item, block, state) => told(await this.desk.act(view, item, block, state, this.values.blocks)),
      suggest: (item, block, typed) => this.desk.suggest(view, item, block, typed, this.values.blocks),
    };
  }
}

const problem = (words) => h("div", { class: "banner", role: "alert" }, icon("warn", 16), words);
