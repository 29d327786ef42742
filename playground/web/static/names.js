// Who and what the ids on the page stand for, and links that stay inside the page.

let known = { people: new Map(), channels: new Map(), me: "", go: () => {} };

export function learn(state, go) {
  known = {
    people: new Map(state.people.map((person) => [person.id, person])),
    channels: new Map([...state.channels, ...state.dms].map((entry) => [entry.id, entry])),
    me: state.me,
    go,
  };
}

export const personOf = (id) => known.people.get(id) ?? null;
export const personName = (id) => known.people.get(id)?.name ?? null;
export const channelName = (id) => known.channels.get(id)?.name ?? null;
export const allPeople = () => [...known.people.values()];
export const allChannels = () => [...known.channels.values()];
export const isMe = (id) => id === known.me;
export const me = () => known.me;

// Permalinks and app links of Slack open here; everything else opens in a new tab.
export function place(url) {
  const message = /\/archives\/([CDG]\w+)(?:\/p(\d{10})(\d{6}))?/.exec(url);
  if (message) return { channel: message[1], ts: message[2] ? `${message[2]}.${message[3]}` : null };
  if (/app_redirect|slack:\/\/app/.test(url)) return { channel: "home", ts: null };
  const own = /^\?channel=(\w+)$/.exec(url) ?? /^slack:\/\/channel\?.*\bid=(\w+)/.exec(url);
  return own ? { channel: own[1], ts: null } : null;
}

export function followLink(event) {
  const target = place(event.currentTarget.getAttribute("href"));
  if (!target) return;
  event.preventDefault();
  known.go(target);
}
