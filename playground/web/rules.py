"""What strictness said, in words, and the page of Slack's documentation that says more. No addresses: people search."""

from collections.abc import Mapping

# error → the rule behind it
RULES: Mapping[str, str] = {
    "operation_timeout": "Slack waits three seconds for an answer. Acknowledge first, do the long work afterwards.",
    "dispatch_failed": "Slack could not reach the app, or what came back was no answer.",
    "http_client_error": "The app answered with a 4xx. Everything that is signed and understood is a 200.",
    "http_service_error": "The app answered with a 5xx. Slack shows a failure to the person who acted.",
    "invalid_blocks": "The blocks break a rule of Block Kit; the messages say where.",
    "invalid_arguments": "An argument is missing or malformed; the messages say which.",
    "missing_scope": "The token lacks the scope under `needed`. Add it to the manifest and install the app again.",
    "not_in_channel": "The app is not in this channel. Invite it.",
    "channel_not_found": "No such channel, or a private one that the app is not in.",
    "is_archived": "The channel is archived.",
    "invalid_auth": "The token is wrong.",
    "not_authed": "The call carried no token.",
    "not_allowed_token_type": "This method wants the other kind of token.",
    "expired_trigger_id": "A trigger_id lives for three seconds.",
    "exchanged_trigger_id": "A trigger_id opens one view, once.",
    "invalid_trigger_id": "This trigger_id was never given out.",
    "hash_conflict": "The view has changed since this hash; read it again before an update.",
    "view_too_large": "A view has at most 250 kB.",
    "ratelimited": "Too many calls. Wait for as long as Retry-After says.",
    "unknown_method": "The Web API has no such method.",
    "expired_url": "A response_url lives for 30 minutes.",
    "used_url": "A response_url takes five answers.",
    "msg_too_long": "A message has at most 40,000 characters.",
    "no_text": "A message needs text or blocks.",
    "user_not_found": "No such person in this workspace.",
    "message_not_found": "There is no such message.",
    "cant_update_message": "An app edits its own messages only.",
}

# kind of exchange → title of the page about it
KIND_PAGES: Mapping[str, str] = {
    "command": "Implementing slash commands",
    "interactive": "Handling user interaction",
    "options": "Select menu element",
    "event": "The Events API",
    "response_url": "Handling user interaction",
}

# error → title of the page about its rule
ERROR_PAGES: Mapping[str, str] = {
    "invalid_blocks": "Block Kit blocks reference",
    "view_too_large": "Modals",
    "hash_conflict": "Modals",
    "expired_trigger_id": "Modals",
    "exchanged_trigger_id": "Modals",
    "invalid_trigger_id": "Modals",
    "ratelimited": "Rate limits",
    "missing_scope": "Scopes",
    "not_allowed_token_type": "Tokens",
    "invalid_auth": "Tokens",
    "not_authed": "Tokens",
    "msg_too_long": "Formatting message text",
}
