// What only one person sees: the app's ephemeral messages, and what Slack itself says when an app fails.
// The latter, and what was dismissed, live on this page only.

const failures = new Map();
const dismissed = new Set();
const place = (user, channel) => `${user} ${channel}`;
const escaped = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function noteFailure({ user, channel, thread, words }) {
  const message = {
    ts: (Date.now() / 1000).toFixed(6), channel, user: "USLACKBOT", username: "Slackbot", text: escaped(words),
    ephemeral: true, failure: true, thread_ts: thread,
  };
  const key = place(user, channel);
  failures.set(key, [...(failures.get(key) ?? []), message]);
}

export const dismiss = (message) => dismissed.add(message.ts);

export function withPrivate(answer, { user, channel, thread = null }) {
  const said = (failures.get(place(user, channel)) ?? []).filter((message) => message.thread_ts === thread);
  const shown = [...answer.ephemerals, ...said].filter((message) => !dismissed.has(message.ts));
  return [...answer.messages, ...shown].sort((one, other) => Number(one.ts) - Number(other.ts));
}
