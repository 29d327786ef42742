"""Small Block Kit pieces for tests."""


def plain(text):
    return {"type": "plain_text", "text": text}


def section(text="Hello", **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id="request.approve", value="R-1", text="Approve", **more):
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": value, **more}


def actions(*elements, block_id="card"):
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def choice(value, text=None):
    return {"text": plain(text or value.title()), "value": value}


def menu(action_id="request.reason", *values, **more):
    return {"type": "static_select", "action_id": action_id, "options": [choice(value) for value in values], **more}


def text_input(name, **more):
    element = {"type": "plain_text_input", "action_id": name, **more}
    return {"type": "input", "block_id": name, "label": plain(name), "element": element}


def input_of(name, element, **more):
    return {"type": "input", "block_id": name, "label": plain(name), "element": {**element, "action_id": name}, **more}


def modal(*blocks, callback_id="hold.submit", **more):
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("Hold an order"),
        "submit": plain("Hold"),
        "blocks": list(blocks) or [text_input("order")],
        **more,
    }


def home(*blocks, **more):
    return {"type": "home", "blocks": list(blocks) or [section()], **more}
