// A backend that answers with server-sent events (`…/stream?events=5`, all at once; 0 = one every two seconds, without
// end), and takes uploads to their end (`…/upload`). Port in PORT.
import { createServer } from 'node:http';

const EVENT = `data: ${JSON.stringify({ choices: [{ delta: { content: 'token '.repeat(4) } }] })}\n\n`;
/** Streams get their events at so many moments, so that the backend itself does not stall them. */
const SLOTS = 20;
/** Between two events of a stream without end. */
const EVENT_MILLISECONDS = 2_000;
const slots = Array.from({ length: SLOTS }, () => new Set());
let next = 0;
let turn = 0;

setInterval(() => {
  turn = (turn + 1) % SLOTS;
  for (const answer of slots[turn]) answer.write(EVENT);
}, EVENT_MILLISECONDS / SLOTS);

const server = createServer((request, answer) => {
  const url = new URL(request.url ?? '/', 'http://backend');
  if (url.pathname.endsWith('/stream')) {
    request.resume();
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    answer.write(EVENT);
    const events = Number(url.searchParams.get('events'));
    if (events > 0) {
      for (let i = 1; i < events; i++) answer.write(EVENT);
      answer.end();
      return;
    }
    const slot = slots[next++ % SLOTS];
    slot.add(answer);
    answer.on('close', () => slot.delete(answer));
    return;
  }
  let bytes = 0;
  request.on('data', (chunk) => {
    bytes += chunk.length;
  });
  request.on('end', () => {
    const body = JSON.stringify({ bytes });
    answer.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    answer.end(body);
  });
});
server.keepAliveTimeout = 120_000;
server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 4096 });
