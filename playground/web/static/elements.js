// The interactive elements of Block Kit. Each takes (element, block, surface) and returns a node.
// A surface offers: values (what is filled in), act(element, block, state), suggest(element, block, typed), name.

import { combobox } from "./combobox.js";
import { confirmed, menuButton } from "./popups.js";
import { upload } from "./api.js";
import { fill, freshId, h, icon } from "./dom.js";
import { textNodes, words } from "./text.js";
import { allChannels, allPeople, me } from "./names.js";

export function element(item, block, surface) {
  const draw = DRAW[item.type];
  return draw ? draw(item, block, surface) : h("span", { class: "unsupported" }, `Unsupported element: ${item.type}`);
}

const hooks = (item) => ({ "data-action-id": item.action_id });
const option = (one) => ({ value: one.value, label: words(one.text), description: one.description && words(one.description), original: one });
const nameOf = (item, block) => words(block.label) || words(item.placeholder) || item.accessibility_label || item.action_id;

// What is filled in is kept in the shape of Slack's state.values; `acts` says whether a change is also a click.
function settle(item, block, surface, state) {
  surface.values.set(block.block_id, item.action_id, { type: item.type, ...state });
  const acts = block.type !== "input" || block.dispatch_action;
  if (acts) surface.act(item, block, { type: item.type, ...state });
}

function kept(item, block, surface, initial) {
  const before = surface.values.get(block.block_id, item.action_id);
  const state = before?.type === item.type ? before : { type: item.type, ...initial };
  surface.values.set(block.block_id, item.action_id, state);
  return state;
}

function button(item, block, surface) {
  const press = async () => {
    if (item.confirm && !(await confirmed(item.confirm))) return;
    if (item.url) window.open(item.url, "_blank", "noopener,noreferrer");
    node.setAttribute("aria-busy", "true");
    await surface.act(item, block, { type: "button", value: item.value });
    node.removeAttribute("aria-busy");
  };
  const node = h("button", {
    type: "button", class: `button ${item.style ?? ""}`, ...hooks(item), "data-value": item.value,
    "aria-label": item.accessibility_label, onclick: press,
  }, words(item.text));
  return node;
}

function input(item, block, surface, props) {
  const state = kept(item, block, surface, { value: item.initial_value ?? null });
  const keep = () => surface.values.set(block.block_id, item.action_id, { type: item.type, value: node.value || null });
  const act = (when) => (item.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"]).includes(when)
    && settle(item, block, surface, { value: node.value || null });
  const node = h(props.tag ?? "input", {
    ...hooks(item), id: surface.fieldId(block), placeholder: words(item.placeholder), value: state.value ?? "",
    maxlength: item.max_length, minlength: item.min_length, autocomplete: "off", "data-focus": item.focus_on_load,
    oninput: () => { keep(); if (block.dispatch_action) act("on_character_entered"); },
    onkeydown: (event) => { if (event.key === "Enter" && block.dispatch_action && !item.multiline) { event.preventDefault(); act("on_enter_pressed"); } },
    ...props.attributes,
  });
  return node;
}

const textInput = (item, block, surface) => item.multiline
  ? input(item, block, surface, { tag: "textarea", attributes: { rows: 4 } })
  : input(item, block, surface, { attributes: { type: "text" } });

// A text field with a numeric keyboard: what was typed is sent as it stands, and the app or Slack judges it.
const numberInput = (item, block, surface) =>
  input(item, block, surface, { attributes: { type: "text", inputmode: item.is_decimal_allowed ? "decimal" : "numeric", class: "number" } });

function picker(kind, key, initial) {
  return (item, block, surface) => {
    const state = kept(item, block, surface, { [key]: item[initial] ?? null });
    const node = h("input", {
      type: kind, ...hooks(item), id: surface.fieldId(block), value: state[key] ?? "", "aria-label": nameOf(item, block),
      onchange: () => settle(item, block, surface, { [key]: node.value || null }),
    });
    return node;
  };
}

const localMinute = (seconds) => {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

function dateTime(item, block, surface) {
  const state = kept(item, block, surface, { selected_date_time: item.initial_date_time ?? null });
  const seconds = () => (node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null);
  const node = h("input", {
    type: "datetime-local", ...hooks(item), id: surface.fieldId(block), "aria-label": nameOf(item, block),
    value: state.selected_date_time ? localMinute(state.selected_date_time) : "",
    onchange: () => settle(item, block, surface, { selected_date_time: seconds() }),
  });
  return node;
}

// `list(item)` gives the choices; key and initial are Slack's names for what is chosen.
function select({ list, key, initial, multi = false, ids = false, external = false }) {
  return (item, block, surface) => {
    const first = item[initial] ?? (multi ? [] : null);
    const state = kept(item, block, surface, { [key]: first });
    const groups = list ? list(item) : [];
    const back = (one) => (ids ? groups[0].options.find((known) => known.value === one) ?? { value: one, label: one } : option(one));
    const chosen = [state[key] ?? []].flat().map(back);
    const forth = (one) => (ids ? one.value : one.original);
    const change = (now) => settle(item, block, surface, { [key]: multi ? now.map(forth) : now.length ? forth(now[0]) : null });
    return h("div", { class: "select", ...hooks(item) }, combobox({
      label: nameOf(item, block), placeholder: words(item.placeholder) || "Choose an option", groups, chosen, multi,
      maximum: item.max_selected_items, minimum: external ? (item.min_query_length ?? 3) : 0,
      load: external ? (typed) => surface.suggest(item, block, typed) : null, onChange: change,
    }));
  };
}

export const optionGroups = (found) => (found.option_groups
  ? found.option_groups.map((group) => ({ label: words(group.label), options: group.options.map(option) }))
  : [{ label: "", options: (found.options ?? []).map(option) }]);
const people = () => [{ label: "", options: allPeople().map((one) => ({ value: one.id, label: one.name, description: one.role })) }];
const channels = () => [{ label: "", options: allChannels().map((one) => ({ value: one.id, label: `#${one.name}` })) }];

const ONE = { key: "selected_option", initial: "initial_option" };
const MANY = { key: "selected_options", initial: "initial_options", multi: true };

function ticks(kind, { multi, key, initial }) {
  return (item, block, surface) => {
    const state = kept(item, block, surface, { [key]: item[initial] ?? (multi ? [] : null) });
    const is = (one) => [state[key] ?? []].flat().some((chosen) => chosen.value === one.value);
    const group = freshId("ticks");
    const now = () => item.options.filter((_, index) => boxes[index].checked);
    const change = () => settle(item, block, surface, { [key]: multi ? now() : now()[0] ?? null });
    const boxes = item.options.map((one, index) => h("input", { type: kind, name: group, value: one.value, checked: is(one), onchange: change,
      "data-focus": index === 0 && item.focus_on_load }));
    const rows = item.options.map((one, index) => h("label", { class: "tick" }, boxes[index],
      h("span", {}, textNodes(one.text), one.description ? h("small", {}, textNodes(one.description)) : null)));
    return h("div", { class: "ticks", role: "group", "aria-label": nameOf(item, block), ...hooks(item) }, rows);
  };
}

function overflow(item, block, surface) {
  const choices = item.options.map((one) => ({
    label: words(one.text), hook: { "data-value": one.value },
    run: async () => {
      if (item.confirm && !(await confirmed(item.confirm))) return;
      await surface.act(item, block, { type: "overflow", selected_option: one });
    },
  }));
  return menuButton("More options", choices, { class: "icon-button bordered", ...hooks(item) });
}

const uploaded = new Map();
const fileName = (file) => uploaded.get(file.id) ?? file.title ?? file.id;

// Slack uploads what is chosen at once; the form then holds the files.
function fileInput(item, block, surface) {
  const state = kept(item, block, surface, { files: [] });
  const list = h("ul", { class: "chosen-files" });
  const told = h("div", { class: "field-error", role: "alert", hidden: true });
  const most = item.max_files ?? 10;
  const types = (item.filetypes ?? []).map((type) => `.${type}`).join(",");
  const picker = h("input", {
    type: "file", ...hooks(item), id: surface.fieldId(block), multiple: most > 1, accept: types || null, "aria-label": nameOf(item, block),
    onchange: () => take([...picker.files]),
  });
  const keep = (files) => {
    state.files = files;
    settle(item, block, surface, { files: files.map(({ id }) => ({ id })) });
    draw();
  };
  const draw = () => fill(list, state.files.map((file) => h("li", { class: "combo-token" }, h("span", {}, fileName(file)),
    h("button", { type: "button", "aria-label": `Remove ${fileName(file)}`, onclick: () => keep(state.files.filter((one) => one !== file)) }, icon("close", 12)))));
  const say = (words) => { told.hidden = !words; fill(told, words); };
  const take = async (files) => {
    say("");
    picker.value = "";
    for (const file of files) {
      if (state.files.length >= most) return say(most === 1 ? "You can add one file here." : `You can add ${most} files at most.`);
      const answer = await upload(file, { user: me() });
      if (!answer.ok) return say(answer.shown);
      uploaded.set(answer.file.id, answer.file.title);
      keep([...state.files, answer.file]);
    }
    return undefined;
  };
  draw();
  return h("div", { class: "file-input" }, picker, list, told);
}

export function picture(item) {
  const shown = /^data:image\//.test(item.image_url ?? "") || (item.image_url ?? "").startsWith("/");
  if (shown) return h("img", { src: item.image_url, alt: item.alt_text });
  return h("span", { class: "image-stand-in", role: "img", "aria-label": item.alt_text, title: item.image_url }, `Image: ${item.alt_text}`);
}

const DRAW = {
  button,
  overflow,
  image: picture,
  plain_text_input: textInput,
  number_input: numberInput,
  email_text_input: (item, block, surface) => input(item, block, surface, { attributes: { type: "email" } }),
  url_text_input: (item, block, surface) => input(item, block, surface, { attributes: { type: "url" } }),
  datepicker: picker("date", "selected_date", "initial_date"),
  timepicker: picker("time", "selected_time", "initial_time"),
  datetimepicker: dateTime,
  file_input: fileInput,
  static_select: select({ ...ONE, list: optionGroups }),
  external_select: select({ ...ONE, external: true }),
  users_select: select({ key: "selected_user", initial: "initial_user", ids: true, list: people }),
  channels_select: select({ key: "selected_channel", initial: "initial_channel", ids: true, list: channels }),
  conversations_select: select({ key: "selected_conversation", initial: "initial_conversation", ids: true, list: channels }),
  multi_static_select: select({ ...MANY, list: optionGroups }),
  multi_external_select: select({ ...MANY, external: true }),
  multi_users_select: select({ key: "selected_users", initial: "initial_users", ids: true, multi: true, list: people }),
  multi_channels_select: select({ key: "selected_channels", initial: "initial_channels", ids: true, multi: true, list: channels }),
  multi_conversations_select: select({ key: "selected_conversations", initial: "initial_conversations", ids: true, multi: true, list: channels }),
  checkboxes: ticks("checkbox", MANY),
  radio_buttons: ticks("radio", ONE),
};
