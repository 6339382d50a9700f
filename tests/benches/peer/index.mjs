// The vote of functions/src/vote.rs in Node.js, as one would write it: the same token check, the same two calls, the same answer.
import { createHmac, timingSafeEqual } from "node:crypto";
import { request } from "node:http";
import { DynamoDBClient, QueryCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

const { AWS_LAMBDA_RUNTIME_API: api, EVENTS_TABLE: TableName, TOKEN_KEYS: keys, AWS_ENDPOINT_URL_DYNAMODB: endpoint } = process.env;
const [secret] = keys.split(",");
const client = new DynamoDBClient({ endpoint });

function verify(header) {
  const [head, payload, signature] = header.slice("Bearer ".length).split(".");
  const mac = createHmac("sha256", secret).update(`${head}.${payload}`).digest();
  if (!timingSafeEqual(mac, Buffer.from(signature, "base64url"))) throw new Error("unauthenticated");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  if (claims.exp * 1000 < Date.now()) throw new Error("expired");
  return claims.sub;
}

function view(event, members) {
  const poll = (topic) => {
    const options = event[`${topic}s`].L.map((option) => option.S);
    const votes = options.map(() => 0);
    for (const member of members) if (member[topic]) votes[member[topic].N] += 1;
    return [{ drafts: options.map((option, index) => ({ [topic]: option, votes: votes[index] })), confirmed: "" }];
  };
  const invited = members.map((member) => ({ id: member.user_id.S, name: member.name.S, role: "user", chat_success: false }));
  return { id: event.event_id.S, name: event.name.S, status: event.sent.BOOL, date: poll("date"), place: poll("place"), members: [{ invited }] };
}

async function handle(event) {
  const user = verify(event.headers.authorization);
  const id = event.pathParameters.id;
  const wanted = JSON.parse(event.body).event.date[0].confirmed;
  const { Items: items } = await client.send(new QueryCommand({
    TableName, KeyConditionExpression: "event_id = :id", ExpressionAttributeValues: { ":id": { S: id } }, ConsistentRead: true,
  }));
  const own = items.find((item) => item.row.S === "EVENT");
  const members = items.filter((item) => item.row.S !== "EVENT");
  const member = members.find((item) => item.user_id.S === user);
  const option = own.dates.L.findIndex((date) => date.S === wanted);
  if (!member || option < 0) return { statusCode: 400, body: "{}" };
  await client.send(new UpdateItemCommand({
    TableName, Key: { event_id: { S: id }, row: { S: `MEMBER#${user}` } }, UpdateExpression: "SET #a = :v",
    ConditionExpression: "attribute_exists(event_id) AND attribute_not_exists(expires_at)",
    ExpressionAttributeNames: { "#a": "date" }, ExpressionAttributeValues: { ":v": { N: String(option) } },
  }));
  member.date = { N: String(option) };
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ event: view(own, members) }) };
}

// The least of a runtime: less than the one that Lambda brings.
function call(method, path, body) {
  const [host, port] = api.split(":");
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path: `/2018-06-01/runtime/invocation/${path}` }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

for (;;) {
  const { headers, body } = await call("GET", "next");
  const id = headers["lambda-runtime-aws-request-id"];
  try {
    await call("POST", `${id}/response`, JSON.stringify(await handle(JSON.parse(body))));
  } catch (error) {
    await call("POST", `${id}/error`, JSON.stringify({ errorMessage: error.message, errorType: error.name }));
  }
}
