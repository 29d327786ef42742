// What is filled in on one surface, in the shape of Slack's state.values.

export class Values {
  constructor(blocks = {}) {
    this.blocks = structuredClone(blocks);
  }

  get(block, action) {
    return this.blocks[block]?.[action] ?? null;
  }

  set(block, action, state) {
    (this.blocks[block] ??= {})[action] = state;
  }

  // Of a redrawn view only what still stands on it is kept.
  keepOnly(blocks) {
    const names = new Set(blocks.map((block) => block.block_id));
    for (const name of Object.keys(this.blocks)) if (!names.has(name)) delete this.blocks[name];
  }
}
