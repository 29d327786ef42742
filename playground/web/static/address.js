// What the page looks at stands in its address, so that a reload, a bookmark or a second window opens the same.

export function remembered() {
  const query = new URLSearchParams(location.search);
  return { user: query.get("user") ?? stored(), view: query.get("channel"), thread: query.get("thread") };
}

// A step of its own in the browser's history only when the place is another one, so that "back" leads to the place before.
export function remember({ user, view, thread }, { step = false } = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ user, channel: view, thread })) if (value) query.set(name, value);
  const there = `?${query}`;
  if (step && location.search && location.search !== there) history.pushState(null, "", there);
  else history.replaceState(null, "", there);
  try {
    localStorage.setItem("user", user);
  } catch {
    // Storage may be switched off; the address is enough.
  }
}

function stored() {
  try {
    return localStorage.getItem("user");
  } catch {
    return null;
  }
}
