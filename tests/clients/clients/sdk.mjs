// Plays one case with the official TypeScript SDK and prints what a caller sees, as JSON.
// Usage: node sdk.mjs CASE < parameters, with BASE_URL and API_KEY set.
import { readFileSync } from "node:fs";
import Anthropic from "@anthropic-ai/sdk";

const P = JSON.parse(readFileSync(0, "utf8"));
const model = "claude-opus-5-5";
const client = new Anthropic({ baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY, timeout: 20000 });
const thinking = { type: "adaptive" };
const user = (text) => [{ role: "user", content: text }];

// The blocks of an answer without what differs from call to call.
const seen = (m) => ({
  role: m.role,
  model: m.model,
  stop_reason: m.stop_reason,
  stop_sequence: m.stop_sequence,
  content: m.content.map(({ id, signature, data, parsed_output, ...rest }) => rest),
});

const tools = [
  { name: "lookup", description: "Looks up a customer.", input_schema: { type: "object", properties: { email: { type: "string" } } } },
  { name: "save", description: "Saves a note.", input_schema: { type: "object", properties: { note: { type: "string" } } } },
];

const cases = {
  async message() {
    return seen(await client.messages.create({ model, max_tokens: 4000, system: P.system, messages: user(P.text) }));
  },

  async stream() {
    const texts = [];
    const stream = client.messages.stream({ model, max_tokens: 4000, thinking, system: P.system, messages: user(P.text) });
    stream.on("text", (text) => texts.push(text));
    const last = await stream.finalMessage();
    const raw = [];
    for await (const event of await client.messages.create({ model, max_tokens: 4000, stream: true, messages: user(P.text) })) {
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") raw.push(event.delta.text);
    }
    return [seen(last), texts.join(""), raw.join("")];
  },

  // A tool loop with thinking: every turn sends back what came, signatures included.
  async tools() {
    const out = [];
    const messages = user(P.script);
    for (let turn = 0; turn < 8; turn++) {
      const answer = await client.messages.stream({ model, max_tokens: 4000, thinking, tools, messages }).finalMessage();
      out.push(seen(answer));
      messages.push({ role: "assistant", content: answer.content });
      const results = answer.content
        .filter((b) => b.type === "tool_use")
        .map((b) => ({ type: "tool_result", tool_use_id: b.id, content: JSON.stringify(P.customer) }));
      if (results.length === 0) break;
      messages.push({ role: "user", content: results });
    }
    return out;
  },

  async errors() {
    const out = [];
    for (const [status, times] of [[400, ""], [529, "1"]]) {
      try {
        const answer = await client.messages.create({ model, max_tokens: 4000, messages: user(`${P.text}\n!error ${status} ${times}`) });
        out.push([status, answer.stop_reason]);
      } catch (e) {
        out.push([status, e.constructor.name, e.status, e.error?.error?.type]);
      }
    }
    return out;
  },
};

console.log(JSON.stringify(await cases[process.argv[2]]()));
