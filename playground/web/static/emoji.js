// The shortcodes an order desk meets. Anything else stays as it was typed.

const EMOJI = {
  alarm_clock: "⏰", arrow_down: "⬇️", arrow_left: "⬅️", arrow_right: "➡️", arrow_up: "⬆️",
  ballot_box_with_check: "☑️", bar_chart: "📊", bell: "🔔", black_circle: "⚫", bulb: "💡", calendar: "📆",
  chart_with_upwards_trend: "📈", clipboard: "📋", credit_card: "💳", date: "📅", email: "📧", envelope: "✉️",
  exclamation: "❗", eyes: "👀", factory: "🏭", fire: "🔥", gear: "⚙️", grey_question: "❔", handshake: "🤝",
  heavy_check_mark: "✔️", heavy_minus_sign: "➖", heavy_multiplication_x: "✖️", heavy_plus_sign: "➕",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", information_source: "ℹ️", label: "🏷️", large_blue_circle: "🔵",
  large_green_circle: "🟢", large_orange_circle: "🟠", large_red_square: "🟥", large_yellow_circle: "🟡",
  link: "🔗", lock: "🔒", mag: "🔍", male_detective: "🕵️", memo: "📝", moneybag: "💰", no_entry: "⛔",
  no_entry_sign: "🚫", octagonal_sign: "🛑", ok_hand: "👌", package: "📦", page_facing_up: "📄", paperclip: "📎",
  pencil: "📝", pencil2: "✏️", point_right: "👉", pray: "🙏", pushpin: "📌", question: "❓", raised_hands: "🙌",
  receipt: "🧾", red_circle: "🔴", repeat: "🔁", rocket: "🚀", rotating_light: "🚨", round_pushpin: "📍",
  shield: "🛡️", shopping_trolley: "🛒", smile: "😄", sparkles: "✨", speech_balloon: "💬", stop_sign: "🛑",
  stopwatch: "⏱️", tada: "🎉", thumbsdown: "👎", thumbsup: "👍", "+1": "👍", "-1": "👎", truck: "🚚",
  unlock: "🔓", warning: "⚠️", wave: "👋", white_check_mark: "✅", white_circle: "⚪", wrench: "🔧", x: "❌", zap: "⚡",
  sunny: "☀️",
};

export const emoji = (name) => EMOJI[name] ?? null;

export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
}
