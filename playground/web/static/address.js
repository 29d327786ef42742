// What the page looks at stands in its address, so that a reload, a bookmark or a second window opens the same.

export function remembered() {
  const query = new URLSearchParams(location.search);
  return { user: query.get("user") ?? stored(), view: query.get("channel"), thread: query.get("thread") };
}

export function remember({ user, view, thread }) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ user, channel: view, thread })) if (value) query.set(name, value);
  history.replaceState(null, "", `?${query}`);
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
