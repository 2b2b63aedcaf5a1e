"""Plays one case with the official Python SDK and prints what a caller sees, as JSON.

Runs with either version of the SDK. Usage: sdk.py CASE < parameters, with BASE_URL and API_KEY set.
"""

import asyncio
import base64
import json
import os
import sys

import anthropic

P = json.load(sys.stdin)
MODEL = "claude-opus-5-5"
NEW = int(anthropic.__version__.split(".")[0]) >= 2
THINKING = {"type": "adaptive"} if NEW else {"type": "enabled", "budget_tokens": 2000}


def client(cls=anthropic.Anthropic, **more):
    return cls(base_url=os.environ["BASE_URL"], api_key=os.environ["API_KEY"], timeout=20, **more)


def blocks(message):
    """The blocks of an answer without what differs from call to call."""
    out = []
    for block in message.content:
        fields = block.model_dump(exclude_none=True)
        for name in ("id", "signature", "data", "parsed_output"):
            fields.pop(name, None)
        out.append(fields)
    return out


def seen(message):
    return {"role": message.role, "model": message.model, "content": blocks(message), "stop_reason": message.stop_reason,
            "stop_sequence": message.stop_sequence, "tokens": message.usage.output_tokens > 0}


def ask(c, **more):
    return c.messages.create(**{"model": MODEL, "max_tokens": 4000, **more})


def user(text):
    return [{"role": "user", "content": text}]


def message():
    c = client()
    return [seen(ask(c, system=P["system"], messages=user(P["text"]))),
            seen(ask(c, system=[{"type": "text", "text": P["system"], "cache_control": {"type": "ephemeral"}}],
                     metadata={"user_id": P["email"]},
                     messages=[{"role": "user", "content": [{"type": "text", "text": P["text"]},
                                                            {"type": "text", "text": P["more"]}]}]))]


def asynchronous():
    async def go():
        c = client(anthropic.AsyncAnthropic)
        answers = await asyncio.gather(*(c.messages.create(model=MODEL, max_tokens=4000, messages=user(f"{P['text']} ({i})"))
                                         for i in range(4)))
        texts = []
        async with c.messages.stream(model=MODEL, max_tokens=4000, messages=user(P["text"])) as stream:
            async for text in stream.text_stream:
                texts.append(text)
            last = await stream.get_final_message()
        return [*map(seen, answers), seen(last), "".join(texts)]
    return asyncio.run(go())


def stream():
    c, texts, kinds = client(), [], []
    with c.messages.stream(model=MODEL, max_tokens=4000, thinking=THINKING, messages=user(P["text"])) as events:
        for event in events:
            kinds.append(event.type)
            if event.type == "text":
                texts.append(event.text)
        last = events.get_final_message()
    order = [k for i, k in enumerate(kinds) if not i or kinds[i - 1] != k]
    raw = []
    for event in ask(c, stream=True, messages=user(P["text"])):
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            raw.append(event.delta.text)
    return [seen(last), "".join(texts), order[:2] + order[-3:], "".join(raw)]


TOOLS = [{"name": "lookup", "description": "Looks up a customer.",
          "input_schema": {"type": "object", "properties": {"email": {"type": "string"}, "limits": {"type": "object"}}}},
         {"name": "save", "description": "Saves a note.",
          "input_schema": {"type": "object", "properties": {"note": {"type": "string"}}}}]


def tools():
    """A tool loop with thinking: every turn sends back what came, signatures included."""
    c, out = client(), []
    for streamed in (False, True):
        messages = user(P["script"] + ("\nstreamed" if streamed else ""))
        for _ in range(8):
            ask_for = dict(model=MODEL, max_tokens=4000, thinking=THINKING, tools=TOOLS, messages=messages)
            if streamed:
                with c.messages.stream(**ask_for) as events:
                    answer = events.get_final_message()
            else:
                answer = c.messages.create(**ask_for)
            out.append(seen(answer))
            messages.append({"role": "assistant", "content": answer.content})
            results = [{"type": "tool_result", "tool_use_id": b.id, "content": json.dumps(P["customer"], ensure_ascii=False)}
                       for b in answer.content if b.type == "tool_use"]
            if not results:
                break
            messages.append({"role": "user", "content": results})
        out.append([type(b).__name__ for b in answer.content])
    return out


def conversation():
    """Many turns with thinking in one history."""
    c, out, messages = client(), [], []
    for turn in P["turns"]:
        messages.append({"role": "user", "content": turn})
        answer = ask(c, system=P["system"], thinking=THINKING, messages=messages)
        out.append(seen(answer))
        messages.append({"role": "assistant", "content": answer.content})
    return out


def documents():
    c, out = client(), []
    coded = base64.b64encode(P["document"].encode()).decode()
    for source in ({"type": "text", "media_type": "text/plain", "data": P["document"]},
                   {"type": "base64", "media_type": "text/plain", "data": coded}):
        for streamed in (False, True):
            content = [{"type": "document", "source": source, "title": P["title"], "context": P["context"],
                        "citations": {"enabled": True}},
                       {"type": "text", "text": P["script"]}]
            messages = [{"role": "user", "content": content}]
            if streamed:
                with c.messages.stream(model=MODEL, max_tokens=4000, messages=messages) as events:
                    answer = events.get_final_message()
            else:
                answer = ask(c, messages=messages)
            out.append(seen(answer))
            for block in answer.content:
                for cited in getattr(block, "citations", None) or []:
                    out.append(P["document"][cited.start_char_index:cited.end_char_index] == cited.cited_text)
    return out


def count_and_models():
    c = client()
    counted = c.messages.count_tokens(model=MODEL, system=P["system"], messages=user(P["text"]))
    models = [m.id for m in c.models.list()]
    return [counted.input_tokens > 10, models, c.models.retrieve(models[0]).display_name]


def odd():
    """Cut, stopped and unusual answers."""
    c, out = client(), []
    out.append(seen(ask(c, messages=user(P["text"]), stop_sequences=["customer"])))
    out.append(seen(ask(c, messages=user("Count.\n!script [{\"text\": \"" + "one two three four " * 20 + "\"}]"), max_tokens=10)))
    for script in P["scripts"]:
        try:
            with c.messages.stream(model=MODEL, max_tokens=4000, thinking=THINKING, messages=user(script)) as events:
                out.append(seen(events.get_final_message()))
        except Exception as e:  # noqa: BLE001 - which error it is, is what the case compares
            # The name of the HTTP library is not what matters.
            kind = type(e).__name__
            out.append("connection lost" if kind in ("APIConnectionError", "RemoteProtocolError", "ReadError") else kind)
    return out


def unknown_fields():
    c = client()
    raw = c.messages.with_raw_response.create(
        model=MODEL, max_tokens=4000, messages=user(P["text"]),
        extra_body={"x_notes": {P["email"]: [P["text"]]}},
        extra_headers={"anthropic-beta": "some-unknown-beta-2026-11-11", "anthropic-x-trace": "abc"})
    return [seen(raw.parse()), bool(raw.headers.get("request-id")), raw.headers.get("content-type")]


def leave():
    """Goes away in the middle of an answer."""
    with client().messages.stream(model=MODEL, max_tokens=4000, messages=user(P["script"])) as events:
        first = next(iter(events.text_stream))
    return bool(first)


def errors():
    out = []
    for status, times in ((400, ""), (404, ""), (429, "1"), (529, "1"), (529, "")):
        try:
            c = client(max_retries=2)
            answer = ask(c, messages=user(f"{P['text']}\n!error {status} {times}"))
            out.append([status, seen(answer)["stop_reason"]])
        except anthropic.APIStatusError as e:
            out.append([status, type(e).__name__, e.status_code, e.body["error"]["type"], bool(e.request_id)])
    try:
        anthropic.Anthropic(base_url=os.environ["BASE_URL"], api_key="wrong-key", max_retries=0).messages.create(
            model=MODEL, max_tokens=10, messages=user("hi"))
        out.append("a wrong key was taken")
    except anthropic.APIStatusError as e:
        out.append([type(e).__name__, e.status_code, e.body["error"]["type"]])
    return out


def refusal():
    """A new image: Privet refuses what it cannot read, once."""
    c = client(max_retries=2)
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": P["image"]}}
    try:
        answer = ask(c, messages=[{"role": "user", "content": [image, {"type": "text", "text": "What is this?"}]}])
        return ["answered", answer.stop_reason]
    except anthropic.BadRequestError as e:
        return ["BadRequestError", e.body["type"], e.body["error"]["type"], bool(e.body["error"]["message"]),
                e.response.headers.get("x-should-retry"), bool(e.response.headers.get("request-id"))]


print(json.dumps({name: f for name, f in globals().items() if callable(f)}[sys.argv[1]]()))
