/**
 * Every backend of the platform, and its issuer, as one program without packages: it answers with what it got, or as the
 * query says, and remembers both under the request's `X-Mark`. Runs in a pod as `node backend.mjs`.
 *
 *     ?do=events   one event, then one for each order `event`; `end` ends, `break` breaks off, `silent` does nothing
 *     ?do=ticks    twelve events, one each quarter of a second, whatever else happens
 *     ?do=hold     answers when the order `end` comes
 *     ?do=hop      answers with headers that are about the connection, and with some of the gateway's
 *     ?do=broken   answers with half of a body and breaks off
 *     ?do=leak     answers 500 with a stack and a secret
 *     ?do=busy     answers 503 as the Service `busy`, and what it got as any other
 *     ?do=flood    answers with 64 MiB, at the pace of whoever reads them
 *     ?do=usage    answers as a model that has used 1,200 tokens; ?do=usage-events in a stream of events
 *     /probe/seen/<mark>           what came under the mark
 *     /probe/tell/<mark>/<order>   an order to what the mark's requests do
 *     /probe/issuer/<order>        an order to the issuer: `keys` (POST, a JWKS), `away`, `back`, `state`; gives how often it was asked
 *     /jwks.json                   the keys of the issuer, at first from JWKS
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const MARKS_MOST = 20_000;
/** By mark: requests, and who waits for orders. */
const marks = new Map();

function entryOf(mark) {
  const known = marks.get(mark);
  if (known !== undefined) return known;
  if (marks.size >= MARKS_MOST) marks.delete(marks.keys().next().value);
  const entry = { requests: [], orders: [], listeners: new Set() };
  marks.set(mark, entry);
  return entry;
}

/** `http://agent:8000` is reached as `agent`. */
const serviceOf = (request) => (request.headers.host ?? '').split(/[.:]/)[0];

function record(request) {
  const { method, url, rawHeaders } = request;
  const seen = { service: serviceOf(request), method, url, rawHeaders, bodyBytes: 0, state: 'open' };
  entryOf(request.headers['x-mark'] ?? '').requests.push(seen);
  return seen;
}

async function readBody(request, seen) {
  const hash = createHash('sha256');
  for await (const chunk of request) {
    hash.update(chunk);
    seen.bodyBytes += chunk.length;
  }
  seen.bodySha256 = hash.digest('hex');
  seen.rawTrailers = request.rawTrailers;
}

const server = createServer(async (request, answer) => {
  const [path, query = ''] = request.url.split('?');
  if (path === '/jwks.json') return showKeys(request, answer);
  const [, probe, order, mark, word] = path.split('/');
  if (probe === 'probe' && order === 'issuer') return orderIssuer(mark, request, answer);
  if (probe === 'probe' && order === 'seen') return sendJson(answer, entryOf(mark).requests);
  if (probe === 'probe' && order === 'tell') return sendJson(answer, tell(mark, word));

  const seen = record(request);
  answer.on('close', () => {
    seen.state = answer.writableFinished ? 'answered' : 'cut';
  });
  const wish = new URLSearchParams(query).get('do');
  try {
    // Events begin before the body is there; everything else comes after it.
    if (wish !== 'events') await readBody(request, seen);
  } catch {
    return;
  }
  (WISHES[wish] ?? sendSeen)(request, answer, seen);
});

const issuer = { keys: process.env.JWKS ?? '{"keys":[]}', away: false, requests: 0 };

function showKeys(request, answer) {
  issuer.requests++;
  if (issuer.away) request.socket.destroy();
  else sendJson(answer, JSON.parse(issuer.keys));
}

async function orderIssuer(order, request, answer) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (order === 'keys') issuer.keys = Buffer.concat(chunks).toString();
  if (order === 'away' || order === 'back') issuer.away = order === 'away';
  sendJson(answer, { requests: issuer.requests });
}

function sendJson(answer, value) {
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify(value));
}

const sendSeen = (_request, answer, seen) => {
  answer.setHeader('x-program', 'conformance');
  sendJson(answer, seen);
};

const USAGE = { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 };
const FLOOD_PIECES = 64;
const FLOOD_PIECE = Buffer.alloc(1_048_576, 'x');

function tell(mark, word) {
  const entry = entryOf(mark);
  entry.orders.push(word);
  for (const listener of entry.listeners) listener(word);
  return { listeners: entry.listeners.size };
}

function onOrder(request, answer, follow) {
  const { orders, listeners } = entryOf(request.headers['x-mark'] ?? '');
  for (const word of orders) follow(word);
  listeners.add(follow);
  answer.on('close', () => listeners.delete(follow));
}

const WISHES = {
  events(request, answer) {
    request.resume();
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    answer.write('data: 0\n\n');
    let events = 0;
    onOrder(request, answer, (word) => {
      if (word === 'event') answer.write(`data: ${++events}\n\n`);
      else if (word === 'end') answer.end('data: [DONE]\n\n');
      else if (word === 'break') request.socket.destroy();
    });
  },
  ticks(_request, answer) {
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    let ticks = 0;
    const tick = () => {
      if (ticks < 12) answer.write(`data: ${ticks++}\n\n`);
      else answer.end('data: [DONE]\n\n');
    };
    tick();
    const ticking = setInterval(tick, 250);
    answer.on('close', () => clearInterval(ticking));
  },
  hold(request, answer, seen) {
    onOrder(request, answer, (word) => {
      if (word === 'end') sendSeen(request, answer, seen);
    });
  },
  hop(_request, answer) {
    answer.writeHead(200, {
      connection: 'close, x-private',
      'x-private': 'of this connection',
      'keep-alive': 'timeout=7',
      'proxy-authenticate': 'Basic',
      'x-request-id': 'of-the-backend',
      'access-control-allow-origin': '*',
      'x-frame-options': 'ALLOWALL',
      'x-own': 'passes',
    });
    answer.end('{}');
  },
  broken(_request, answer) {
    answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    answer.write('{"half":');
    setTimeout(() => answer.destroy(), 50);
  },
  busy(request, answer, seen) {
    if (seen.service !== 'busy') return sendSeen(request, answer, seen);
    answer.writeHead(503);
    answer.end();
  },
  async flood(_request, answer, seen) {
    let goOn;
    for (const event of ['drain', 'close']) answer.on(event, () => goOn?.());
    answer.writeHead(200, { 'content-type': 'application/octet-stream' });
    for (seen.piecesSent = 0; seen.piecesSent < FLOOD_PIECES && !answer.destroyed; seen.piecesSent++) {
      const taken = new Promise((resolve) => {
        goOn = resolve;
      });
      if (!answer.write(FLOOD_PIECE)) await taken;
    }
    answer.end();
  },
  usage(_request, answer) {
    sendJson(answer, { choices: [], usage: USAGE });
  },
  'usage-events'(_request, answer) {
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.write('data: {"choices":[{"delta":{"content":"Hello"}}]}\n\n');
    answer.end(`data: {"choices":[],"usage":${JSON.stringify(USAGE)}}\n\ndata: [DONE]\n\n`);
  },
  leak(_request, answer) {
    answer.writeHead(500, { 'content-type': 'text/plain' });
    answer.end('Error: secret-of-the-backend\n    at handler (/srv/app.js:1:1)');
  },
};

/** WebSocket (RFC 6455), as much as the suite needs: whole unmasked text frames out, small masked ones in. */
server.on('upgrade', (request, socket) => {
  const seen = record(request);
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    seen.state = 'cut';
  });
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  writeFrame(socket, 1, Buffer.from(JSON.stringify(seen)));
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let frame = readFrame(rest); frame !== undefined; frame = readFrame(rest)) {
      rest = rest.subarray(frame.bytes);
      writeFrame(socket, frame.opcode, frame.payload);
      if (frame.opcode === 8) socket.end();
    }
  });
});

function writeFrame(socket, opcode, payload) {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, payload.length])
      : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 255]);
  if (socket.writable) socket.write(Buffer.concat([head, payload]));
}

function readFrame(buffer) {
  if (buffer.length < 6) return undefined;
  const opcode = buffer[0] & 15;
  let length = buffer[1] & 127;
  let at = 2;
  if (length === 126) {
    length = buffer.readUInt16BE(2);
    at = 4;
  }
  if (buffer.length < at + 4 + length) return undefined;
  const mask = buffer.subarray(at, at + 4);
  const payload = Buffer.from(buffer.subarray(at + 4, at + 4 + length));
  for (let i = 0; i < payload.length; i++) payload[i] ^= mask[i % 4];
  return { opcode, payload, bytes: at + 4 + length };
}

server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT ?? 8000), process.env.BIND_ADDRESS, () => {
  console.log(JSON.stringify({ event: 'listening', port: server.address().port }));
});
process.on('SIGTERM', () => process.exit(0));
